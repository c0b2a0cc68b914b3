import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { doctorCommand } from '../../src/commands/doctor.ts';
import { objectKey } from '../../src/photos/photo-bucket.ts';
import { makeListedCopies } from '../../src/photos/listed-copies.ts';
import { makeStorageKey, type PhotoFile } from '../../src/photos/photo-keys.ts';
import type { Photo } from '../../src/photos/photo.ts';
import { StoreUnavailable } from '../../src/platform/object-store.ts';
import { type App, movableClock, startApp } from '../support/app.ts';
import { addParent } from '../support/cast.ts';
import { portraitsOf } from '../support/portraits.ts';
import { startS3, type TestS3 } from '../support/s3.ts';

const HOUR = 3_600_000;
let s3: TestS3;
let app: App;
let clock: ReturnType<typeof movableClock>;
beforeAll(async () => {
  s3 = await startS3();
});
afterAll(() => s3.stop());
afterEach(() => app.stop());

const start = async (mode: 'mirror' | 's3'): Promise<void> => {
  clock = movableClock();
  app = await startApp({ env: { ...s3.env, STORAGE: mode, S3_PREFIX: `${crypto.randomUUID()}/` }, clock });
};
const send = async (count: number): Promise<Photo[]> => {
  const photos: Photo[] = [];
  for (let n = 0; n < count; n += 1) photos.push(await portraitsOf(app).send(await addParent(app)));
  return photos;
};
const backUp = async (photos: Photo[]): Promise<void> => {
  for (const { id } of photos) await app.backupPhoto.backUp(id, { signal: new AbortController().signal });
};
const pathOf = ({ filename }: Photo, file: PhotoFile) => app.files.disk.pathOf(filename, file);
const keyOf = ({ filename }: Photo, file: PhotoFile) => app.config.S3_PREFIX + objectKey(filename, file);
const removeObject = async ({ filename }: Photo, file: PhotoFile) => app.files.bucket?.remove(filename, [file]);
const examine = (repair = false) => app.checkIntegrity({ repair });
const SOUND = { orphanFiles: 0, rowsWithoutFile: 0, checksumMismatches: 0, mendable: 0, unbacked: 0 };

test('a mirror: what is missing or altered here and sound in S3 is told as such, and fetched by a repair', async () => {
  await start('mirror');
  const photos = await send(4);
  const [lost, altered, alone] = photos as [Photo, Photo, Photo];
  await backUp(photos);
  expect(await examine()).toMatchObject({ photos: 4, ...SOUND });
  const whole = await app.files.disk.read(lost.filename, 'thumb');
  rmSync(pathOf(lost, 'thumb'));
  writeFileSync(pathOf(altered, 'full'), 'altered');
  rmSync(pathOf(alone, 'portrait-1'));
  await removeObject(alone, 'portrait-1');
  const wrong = { rowsWithoutFile: 2, checksumMismatches: 1, missing: [lost.id, alone.id], damaged: [altered.id] };
  expect(await examine()).toMatchObject({ ...wrong, mendable: 2, unbacked: 1, fetched: 0 });
  const said = await doctorCommand.run(app, { values: { repair: true }, words: [] });
  expect(said).toMatchObject({ exit: 1, json: { fetched: 2, queued: 1, rows_without_file: 1, missing: [alone.id] } });
  expect(said.text).toContain('1 photos, missing or altered, of which there is no other copy');
  expect(await app.files.disk.read(lost.filename, 'thumb')).toEqual(whole);
  expect(await examine()).toMatchObject({ rowsWithoutFile: 1, checksumMismatches: 0, mendable: 0 });
});

test('a mirror: copies that are lost or altered in S3 are found, queued by a repair, and made again', async () => {
  await start('mirror');
  const photos = await send(3);
  const [lost, altered] = photos as [Photo, Photo];
  await backUp(photos);
  await removeObject(lost, 'full');
  await s3.plant(keyOf(altered, 'thumb'), 'altered');
  const listed = await app.checkIntegrity({ repair: false, read: { from: '', photos: 0 } });
  expect(listed).toMatchObject({ ...SOUND, unbacked: 1, unbackedIds: [lost.id] }); // nothing was read
  expect(await examine()).toMatchObject({ ...SOUND, unbacked: 2, unbackedIds: [lost.id, altered.id] });
  expect(await examine(true)).toMatchObject({ ...SOUND, queued: 2 });
  expect(await app.backupPhoto.mirrorBacklog()).toMatchObject({ copied: 1, waiting: 2 });
  await backUp([lost, altered]);
  expect(await examine()).toMatchObject(SOUND);
});

test('a mirror: a backlog is none of the doctor’s business until it is an hour old', async () => {
  await start('mirror');
  const [photo] = (await send(1)) as [Photo];
  expect(await examine()).toMatchObject(SOUND);
  clock.forward(2 * HOUR);
  expect(await examine()).toMatchObject({ ...SOUND, unbacked: 1, unbackedIds: [photo.id] });
  expect(await doctorCommand.run(app, { values: {}, words: [] })).toMatchObject({ exit: 1 });
});

test('S3 alone: what is missing is known from the listing, what is altered by reading, what no row knows is removed', async () => {
  await start('s3');
  const photos = await send(4);
  const [lost, altered] = photos as [Photo, Photo];
  expect(await examine()).toMatchObject({ photos: 4, ...SOUND });
  await removeObject(lost, 'portrait-1');
  await s3.plant(keyOf(altered, 'full'), 'altered');
  await s3.plant(keyOf(altered, 'portrait-9'), 'a stray');
  const listed = await app.checkIntegrity({ repair: false, read: { from: '', photos: 0 } });
  expect(listed).toMatchObject({ orphanFiles: 1, rowsWithoutFile: 1, missing: [lost.id], checksumMismatches: 0 });
  const wrong = { rowsWithoutFile: 1, checksumMismatches: 1, damaged: [altered.id], mendable: 0 };
  expect(await examine()).toMatchObject({ orphanFiles: 1, ...wrong });
  expect(await examine(true)).toMatchObject({ orphanFiles: 1, swept: 0, ...wrong }); // not a week old
  clock.forward(8 * 24 * HOUR);
  expect(await examine(true)).toMatchObject({ orphanFiles: 0, swept: 1, ...wrong });
  expect((await s3.keys()).filter((key) => key.includes('portrait-9'))).toEqual([]);
});

test('S3 alone: what was altered there and is sound on the disk, from before a move, is put back by a repair', async () => {
  await start('s3');
  const [photo] = (await send(1)) as [Photo];
  const bytes = (await app.files.bucket?.read(photo.filename, 'full')) ?? Buffer.alloc(0);
  await app.files.replace(photo.filename, 'full', bytes);
  await s3.plant(keyOf(photo, 'full'), 'altered');
  expect(await examine()).toMatchObject({ checksumMismatches: 1, mendable: 1, damaged: [photo.id] });
  expect(await examine(true)).toMatchObject({ ...SOUND, fetched: 1 });
  expect(await examine()).toMatchObject(SOUND);
  expect(await app.files.bucket?.read(photo.filename, 'full')).toEqual(bytes);
});

test('a file that the disk cannot read is altered, and holds up no other; one that is empty is missing', async () => {
  await start('mirror');
  const [unreadable, empty] = (await send(3)) as [Photo, Photo];
  rmSync(pathOf(unreadable, 'full'));
  mkdirSync(pathOf(unreadable, 'full'));
  writeFileSync(pathOf(empty, 'thumb'), '');
  const listed = await app.checkIntegrity({ repair: false, read: { from: '', photos: 0 } });
  expect(listed).toMatchObject({ photos: 3, missing: [empty.id] });
  expect(await examine()).toMatchObject({ photos: 3, damaged: [unreadable.id, empty.id], missing: [] });
});

test('an S3 that does not answer leaves the disk to be looked at, and says so', async () => {
  await start('mirror');
  const [lost] = (await send(2)) as [Photo, Photo];
  rmSync(pathOf(lost, 'thumb'));
  if (!app.files.bucket) throw new Error('no bucket');
  // eslint-disable-next-line require-yield -- it fails before it lists anything
  app.files.bucket.list = async function* () {
    await Promise.reject(new StoreUnavailable('away'));
  };
  const said = await doctorCommand.run(app, { values: {}, words: [] });
  expect(said).toMatchObject({ exit: 1, json: { store_away: true, photos: 2, missing: [lost.id], mendable: 0 } });
  expect(said.text).toContain('S3 did not answer: only the disk was looked at');
});

test('a photo that is deleted while the doctor looks is not missing', async () => {
  await start('s3');
  const parent = await addParent(app);
  await portraitsOf(app).send(parent);
  const [kept] = (await send(1)) as [Photo];
  const { list } = app.files.bucket ?? {};
  if (!app.files.bucket || !list) throw new Error('no bucket');
  let listings = 0;
  app.files.bucket.list = async function* () {
    listings += 1;
    if (listings === 2) await app.deletePhotos(parent); // the first is the sweep's
    for await (const one of list()) if (one.key === kept.filename) yield one;
  };
  // Rows are read first, then the listing, which does not know it any more.
  expect(await app.checkIntegrity({ repair: false, read: { from: '', photos: 0 } })).toMatchObject(SOUND);
});

test('a listing that is in another order than the rows is not believed', async () => {
  const [a, b] = [makeStorageKey(1, Buffer.alloc(16, 1)), makeStorageKey(1, Buffer.alloc(16, 2))];
  const listing = async function* () {
    for (const key of [b, a]) yield { key, file: 'full' } as const;
  };
  const copiesOf = makeListedCopies(listing());
  await expect(copiesOf(b)).rejects.toThrow('not in the order of its keys');
});
