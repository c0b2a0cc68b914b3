import { mkdirSync, readdirSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { storageMoveCommand } from '../../src/commands/storage-move.ts';
import { portraitFile, type StorageKey } from '../../src/photos/photo-keys.ts';
import type { Photo } from '../../src/photos/photo.ts';
import { type Wired, wire } from '../../src/wiring.ts';
import { type App, startApp } from '../support/app.ts';
import { addParent } from '../support/cast.ts';
import { portraitsOf } from '../support/portraits.ts';
import { startS3, type TestS3 } from '../support/s3.ts';

let s3: TestS3;
let app: App;
let remote: Wired;
beforeAll(async () => {
  s3 = await startS3();
  app = await startApp({ env: s3.env });
  remote = await wire({ config: { ...app.config, STORAGE: 's3' }, logger: app.logger });
});
afterAll(async () => {
  await remote.stop();
  await app.stop();
  await s3.stop();
});

const move = (service: Wired, to: string) => storageMoveCommand.run(service, { values: { to }, words: [] });
const onDisk = () =>
  readdirSync(`${app.uploadsDir}/photos`, { recursive: true, withFileTypes: true }).filter((one) => one.isFile())
    .length;
const inBucket = async () => (await s3.keys()).filter((key) => key.includes('photos/')).length;
/** Reads the photo again and again until it is told to stop; gives how often it was not there. */
const keepReading = (service: Wired, { filename }: Photo) => {
  const over = new AbortController();
  const reading = (async () => {
    let missing = 0;
    while (!over.signal.aborted) missing += Number(!(await service.files.read(filename, 'full')));
    return missing;
  })();
  return () => {
    over.abort();
    return reading;
  };
};
const expectSound = async (service: Wired) =>
  expect(await service.checkIntegrity({ repair: false })).toMatchObject({
    ...{ orphanFiles: 0, rowsWithoutFile: 0, checksumMismatches: 0 },
  });

test('calls that make no sense are refused with a sentence', async () => {
  await expect(move(app, 'tape')).rejects.toThrow('--to is s3 or local');
  await expect(move(app, 's3')).rejects.toThrow('set STORAGE=s3 and restart');
  await expect(move({ ...app, config: { ...app.config, S3_BUCKET: undefined } }, 'local')).rejects.toThrow('S3_BUCKET');
  const mirror = { ...app, config: { ...app.config, STORAGE: 'mirror' as const } };
  await expect(move(mirror, 's3')).rejects.toThrow('in both places already');
});

test('all photos go to S3 and back while they are looked at, sent and deleted; what is damaged stays', async () => {
  const of = portraitsOf(app);
  const photos: Photo[] = [];
  for (let n = 0; n < 10; n += 1) photos.push(await of.send(await addParent(app)));
  const [first, second] = photos as [Photo, Photo];
  const whole = await app.files.read(second.filename, 'thumb');
  writeFileSync(app.files.disk.pathOf(second.filename, 'thumb'), 'damaged');
  const stop = keepReading(remote, first);
  expect(await move(remote, 's3')).toMatchObject({ json: { moved: 29, left: 1 }, exit: 1 });
  expect(await stop()).toBe(0);
  expect([onDisk(), await inBucket()]).toEqual([1, 29]);
  writeFileSync(app.files.disk.pathOf(second.filename, 'thumb'), whole ?? '');
  expect(await move(remote, 's3')).toMatchObject({ json: { moved: 1, left: 0 }, exit: 0 });
  expect([onDisk(), await inBucket()]).toEqual([0, 30]);
  await expectSound(remote);
  expect(await remote.longWork.latest('storage-move')).toMatchObject({ state: 'done', detail: { moved: 1, left: 0 } });

  await portraitsOf({ ...app, ...remote }).send(await addParent(app)); // straight into the bucket
  const stopAgain = keepReading(app, first);
  expect(await move(app, 'local')).toMatchObject({ json: { moved: 33, left: 0 }, exit: 0 });
  expect(await stopAgain()).toBe(0);
  expect([onDisk(), await inBucket()]).toEqual([33, 0]);
  await expectSound(app);
});

test('a photo that is deleted while it moves leaves nothing anywhere', async () => {
  const of = portraitsOf(app);
  const parent = await addParent(app);
  const photo = await of.send(parent);
  const { bucket } = remote.files;
  if (!bucket) throw new Error('no bucket');
  const { keep } = bucket;
  bucket.keep = async (staged, key) => {
    if (key === photo.filename && staged[0]?.file === 'full') await app.deletePhotos(parent);
    await keep(staged, key);
  };
  await move(remote, 's3');
  bucket.keep = keep;
  const removals = (await app.queue.list()).filter(({ name }) => name === 'photo-removal');
  for (const { payload } of removals) await app.removeCopies(payload as { key: StorageKey; files: ['full'] });
  expect((await s3.keys()).filter((key) => key.includes(photo.filename))).toEqual([]);
  expect(await app.files.disk.filesOf(photo.filename)).toEqual([]);
  await move(app, 'local');
});

test('a move that was cut off goes on: what is in the new place already is not lost from either', async () => {
  const photo = await portraitsOf(app).send(await addParent(app));
  const full = await app.files.read(photo.filename, 'full');
  const { disk } = remote.files;
  const { remove } = disk;
  let cut = 0;
  disk.remove = (key, files) =>
    key === photo.filename && (cut += 1) ? Promise.reject(new Error('killed')) : remove(key, files);
  await expect(move(remote, 's3')).rejects.toThrow('killed');
  disk.remove = remove;
  expect(cut).toBeGreaterThan(0);
  expect(await app.files.read(photo.filename, 'full')).toEqual(full);
  expect(await move(remote, 's3')).toMatchObject({ exit: 0 });
  expect(await remote.files.bucket?.read(photo.filename, 'full')).toEqual(full);
  expect(await remote.files.bucket?.read(photo.filename, portraitFile(1))).toBeDefined();
});

test('a move that is told to stop says so and lets the next one go on at once', async () => {
  for (let n = 0; n < 4; n += 1) await portraitsOf(app).send(await addParent(app)); // more files than are moved at once
  const { disk } = remote.files;
  const { remove } = disk;
  let signalled = false; // a second one would end the process
  disk.remove = async (key, files) => {
    await remove(key, files);
    if (!signalled) process.emit('SIGTERM');
    signalled = true;
  };
  expect(await move(remote, 's3')).toMatchObject({ json: { stopped: true }, exit: 1 });
  disk.remove = remove;
  expect(onDisk()).toBeGreaterThan(0);
  expect(await remote.longWork.latest('storage-move')).toMatchObject({ state: 'cancelled' });
  expect(await move(remote, 's3')).toMatchObject({ json: { left: 0 }, exit: 0 });
});

test('a file that cannot be read stays, and the others move', async () => {
  const photo = await portraitsOf(app).send(await addParent(app));
  const path = app.files.disk.pathOf(photo.filename, 'full');
  const whole = (await app.files.read(photo.filename, 'full')) ?? '';
  rmSync(path);
  mkdirSync(path); // EISDIR
  expect(await move(remote, 's3')).toMatchObject({ json: { left: 1 }, exit: 1 });
  expect(await remote.files.bucket?.filesOf(photo.filename)).toHaveLength(2);
  expect(app.logs.filter((line) => line.includes('cannot be read'))).toHaveLength(1);
  rmdirSync(path);
  writeFileSync(path, whole);
  expect(await move(remote, 's3')).toMatchObject({ json: { moved: 1, left: 0 }, exit: 0 });
});

test('from a mirror to S3, back to the disk, and to a mirror again: every photo waits for its copy', async () => {
  await move(app, 'local');
  const mirror = await wire({ config: { ...app.config, STORAGE: 'mirror' }, logger: app.logger });
  const photo = await portraitsOf(app).send(await addParent(app));
  const all = (await mirror.backupPhoto.mirrorBacklog())?.waiting ?? 0;
  const backUp = () => mirror.backupPhoto.backUp(photo.id, { signal: new AbortController().signal });
  await backUp();
  expect(await mirror.backupPhoto.mirrorBacklog()).toMatchObject({ copied: all, waiting: 0 });
  await move(remote, 's3');
  await move(app, 'local');
  expect(await inBucket()).toBe(0);
  expect(await mirror.backupPhoto.mirrorBacklog()).toMatchObject({ copied: 0, waiting: all });
  await backUp();
  expect(await inBucket()).toBe(onDisk());
  await mirror.stop();
});

test('what is damaged on the disk is replaced by a rename, never removed first', async () => {
  const photo = await portraitsOf({ ...app, ...remote }).send(await addParent(app));
  const { disk } = app.files;
  mkdirSync(dirname(disk.pathOf(photo.filename, 'full')), { recursive: true });
  writeFileSync(disk.pathOf(photo.filename, 'full'), 'damaged');
  const { remove } = disk;
  disk.remove = () => Promise.reject(new Error('removed'));
  expect(await move(app, 'local')).toMatchObject({ exit: 0 });
  disk.remove = remove;
  await expectSound(app);
});
