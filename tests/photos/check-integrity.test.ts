import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, renameSync, unlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { commands } from '../../src/commands/registry.ts';
import { makeStorageKey, type StorageKey } from '../../src/photos/photo-files.ts';
import { wire } from '../../src/wiring.ts';
import { advisoryLocks } from '../../src/platform/db.ts';
import { type App, startApp } from '../support/app.ts';
import { addParent } from '../support/cast.ts';
import { cloneDatabase } from '../support/database.ts';

let app: App;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.stop());

const pathOf = (key: StorageKey, size = '') => join(app.uploadsDir, 'photos', `${key}${size}.jpg`);

const send = async () => {
  const parent = await addParent(app);
  const path = app.files.temporaryPath();
  await sharp({ create: { width: 300, height: 400, channels: 3, background: 'teal' } })
    .jpeg()
    .toFile(path);
  const upload = { path, size: 1000, sha256: randomBytes(32).toString('hex'), uploadId: crypto.randomUUID() };
  const received = await app.receivePhoto(parent, upload);
  unlinkSync(path);
  if (!received.ok) throw new Error(received.reason);
  const [photo] = await app.photos.listOfParent(parent.id);
  if (!photo) throw new Error('nothing was stored');
  return photo;
};

const plantStray = (): StorageKey => {
  const key = makeStorageKey(1, randomBytes(16));
  mkdirSync(dirname(pathOf(key)), { recursive: true });
  writeFileSync(pathOf(key), 'stray');
  return key;
};

const counts = async () => {
  const { orphanFiles, rowsWithoutFile, checksumMismatches } = await app.checkIntegrity({ repair: false });
  return [orphanFiles, rowsWithoutFile, checksumMismatches];
};

test('a missing file, a changed byte and a stray are each counted and named', async () => {
  const [whole, missing, damaged] = [await send(), await send(), await send()];
  expect(await counts()).toEqual([0, 0, 0]);
  renameSync(pathOf(missing.filename, '.thumb'), join(app.uploadsDir, 'away'));
  writeFileSync(pathOf(damaged.filename), 'changed');
  const stray = plantStray();
  expect(await counts()).toEqual([1, 1, 1]);
  expect(await app.checkIntegrity({ repair: false })).toMatchObject({ missing: [missing.id], damaged: [damaged.id] });
  const said = await commands['doctor']?.run(app, { values: { repair: true }, words: [] });
  expect(said).toMatchObject({ exit: 1, json: { orphan_files: 0, swept: 1, rows_without_file: 1 } });
  expect(readdirSync(dirname(pathOf(stray)))).not.toContain(`${stray.slice(-32)}.jpg`);
  expect(await app.files.read(whole.filename, 'full')).toBeDefined();
});

test('R58: the sweep waits for a transaction that still may commit, and leaves its files alone', async () => {
  const key = plantStray();
  const commit = Promise.withResolvers<undefined>();
  const recording = app.db.transaction(async (trx) => {
    await trx.raw('select pg_advisory_xact_lock_shared(?)', [advisoryLocks.keepPhoto]);
    await trx('photos').whereRaw('id = (select min(id) from photos)').update({ filename: key });
    await commit.promise;
  });
  const sweeping = app.sweepPhotos.walk({ remove: true });
  await new Promise((resolve) => setTimeout(resolve, 300));
  commit.resolve(undefined);
  await recording;
  await sweeping;
  expect(await app.files.read(key, 'full')).toBeDefined();
});

test('the photos of another database are never swept: the service does not start', async () => {
  await send();
  const { url, ownerUrl } = await cloneDatabase();
  const config = { ...app.config, DATABASE_URL: url, MIGRATION_DATABASE_URL: ownerUrl };
  unlinkSync(join(app.uploadsDir, 'installation-id'));
  await expect(wire({ config, logger: app.logger })).rejects.toThrow(
    'UPLOADS_DIR holds the photos of another database',
  );
  await app.claimUploads(); // the rightful one takes it again
  await app.db('installation').update({ id: crypto.randomUUID() });
  await expect(app.claimUploads()).rejects.toThrow('UPLOADS_DIR holds the photos of another database');
});
