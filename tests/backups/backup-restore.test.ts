import { cpSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { nameIn } from '../../src/backups/backup-names.ts';
import { readSealed } from '../../src/backups/backup-objects.ts';
import { type Db, openDb } from '../../src/platform/db.ts';
import { MARK_UNFINISHED, RestoreUnfinished } from '../../src/platform/unfinished-restore.ts';
import { type App, startApp } from '../support/app.ts';
import { BACKUP_ENV, BACKUP_KEY, contentOf, emptyMachine, makeBackup, placeOf } from '../support/backups.ts';
import { addParent, addStaff } from '../support/cast.ts';
import { filesIn } from '../support/everything.ts';
import { type Life, makeLives } from '../support/lives.ts';

const ALL: Life[] = [
  ...(['fresh', 'sent', 'damaged', 'advised', 'muchAdvised', 'sentAnyway', 'approved', 'decided', 'passed'] as const),
  ...(['anyway', 'copied', 'rejected', 'cleared', 'replacing', 'keptOld', 'declined'] as const),
];

let app: App;
let content: Record<string, string>;
let made: Awaited<ReturnType<typeof makeBackup>>;
beforeAll(async () => {
  app = await startApp({ env: BACKUP_ENV });
  const ruth = await addStaff(app, 'ruth');
  const lives = makeLives(app, { kind: 'staff', staffId: ruth });
  for (const life of ALL) await lives[life]();
  const gone = await lives.approved();
  await app.deleteParent({ kind: 'staff', staffId: ruth }, gone.schoolId, gone.id);
  await lives.expire(await lives.fresh());
  await app.lapseLinks();
  await app.sweepPhotos.walk({ remove: true });
  await app.db.transaction((trx) => app.queue.enqueue(trx, 'photo-check', { photoId: 4711 }));
  content = await contentOf(app.ownerUrl);
  made = await makeBackup(app);
});
afterAll(() => app.stop());

const photosIn = (uploadsDir: string) => filesIn(join(uploadsDir, 'photos'));

describe('R66: a backup of a school in every state', () => {
  test('is restored on an empty machine to the same rows and the same photos, and doctor finds 0/0/0', async () => {
    const machine = await emptyMachine();
    const restored = await machine.restore(placeOf(app));
    expect(restored).toMatchObject({ ok: true, value: { files: made.manifest.photos.files } });
    expect(await contentOf(machine.database.ownerUrl)).toEqual(content);
    expect((await photosIn(machine.uploadsDir)).map(relativeTo(machine.uploadsDir))).toEqual(
      (await photosIn(app.uploadsDir)).map(relativeTo(app.uploadsDir)),
    );
    expect(existsSync(join(machine.uploadsDir, 'restore-unfinished'))).toBe(false);
    machine.remove();
  });

  test('runs as a service there: sequences go on, triggers work, rights hold, jobs wait, and its photos are whole', async () => {
    const machine = await emptyMachine();
    await machine.restore(placeOf(app));
    const { url, ownerUrl } = machine.database;
    const there = await startApp({
      env: { DATABASE_URL: url, MIGRATION_DATABASE_URL: ownerUrl, UPLOADS_DIR: machine.uploadsDir },
    });
    const sound = { orphanFiles: 0, rowsWithoutFile: 0, checksumMismatches: 0 };
    const [before, after] = [
      await app.checkIntegrity({ repair: false }),
      await there.checkIntegrity({ repair: false }),
    ];
    expect(after).toMatchObject({ ...sound, photos: before.photos });
    const { total } = await there.countParents(1, null);
    expect(await there.countParents(1, null)).toEqual(await app.countParents(1, null));
    const maria = await addParent(there, 'kwame');
    expect((await there.countParents(1, null)).total).toBe(total + 1);
    expect(await there.parents.findById(maria.id)).toMatchObject({ childName: 'Abena Mensah' });
    await expect(there.db('events').delete()).rejects.toMatchObject({ code: '42501' });
    expect(await there.queue.count()).toMatchObject({ 'photo-check': { waiting: 1 }, backup: { waiting: 0 } });
    expect(await there.longWork.running()).toEqual([]);
    await there.stop();
    machine.remove();
  });

  test('is told of by its manifest: rows, migrations, checksums, photos, settings without secrets', async () => {
    const { manifest, places, warning, detail } = made;
    expect({ places, warning }).toEqual({ places: 1, warning: 'old-pg-dump' }); // Debian's is older than the server
    const parents = manifest.database.tables.find(({ name }) => name === 'parents');
    expect(`${parents?.rows} ${parents?.sum}`).toBe(content['parents']);
    expect(parents?.columns).not.toContain('status'); // PostgreSQL makes it
    expect(manifest.migrations.at(-1)).toBe(readdirSync('migrations').sort().at(-1));
    expect(detail).toMatchObject({ id: manifest.id, faults: 0, photo_files: (await photosIn(app.uploadsDir)).length });
    let settings = '';
    for await (const part of await readSealed(placeOf(app), nameIn(manifest.id, 'configuration')))
      settings += String(part);
    expect(JSON.parse(settings)).toMatchObject({
      settings: {
        settings: { STORAGE: 'local' },
        secrets: expect.arrayContaining(['BACKUP_KEY', 'DATABASE_URL']) as string[],
      },
    });
    for (const secret of [BACKUP_ENV.BACKUP_KEY, 'a secret that only tests know', BACKUP_KEY.toString('hex')])
      expect(settings).not.toContain(secret);
  });

  test('does not overwrite people or photos that are there, unless it is told to, or a restore was killed in the middle', async () => {
    const machine = await emptyMachine();
    await machine.restore(placeOf(app));
    const before = await contentOf(machine.database.ownerUrl);
    expect(await machine.restore(placeOf(app))).toEqual({ ok: false, reason: 'photos-there' });
    const elsewhere = await emptyMachine(machine.database);
    const withOwner = async (work: (owner: Db) => PromiseLike<unknown>) => {
      const owner = openDb({ url: machine.database.ownerUrl, max: 1 });
      await work(owner);
      await owner.destroy();
    };
    await withOwner((owner) => owner('parents').update({ child_name: 'Sofia' }));
    const changed = await contentOf(machine.database.ownerUrl);
    expect(await elsewhere.restore(placeOf(app))).toEqual({ ok: false, reason: 'filled' });
    expect(await contentOf(machine.database.ownerUrl)).toEqual(changed);
    expect(existsSync(elsewhere.uploadsDir)).toBe(false);
    await withOwner((owner) => owner.raw(MARK_UNFINISHED)); // as if a restore had been killed in the middle
    const { url, ownerUrl } = machine.database;
    const starting = startApp({ env: { DATABASE_URL: url, MIGRATION_DATABASE_URL: ownerUrl } });
    await expect(starting).rejects.toThrow(RestoreUnfinished);
    expect(await elsewhere.restore(placeOf(app))).toMatchObject({ ok: true });
    expect(await contentOf(machine.database.ownerUrl)).toEqual(before);
    expect(await machine.restore(placeOf(app), { overwrite: true })).toMatchObject({ ok: true });
    expect(await contentOf(machine.database.ownerUrl)).toEqual(before);
    machine.remove();
  });

  test('refuses a database that somebody uses, one with others’ tables, and a backup of a newer program', async () => {
    const machine = await emptyMachine();
    const owner = openDb({ url: machine.database.ownerUrl, max: 1 });
    await owner.raw('create table somebodys (id int)');
    expect(await machine.restore(placeOf(app))).toEqual({ ok: false, reason: 'in-use' });
    await owner.destroy();
    expect(await machine.restore(placeOf(app), { overwrite: true })).toEqual({ ok: false, reason: 'foreign' });
    machine.remove();
  });

  test('with photos that a killed restore left is gone on with; a wrong one among them is replaced', async () => {
    const machine = await emptyMachine();
    const [name = ''] = readdirSync(join(app.uploadsDir, 'photos'), { recursive: true })
      .map(String)
      .filter((one) => one.endsWith('.jpg'));
    cpSync(join(app.uploadsDir, 'photos'), join(machine.uploadsDir, 'photos'), { recursive: true });
    writeFileSync(join(machine.uploadsDir, 'photos', name), 'half a photo');
    expect(await machine.restore(placeOf(app))).toEqual({ ok: false, reason: 'photos-there' });
    mkdirSync(dirname(join(machine.uploadsDir, 'x')), { recursive: true });
    writeFileSync(join(machine.uploadsDir, 'restore-unfinished'), `${made.manifest.id}\n`);
    expect(await machine.restore(placeOf(app))).toMatchObject({ ok: true });
    expect((await photosIn(machine.uploadsDir)).map(relativeTo(machine.uploadsDir))).toEqual(
      (await photosIn(app.uploadsDir)).map(relativeTo(app.uploadsDir)),
    );
    machine.remove();
  });
});

const relativeTo = (folder: string) => (line: string) => line.replace(folder, '');
