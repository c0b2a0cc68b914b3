import { randomBytes } from 'node:crypto';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { doctorCommand } from '../../src/commands/doctor.ts';
import { makeClaimUploads } from '../../src/photos/claim-uploads.ts';
import { makePhotoFiles } from '../../src/photos/photo-files.ts';
import { makeStorageKey, portraitFile, type StorageKey } from '../../src/photos/photo-keys.ts';
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

/** A portrait of the photo that its row does not know: what is left when a process dies beside a commit. */
const plantPortrait = ({ filename }: { filename: StorageKey }, version: number): string => {
  writeFileSync(pathOf(filename, `.portrait-${version}`), 'stray');
  return pathOf(filename, `.portrait-${version}`);
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
  const said = await doctorCommand.run(app, { values: { repair: true }, words: [] });
  expect(said).toMatchObject({ exit: 1, json: { orphan_files: 0, swept: 1, rows_without_file: 1 } });
  expect(readdirSync(dirname(pathOf(stray)))).not.toContain(`${stray.slice(-32)}.jpg`);
  expect(await app.files.read(whole.filename, 'full')).toBeDefined();
});

test('portraits count too: a missing one, a changed byte, and one of a version that is not the current one', async () => {
  const before = await app.checkIntegrity({ repair: false });
  const [missing, damaged, older] = [await send(), await send(), await send()];
  renameSync(pathOf(missing.filename, '.portrait-1'), join(app.uploadsDir, 'away'));
  writeFileSync(pathOf(damaged.filename, '.portrait-1'), 'changed');
  plantPortrait(older, 7);
  const found = await app.checkIntegrity({ repair: false });
  expect(found).toMatchObject({
    orphanFiles: before.orphanFiles + 1,
    missing: [...before.missing, missing.id],
    damaged: [...before.damaged, damaged.id],
  });
  expect(await app.checkIntegrity({ repair: true })).toMatchObject({ swept: before.orphanFiles + 1, orphanFiles: 0 });
  expect(await app.files.filesOf(older.filename)).not.toContain(portraitFile(7));
  expect(await app.files.read(older.filename, portraitFile(1))).toBeDefined();
  renameSync(join(app.uploadsDir, 'away'), pathOf(missing.filename, '.portrait-1'));
  await app.db('photos').where({ id: damaged.id }).delete();
  await app.files.remove(damaged.filename);
});

test('R58: a row without a portrait is sound, and a portrait file beside it is a stray', async () => {
  const old = await send();
  const nothing = Object.fromEntries(
    ['version', 'sha256', 'turn', 'x', 'y', 'size', 'source'].map((column) => [`portrait_${column}`, null]),
  );
  const before = await app.checkIntegrity({ repair: true });
  await app.db('photos').where({ id: old.id }).update(nothing);
  const found = await app.checkIntegrity({ repair: false });
  expect(found).toMatchObject({ orphanFiles: 1, rowsWithoutFile: before.rowsWithoutFile });
  await app.sweepPhotos.walk({ remove: true });
  expect((await app.files.filesOf(old.filename)).sort()).toEqual(['full', 'thumb']);
});

test('R58: the sweep waits for a portrait that still may be committed, and takes the one before', async () => {
  const photo = await send();
  const path = plantPortrait(photo, 2);
  const [locked, commit] = [Promise.withResolvers<undefined>(), Promise.withResolvers<undefined>()];
  const changing = app.db.transaction(async (trx) => {
    await trx.raw('select pg_advisory_xact_lock_shared(?)', [advisoryLocks.keepPhoto]);
    await trx('photos').where({ id: photo.id }).update({ portrait_version: 2 });
    locked.resolve(undefined);
    await commit.promise;
  });
  await locked.promise; // an upload has the lock before its files are there
  const sweeping = app.sweepPhotos.walk({ remove: true });
  await new Promise((resolve) => setTimeout(resolve, 300));
  commit.resolve(undefined);
  await changing;
  await sweeping;
  expect(readFileSync(path, 'utf8')).toBe('stray');
  await app.sweepPhotos.walk({ remove: true });
  expect((await app.files.filesOf(photo.filename)).sort()).toEqual(['full', 'portrait-2', 'thumb']);
  await app.db('photos').where({ id: photo.id }).delete();
  await app.files.remove(photo.filename);
});

test('R58: the sweep waits for a transaction that still may commit, and leaves its files alone', async () => {
  const key = plantStray();
  const [locked, commit] = [Promise.withResolvers<undefined>(), Promise.withResolvers<undefined>()];
  const recording = app.db.transaction(async (trx) => {
    await trx.raw('select pg_advisory_xact_lock_shared(?)', [advisoryLocks.keepPhoto]);
    await trx('photos').whereRaw('id = (select min(id) from photos)').update({ filename: key });
    locked.resolve(undefined);
    await commit.promise;
  });
  await locked.promise; // an upload has the lock before its files are there
  const sweeping = app.sweepPhotos.walk({ remove: true });
  await new Promise((resolve) => setTimeout(resolve, 300));
  commit.resolve(undefined);
  await recording;
  await sweeping;
  expect(await app.files.read(key, 'full')).toBeDefined();
});

test('a sweep that is told to stop does, and leaves the rest for the next one', async () => {
  const key = plantStray();
  const stopping = new AbortController();
  stopping.abort();
  expect(await app.sweepPhotos.walk({ remove: true, stopping: stopping.signal })).toEqual({ unknown: 0, removed: 0 });
  expect(await app.files.read(key, 'full')).toBeDefined();
  await app.sweepPhotos.walk({ remove: true, stopping: new AbortController().signal });
  expect(await app.files.read(key, 'full')).toBeUndefined();
});

test('a disk that is full at the very first start: the folder is claimed by the next one', async () => {
  const uploadsDir = mkdtempSync(join(tmpdir(), 'pos-full-'));
  const fresh = await startApp();
  const full = () => join(uploadsDir, 'no-such-folder', 'x');
  const claim = (temporaryPath: () => string) =>
    makeClaimUploads({
      db: fresh.db,
      files: { ...makePhotoFiles({ uploadsDir, instance: 'x' }), temporaryPath },
      uploadsDir,
    })();
  await expect(claim(full)).rejects.toMatchObject({ code: 'ENOENT' });
  expect(readdirSync(uploadsDir)).toEqual(['photos', 'tmp']); // folders, and no id
  await claim(() => join(uploadsDir, 'x.part'));
  expect(readdirSync(uploadsDir)).toEqual(['installation-id', 'photos', 'tmp']);
  rmSync(uploadsDir, { recursive: true });
  await fresh.stop();
});

test('an empty folder where photos should be is a volume that is not mounted: it is not claimed', async () => {
  await send();
  const uploadsDir = mkdtempSync(join(tmpdir(), 'pos-bare-'));
  const config = { ...app.config, UPLOADS_DIR: uploadsDir };
  await expect(wire({ config, logger: app.logger })).rejects.toThrow('UPLOADS_DIR is empty, but the database knows');
  expect(readdirSync(uploadsDir)).not.toContain('installation-id');
  rmSync(uploadsDir, { recursive: true });
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
