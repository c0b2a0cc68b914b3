import promises, { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { PhotoFiles } from '../../src/photos/photo-files.ts';
import { makeStorageKey, portraitFile } from '../../src/photos/photo-keys.ts';
import { filesBelow, openUploads, stageThree, threePictures as image } from '../support/uploads-folder.ts';

const key = makeStorageKey(7, Buffer.from('ab0123456789abcdef0123456789abcd', 'hex'));
const stored = [`photos/${key}.jpg`, `photos/${key}.thumb.jpg`, `photos/${key}.portrait-1.jpg`];

let uploadsDir: string;
let files: PhotoFiles;
beforeEach(async () => {
  ({ uploadsDir, files } = await openUploads());
});
afterEach(() => rm(dirname(uploadsDir), { recursive: true }));

const everything = (): Promise<string[]> => filesBelow(uploadsDir);
const stage = (pictures: typeof image) => stageThree(files, pictures);

test.each([0, 1, 2])('R59: what is stored is never overwritten (file %i of three there)', async (there) => {
  const path = join(uploadsDir, stored[there] ?? '');
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, 'older');
  const staged = await stage(image);
  await expect(files.keep(staged, key)).rejects.toThrow('EEXIST');
  expect(await readFile(path, 'utf8')).toBe('older');
  await files.discard(staged);
  expect(await everything()).toEqual([stored[there]]);
});

test('R59: a file that is still on its way when another one fails is taken back too', async () => {
  const there = join(uploadsDir, stored[2] ?? '');
  await mkdir(dirname(there), { recursive: true });
  await writeFile(there, 'older');
  const staged = await stage(image);
  const { rename } = promises;
  promises.rename = async (from, to) => {
    if (String(to).endsWith('.thumb.jpg')) await wait(100);
    await rename(from, to);
  };
  syncBuiltinESMExports();
  try {
    await expect(files.keep(staged, key)).rejects.toThrow('EEXIST');
    await wait(200);
  } finally {
    promises.rename = rename;
    syncBuiltinESMExports();
  }
  await files.discard(staged);
  expect(await everything()).toEqual([stored[2]]);
});

test('R59: of two that keep by one key at once, one wins with all of its files', async () => {
  const second = { full: Buffer.from('FULL'), thumb: Buffer.from('THUMB'), portrait: Buffer.from('PORTRAIT') };
  const staged = await Promise.all([stage(image), stage(second)]);
  const outcomes = await Promise.allSettled(staged.map((three) => files.keep(three, key)));
  expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  const winner = outcomes[0]?.status === 'fulfilled' ? image : second;
  expect(await files.read(key, 'full')).toEqual(winner.full);
  expect(await files.read(key, 'thumb')).toEqual(winner.thumb);
  expect(await files.read(key, portraitFile(1))).toEqual(winner.portrait);
});
