import { mkdir, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { makePhotoFiles, type PhotoFiles } from '../../src/photos/photo-files.ts';
import { instanceName } from '../../src/platform/instance.ts';
import { filesBelow, openUploads } from '../support/uploads-folder.ts';

const instance = instanceName();
const deadInstance = instance.replace(/\d+$/, '1');

let uploadsDir: string;
let files: PhotoFiles;
beforeEach(async () => {
  ({ uploadsDir, files } = await openUploads());
});
afterEach(() => rm(dirname(uploadsDir), { recursive: true }));

const everything = (): Promise<string[]> => filesBelow(uploadsDir);

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
