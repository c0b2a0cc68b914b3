import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeDumpDatabase } from '../../src/backups/dump-database.ts';
import { verifyBackup } from '../../src/backups/verify-backup.ts';
import { makeWriteBackup } from '../../src/backups/write-backup.ts';
import { migrationSettings, openDb } from '../../src/platform/db.ts';
import { centreCrop } from '../../src/photos/portrait-crop.ts';
import { openBackupPlaces, wireBackups } from '../../src/wiring-backups.ts';
import { type App, startApp } from '../support/app.ts';
import { givePhoto } from '../support/actors.ts';
import { BACKUP_ENV, contentOf, emptyMachine, placeOf } from '../support/backups.ts';
import { addParent, addStaff } from '../support/cast.ts';
import { makeLives } from '../support/lives.ts';

let app: App;
let ruth: number;
beforeAll(async () => {
  app = await startApp({ env: BACKUP_ENV });
  ruth = await addStaff(app, 'ruth');
});
afterAll(() => app.stop());

const progress = { tell: () => undefined, signal: new AbortController().signal };

describe('R66: what changes while a backup is made', () => {
  test('photos that are deleted, cleared or cut anew after its moment are gone where it is restored, and all is whole', async () => {
    const lives = makeLives(app, { kind: 'staff', staffId: ruth });
    const [deleted, cleared, cut] = [await lives.sent(), await lives.rejected(), await lives.sent()];
    const kept = await lives.approved();
    let isChanged: Promise<void> | undefined;
    const change = async () => {
      await app.deletePhotos(deleted);
      const [old] = await app.photos.listOfParent(cleared.id);
      await app.db('photos').where({ id: old?.id }).update({ files_deleted_at: new Date() });
      if (old) await app.files.remove(old.filename);
      const [photo] = await app.photos.listOfParent(cut.id);
      if (!photo) throw new Error('no photo');
      const crop = { ...centreCrop(photo.width, photo.height), size: 200 };
      const staff = { kind: 'staff', staffId: ruth } as const;
      expect(await app.changePortrait({ id: photo.id, schoolId: photo.schoolId }, crop, staff)).toMatchObject({
        ok: true,
      });
    };
    const backups = wireBackups({
      ...app,
      owner: { url: app.ownerUrl, sslCa: undefined },
      places: await openBackupPlaces(app.config),
      files: {
        disk: app.files.disk,
        read: async (key, file) => ((isChanged ??= change()), await isChanged, app.files.read(key, file)),
      },
    });
    const made = await backups.run();
    expect(made).toMatchObject({ ok: true, value: { manifest: { photos: { gone: 7, faults: 0, files: 5 } } } });
    const machine = await emptyMachine();
    expect(await machine.restore(placeOf(app))).toMatchObject({ ok: true });
    const { url, ownerUrl } = machine.database;
    const there = await startApp({
      env: { DATABASE_URL: url, MIGRATION_DATABASE_URL: ownerUrl, UPLOADS_DIR: machine.uploadsDir },
    });
    const sound = { photos: 2, orphanFiles: 0, rowsWithoutFile: 0, checksumMismatches: 0 };
    expect(await there.checkIntegrity({ repair: false })).toMatchObject(sound);
    expect(await there.parents.findById(deleted.id)).toMatchObject({ status: 'not_opened' });
    expect(await there.parents.findById(cleared.id)).toMatchObject({ status: 'rejected' });
    expect(await there.parents.findById(kept.id)).toMatchObject({ status: 'approved' });
    expect(await there.makeMissingPortraits()).toBe(1);
    expect(await there.checkIntegrity({ repair: false })).toMatchObject(sound);
    await there.stop();
    machine.remove();
  });

  test('an older program’s backup, of an older schema, is restored and brought up to date', async () => {
    await givePhoto(app, await addParent(app));
    const owner = openDb({ url: app.ownerUrl, max: 2, statementTimeout: 0 });
    const all = await owner('knex_migrations').orderBy('id').select<{ name: string }[]>('name');
    const newer = all.filter(({ name }) => name >= '20261126');
    for (const { name } of newer.toReversed()) await owner.migrate.down({ ...migrationSettings, name });
    const content = await contentOf(app.ownerUrl);
    const connection = { url: app.ownerUrl, sslCa: undefined };
    const write = makeWriteBackup({
      ...{ connection, storage: 'local', version: '0.1.0', settings: {}, clock: app.clock, randomBytes },
      dumpDatabase: makeDumpDatabase({
        connection,
        isOwnServer: false,
        findPrograms: () => Promise.resolve(undefined),
      }),
      source: {
        read: (key, file) => app.files.read(key as never, file as never),
        size: () => Promise.resolve(undefined),
        isKnown: () => Promise.resolve(true),
      },
    });
    const manifest = await write(placeOf(app), { ...progress, thorough: false });
    for (const { name } of newer) await owner.migrate.up({ ...migrationSettings, name });
    await owner.destroy();
    expect(manifest.migrations).toHaveLength(all.length - newer.length);
    expect(await verifyBackup(placeOf(app), manifest.id, progress)).toMatchObject({ faults: 0 });
    const machine = await emptyMachine();
    expect(await machine.restore(placeOf(app), { id: manifest.id })).toMatchObject({ ok: true });
    expect(await contentOf(machine.database.ownerUrl)).toMatchObject({
      ...content,
      // Their newer columns are filled by their defaults.
      photos: expect.stringMatching(/^4 /) as string,
      parents: expect.stringMatching(/^5 /) as string,
    });
    const there = openDb({ url: machine.database.ownerUrl, max: 1 });
    const names = await there('knex_migrations').orderBy('id').select<{ name: string }[]>('name');
    expect(names).toEqual(all);
    await there.destroy();
    machine.remove();
  });
});
