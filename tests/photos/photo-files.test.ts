import { rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { makePhotoFiles } from '../../src/photos/photo-files.ts';
import { isStorageKey, makeStorageKey, portraitFile } from '../../src/photos/photo-keys.ts';
import type { PhotoFiles } from '../../src/photos/photo-files.ts';
import type { PhotoFile, StorageKey } from '../../src/photos/photo-keys.ts';
import type { NewFiles } from '../../src/photos/photo-staging.ts';
import { instanceName } from '../../src/platform/instance.ts';
import { filesBelow, openUploads, stageThree, threePictures, writeThree } from '../support/uploads-folder.ts';

const key = makeStorageKey(7, Buffer.from('ab0123456789abcdef0123456789abcd', 'hex'));
const otherKey = makeStorageKey(7, Buffer.from('ab9999999999abcdef0123456789abcd', 'hex'));
const image = threePictures;
const instance = instanceName();

let uploadsDir: string;
let files: PhotoFiles;
beforeEach(async () => {
  ({ uploadsDir, files } = await openUploads());
});
afterEach(() => rm(dirname(uploadsDir), { recursive: true }));

const everything = (): Promise<string[]> => filesBelow(uploadsDir);
const stage = (pictures: typeof image) => stageThree(files, pictures);
const stored = [`photos/${key}.jpg`, `photos/${key}.thumb.jpg`, `photos/${key}.portrait-1.jpg`];

test('R12: a key is made of the school and of chance alone', () => {
  expect(key).toBe('s7/ab/ab0123456789abcdef0123456789abcd');
  expect(() => makeStorageKey(7, Buffer.alloc(15))).toThrow();
  for (const school of [0, -1, 1.5, NaN, 1e21]) expect(() => makeStorageKey(school, Buffer.alloc(16))).toThrow();
});

test('R12: what is no key is refused at each use', async () => {
  const staged = await stage(image);
  const bad = [
    '',
    's7/ab/../../../etc/passwd',
    '../photos/s7/ab/ab0123456789abcdef0123456789abcd',
    's7/cd/ab0123456789abcdef0123456789abcd',
    's7/AB/AB0123456789ABCDEF0123456789ABCD',
    's07/ab/ab0123456789abcdef0123456789abcd',
    `${key}\n`,
    `${key}.jpg`,
    `${key}\0`,
  ];
  for (const text of bad) {
    const malformed = text as StorageKey;
    expect([text, isStorageKey(text)]).toEqual([text, false]);
    await expect(files.keep(staged, malformed)).rejects.toThrow('Not a storage key');
    await expect(files.remove(malformed)).rejects.toThrow('Not a storage key');
    await expect((async () => files.read(malformed, 'full'))()).rejects.toThrow('Not a storage key');
  }
});

test('R12: an instance name that is a path is refused', () => {
  for (const name of ['..', '.', '', 'a/b', 'a\\b']) {
    expect(() => makePhotoFiles({ uploadsDir, instance: name })).toThrow('plain file name');
  }
});

test('what is kept can be read, is for the owner alone, and leaves no temporary file', async () => {
  await files.keep(await stage(image), key);
  expect(await everything()).toEqual(expect.arrayContaining(stored));
  expect(await everything()).toHaveLength(3);
  expect(await files.read(key, 'full')).toEqual(image.full);
  expect(await files.read(key, 'thumb')).toEqual(image.thumb);
  expect(await files.read(key, portraitFile(1))).toEqual(image.portrait);
  for (const path of stored) expect((await stat(join(uploadsDir, path))).mode & 0o777).toBe(0o600);
  for (const folder of ['photos', 'photos/s7/ab', `tmp/${instance}`]) {
    expect((await stat(join(uploadsDir, folder))).mode & 0o777).toBe(0o700);
  }
});

test('temporary files live on the volume of the uploads, each with a name of its own', async () => {
  expect(dirname(files.temporaryPath())).toBe(join(uploadsDir, 'tmp', instance));
  expect(files.temporaryPath()).not.toBe(files.temporaryPath());
  expect(basename(files.temporaryPath())).toMatch(/^[\w-]+\.part$/);
  const staged = await stage(image);
  staged.push({ file: portraitFile(2), ...(await files.stageBytes(image.portrait)) });
  expect(staged.map(({ file }) => file)).toEqual(['full', 'thumb', 'portrait-1', 'portrait-2']);
  for (const { path } of staged) {
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(dirname(path)).toBe(join(uploadsDir, 'tmp', instance));
  }
});

describe('R59: nothing half-done is left', () => {
  test('R59: nothing after discard, which may come twice or after keep', async () => {
    const staged = await stage(image);
    await files.discard(staged);
    expect(await everything()).toEqual([]);
    await files.discard(staged);
    const kept = await stage(image);
    await files.keep(kept, key);
    await files.discard(kept);
    expect(await everything()).toHaveLength(3);
  });

  test('R59: nothing when the picture is refused, or one of the three is not written', async () => {
    const refused = { ok: false, reason: 'unreadable' } as const;
    expect(await files.stage(async (to) => writeThree(to).then(() => refused))).toEqual(refused);
    for (const [n, which] of (['full', 'thumb', 'portrait'] as const).entries()) {
      const failing = async (to: NewFiles) => {
        for (const path of [to.full, to.thumb, to.portrait].slice(0, n)) await writeFile(path, 'x');
        throw new Error(`no ${which}`);
      };
      await expect(files.stage(failing)).rejects.toThrow(`no ${which}`);
      const missing = (to: NewFiles) => writeThree(to).then(async (said) => rm(to[which]).then(() => said));
      await expect(files.stage(missing)).rejects.toThrow('ENOENT');
    }
    expect(await everything()).toEqual([]);
  });

  test.each([0, 1, 2])('R59: nothing in place when file %i of the three cannot be moved', async (which) => {
    const staged = await stage(image);
    await rm(staged[which]?.path ?? '');
    await expect(files.keep(staged, key)).rejects.toThrow('ENOENT');
    await files.discard(staged);
    expect(await everything()).toEqual([]);
  });

  test('R59: a folder that was removed behind our back fails once and is made again', async () => {
    await files.keep(await stage(image), key);
    await rm(join(uploadsDir, 'photos'), { recursive: true });
    const staged = await stage(image);
    await expect(files.keep(staged, key)).rejects.toThrow('ENOENT');
    await files.keep(staged, key);
    expect(await files.read(key, 'full')).toEqual(image.full);
  });
});

test('remove takes all files, portraits of every version too, and is quiet about what is gone', async () => {
  await files.remove(key);
  await files.keep(await stage(image), key);
  await files.keep(await stage(image), otherKey);
  await rm(join(uploadsDir, `photos/${key}.jpg`));
  await files.keep([{ file: portraitFile(12), ...(await files.stageBytes(image.portrait)) }], key);
  expect((await files.filesOf(key)).sort()).toEqual(['portrait-1', 'portrait-12', 'thumb']);
  await files.remove(key);
  expect(await files.filesOf(key)).toEqual([]);
  expect((await files.filesOf(otherKey)).sort()).toEqual(['full', 'portrait-1', 'thumb']);
  await files.remove(key);
  expect(await files.filesOf('s9/00/00000000000000000000000000000000' as StorageKey)).toEqual([]);
});

test('of the files that are named, remove takes those alone', async () => {
  await files.keep(await stage(image), key);
  await files.keep([{ file: portraitFile(2), ...(await files.stageBytes(image.portrait)) }], key);
  await files.remove(key, [portraitFile(1), portraitFile(7)]);
  expect((await files.filesOf(key)).sort()).toEqual(['full', 'portrait-2', 'thumb']);
});

test('R12: what is no file of a photo is refused', async () => {
  const bad = [
    'portrait-0',
    'portrait-01',
    'portrait-1.5',
    'portrait--1',
    'portrait-NaN',
    'x',
    '',
    '../full',
    'thumb\n',
  ];
  for (const text of bad) {
    const file = text as PhotoFile;
    await expect((async () => files.read(key, file))(), text).rejects.toThrow('Not a file of a photo');
    await expect(files.remove(key, [file]), text).rejects.toThrow('Not a file of a photo');
    await expect(files.keep([{ file, ...(await files.stageBytes(image.portrait)) }], key)).rejects.toThrow();
  }
});

test('list names every file of a photo and nothing else', async () => {
  await files.keep(await stage(image), key);
  await files.keep(await stage(image), otherKey);
  await rm(join(uploadsDir, `photos/${otherKey}.jpg`));
  await stage(image);
  await writeFile(join(uploadsDir, 'photos/README.jpg'), '');
  await writeFile(join(uploadsDir, 'photos/s7/ab/notes.jpg'), '');
  await writeFile(join(uploadsDir, `photos/${key}.jpg.bak`), '');
  for (const odd of ['full', 'portrait-0', 'portrait-01', 'portrait-x', 'portrait', 'thumb.thumb']) {
    await writeFile(join(uploadsDir, `photos/${key}.${odd}.jpg`), '');
  }
  const found = await Array.fromAsync(files.list());
  expect(found.map(({ key: of, file }) => `${of} ${file}`).sort()).toEqual([
    `${key} full`,
    `${key} portrait-1`,
    `${key} thumb`,
    `${otherKey} portrait-1`,
    `${otherKey} thumb`,
  ]);
});
