import { mkdir, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { isStorageKey, makePhotoFiles, makeStorageKey } from '../../src/photos/photo-files.ts';
import type { PhotoFiles, StorageKey } from '../../src/photos/photo-files.ts';
import { instanceName } from '../../src/platform/instance.ts';

const key = makeStorageKey(7, Buffer.from('ab0123456789abcdef0123456789abcd', 'hex'));
const otherKey = makeStorageKey(7, Buffer.from('ab9999999999abcdef0123456789abcd', 'hex'));
const image = { full: Buffer.from('the full picture'), thumb: Buffer.from('its thumbnail') };
const instance = instanceName();
const deadInstance = instance.replace(/\d+$/, '1');

let uploadsDir: string;
let files: PhotoFiles;
beforeEach(async () => {
  uploadsDir = join(await mkdtemp(join(tmpdir(), 'files-')), 'uploads');
  files = makePhotoFiles({ uploadsDir, instance });
  await files.prepare();
});
afterEach(() => rm(dirname(uploadsDir), { recursive: true }));

/** Every file below the uploads, temporary ones too. */
const everything = async (): Promise<string[]> => {
  const entries = await readdir(uploadsDir, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(uploadsDir.length + 1));
};
const stored = [`photos/${key}.jpg`, `photos/${key}.thumb.jpg`];

test('R12: a key is made of the school and of chance alone', () => {
  expect(key).toBe('s7/ab/ab0123456789abcdef0123456789abcd');
  expect(() => makeStorageKey(7, Buffer.alloc(15))).toThrow();
  for (const school of [0, -1, 1.5, NaN, 1e21]) expect(() => makeStorageKey(school, Buffer.alloc(16))).toThrow();
});

test('R12: what is no key is refused at each use', async () => {
  const staged = await files.stage(image);
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
  await files.keep(await files.stage(image), key);
  expect(await everything()).toEqual(expect.arrayContaining(stored));
  expect(await everything()).toHaveLength(2);
  expect(await files.read(key, 'full')).toEqual(image.full);
  expect(await files.read(key, 'thumb')).toEqual(image.thumb);
  for (const path of stored) expect((await stat(join(uploadsDir, path))).mode & 0o777).toBe(0o600);
  for (const folder of ['photos', 'photos/s7/ab', `tmp/${instance}`]) {
    expect((await stat(join(uploadsDir, folder))).mode & 0o777).toBe(0o700);
  }
});

test('temporary files live on the volume of the uploads, each with a name of its own', async () => {
  expect(dirname(files.temporaryPath())).toBe(join(uploadsDir, 'tmp', instance));
  expect(files.temporaryPath()).not.toBe(files.temporaryPath());
  expect(basename(files.temporaryPath())).toMatch(/^[\w-]+\.part$/);
  const staged = await files.stage(image);
  expect((await stat(staged.full)).mode & 0o777).toBe(0o600);
  expect(dirname(staged.thumb)).toBe(join(uploadsDir, 'tmp', instance));
});

describe('R59: nothing half-done is left', () => {
  test('R59: nothing after discard, which may come twice or after keep', async () => {
    const staged = await files.stage(image);
    await files.discard(staged);
    expect(await everything()).toEqual([]);
    await files.discard(staged);
    const kept = await files.stage(image);
    await files.keep(kept, key);
    await files.discard(kept);
    expect(await everything()).toHaveLength(2);
  });

  test('R59: nothing when the second of the two cannot be written', async () => {
    const taken = makePhotoFiles({ uploadsDir, instance, uniqueName: () => 'same' });
    await expect(taken.stage(image)).rejects.toThrow('EEXIST');
    expect(await everything()).toEqual([]);
  });

  test.each(['full', 'thumb'] as const)('R59: nothing in place when the %s picture cannot be moved', async (size) => {
    const staged = await files.stage(image);
    await rm(staged[size]);
    await expect(files.keep(staged, key)).rejects.toThrow('ENOENT');
    await files.discard(staged);
    expect(await everything()).toEqual([]);
  });

  test('R59: a folder that was removed behind our back fails once and is made again', async () => {
    await files.keep(await files.stage(image), key);
    await rm(join(uploadsDir, 'photos'), { recursive: true });
    const staged = await files.stage(image);
    await expect(files.keep(staged, key)).rejects.toThrow('ENOENT');
    await files.keep(staged, key);
    expect(await files.read(key, 'full')).toEqual(image.full);
  });
});

test.each([0, 1])('R59: what is stored is never overwritten (file %i of two there)', async (there) => {
  const path = join(uploadsDir, stored[there] ?? '');
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, 'older');
  const staged = await files.stage(image);
  await expect(files.keep(staged, key)).rejects.toThrow('EEXIST');
  expect(await readFile(path, 'utf8')).toBe('older');
  await files.discard(staged);
  expect(await everything()).toEqual([stored[there]]);
});

test('R59: of two that keep by one key at once, one wins with both of its files', async () => {
  const [first, second] = [image, { full: Buffer.from('FULL'), thumb: Buffer.from('THUMB') }];
  const staged = await Promise.all([files.stage(first), files.stage(second)]);
  const outcomes = await Promise.allSettled(staged.map((pair) => files.keep(pair, key)));
  expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  const winner = outcomes[0]?.status === 'fulfilled' ? first : second;
  expect(await files.read(key, 'full')).toEqual(winner.full);
  expect(await files.read(key, 'thumb')).toEqual(winner.thumb);
});

test('remove takes both files and is quiet about what is gone', async () => {
  await files.remove(key);
  await files.keep(await files.stage(image), key);
  await files.keep(await files.stage(image), otherKey);
  await rm(join(uploadsDir, `photos/${key}.jpg`));
  await files.remove(key);
  expect(await files.read(key, 'thumb')).toBeUndefined();
  expect(await files.read(otherKey, 'full')).toEqual(image.full);
  await files.remove(key);
});

test('list names every file of a photo and nothing else', async () => {
  await files.keep(await files.stage(image), key);
  await files.keep(await files.stage(image), otherKey);
  await rm(join(uploadsDir, `photos/${otherKey}.jpg`));
  await files.stage(image);
  await writeFile(join(uploadsDir, 'photos/README.jpg'), '');
  await writeFile(join(uploadsDir, 'photos/s7/ab/notes.jpg'), '');
  await writeFile(join(uploadsDir, `photos/${key}.jpg.bak`), '');
  const found = await Array.fromAsync(files.list());
  expect(found.map((file) => `${file.key} ${file.size}`).sort()).toEqual([
    `${key} full`,
    `${key} thumb`,
    `${otherKey} thumb`,
  ]);
  for (const { path, mtimeMs } of found) expect(mtimeMs).toBe((await stat(path)).mtimeMs);
});

describe('R58: the sweep of temporary files', () => {
  const leave = async (owner: string, ageMs = 0): Promise<string> => {
    const path = join(uploadsDir, 'tmp', owner, `${crypto.randomUUID()}.part`);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, 'x');
    const time = new Date(Date.now() - ageMs);
    await utimes(path, time, time);
    return path.slice(uploadsDir.length + 1);
  };
  const hour = 60 * 60 * 1000;

  test('R58: takes those of the dead, and of strangers the old ones, never those of the living', async () => {
    await leave(deadInstance);
    await leave(deadInstance, 2 * hour);
    await leave(`elsewhere-${instance}`, hour + 60_000);
    const young = await leave(`elsewhere-${instance}`, hour - 60_000);
    const own = await leave(instance, 48 * hour);

    expect(await files.sweepTemporary({ remove: false })).toBe(3);
    expect(await everything()).toHaveLength(5);
    expect(await files.sweepTemporary()).toBe(3);
    expect((await everything()).sort()).toEqual([young, own].sort());
    expect(await readdir(join(uploadsDir, 'tmp'))).not.toContain(deadInstance);
    expect(await files.sweepTemporary()).toBe(0);
  });

  test('R58: goes by the clock it is given', async () => {
    await leave(`elsewhere-${instance}`);
    const later = makePhotoFiles({ uploadsDir, instance, clock: { now: () => new Date(Date.now() + 2 * hour) } });
    expect(await files.sweepTemporary()).toBe(0);
    expect(await later.sweepTemporary()).toBe(1);
  });

  test('R58: two sweeps at once do not disturb each other', async () => {
    for (let i = 0; i < 20; i += 1) await leave(deadInstance);
    await Promise.all([files.sweepTemporary(), files.sweepTemporary()]);
    expect(await everything()).toEqual([]);
  });
});
