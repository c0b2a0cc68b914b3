import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { objectKey } from '../../src/photos/photo-bucket.ts';
import { makeStorageKey, type StorageKey } from '../../src/photos/photo-keys.ts';
import { makeSweepPhotos } from '../../src/photos/sweep-photos.ts';
import { type App, startApp } from '../support/app.ts';
import { portraitsOf } from '../support/portraits.ts';
import { startS3, type TestS3 } from '../support/s3.ts';

let s3: TestS3;
let app: App;
let prefix: string;
beforeAll(async () => {
  s3 = await startS3();
});
beforeEach(async () => {
  prefix = `${crypto.randomUUID()}/`;
  app = await startApp({ env: { ...s3.env, STORAGE: 'mirror', S3_PREFIX: prefix } });
});
afterEach(() => app.stop());
afterAll(() => s3.stop());

const DAY_MS = 24 * 60 * 60 * 1000;
const TOO_MANY = 101;
/** The same sweep, some days later. */
const sweepIn = (days: number) =>
  makeSweepPhotos({ ...app, clock: { now: () => new Date(Date.now() + days * DAY_MS) } });
const someKeys = (count: number): StorageKey[] =>
  Array.from({ length: count }, (_, n) => makeStorageKey(1, Buffer.alloc(16, `photo ${n}`.padStart(16))));
const plantObjects = async (keys: StorageKey[]): Promise<void> => {
  for (const key of keys) await s3.plant(prefix + objectKey(key, 'full'), 'a stray');
};
const plantFiles = async (keys: StorageKey[]): Promise<void> => {
  for (const key of keys) {
    const path = app.files.disk.pathOf(key, 'full');
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, 'a stray');
  }
};
const objects = async () => (await s3.keys()).filter((key) => key.startsWith(`${prefix}photos/`)).length;
const onDisk = async () => (await Array.fromAsync(app.files.disk.list())).length;
const refusals = () => app.logs.filter((line) => line.includes('too many photos are unknown'));

test('an object that no row knows stays for a week, and then it goes', async () => {
  const photo = await portraitsOf(app).send();
  await app.backupPhoto.backUp(photo.id, { signal: new AbortController().signal });
  await plantObjects(someKeys(1));
  expect(await sweepIn(0).walk({ remove: true })).toEqual({ unknown: 1, removed: 0 });
  expect(await sweepIn(6.9).walk({ remove: true, byPerson: true })).toEqual({ unknown: 1, removed: 0 });
  expect(await sweepIn(7.1).walk({ remove: false })).toEqual({ unknown: 1, removed: 0 });
  expect(await objects()).toBe(4);
  expect(await sweepIn(7.1).walk({ remove: true })).toEqual({ unknown: 1, removed: 1 });
  expect(await objects()).toBe(3);
});

test('a bucket of a newer database loses nothing, whoever asks, and an error is logged', async () => {
  await plantObjects(someKeys(TOO_MANY));
  expect(await sweepIn(30).walk({ remove: true })).toEqual({ unknown: TOO_MANY, removed: 0 });
  expect(await sweepIn(30).walk({ remove: true, byPerson: true })).toEqual({ unknown: TOO_MANY, removed: 0 });
  expect(await objects()).toBe(TOO_MANY);
  expect(refusals()).toHaveLength(2);
  expect(JSON.parse(refusals()[0] ?? '')).toMatchObject({
    ...{ level: 'error', place: 'bucket', unknown: TOO_MANY, photos: 0 },
  });
});

test('a disk with too many strays loses none by itself; a person may remove them', async () => {
  await plantFiles(someKeys(TOO_MANY));
  expect(await app.sweepPhotos.walk({ remove: true })).toEqual({ unknown: TOO_MANY, removed: 0 });
  expect(await onDisk()).toBe(TOO_MANY);
  expect(refusals()).toHaveLength(1);
  expect(await app.checkIntegrity({ repair: true })).toMatchObject({ swept: TOO_MANY, orphanFiles: 0 });
  expect(await onDisk()).toBe(0);
});

test('what a repair leaves in the bucket is still counted', async () => {
  await plantObjects(someKeys(1));
  expect(await app.checkIntegrity({ repair: true })).toMatchObject({ swept: 0, orphanFiles: 1 });
});
