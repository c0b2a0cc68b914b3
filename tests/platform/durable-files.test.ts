import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { makeDurableFolders, syncFolder, writeDurably } from '../../src/platform/durable-files.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'durable-'));
});
afterEach(() => rm(folder, { recursive: true }));

test('a new file is for its owner alone, and never replaces another', async () => {
  const path = join(folder, 'a');
  await writeDurably(path, Buffer.from('first'));
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  await expect(writeDurably(path, Buffer.from('second'))).rejects.toThrow('EEXIST');
  expect(await readFile(path, 'utf8')).toBe('first');
});

test('folders are made with their parents, from above the root on, for their owner alone', async () => {
  const root = join(folder, 'new', 'root');
  const folders = makeDurableFolders(root);
  await folders.ensure(join(root, 'a', 'b'));
  await Promise.all(['c', 'c', 'd'].map((name) => folders.ensure(join(root, 'a', name))));
  for (const name of ['', 'a', 'a/b', 'a/c', 'a/d']) expect((await stat(join(root, name))).mode & 0o777).toBe(0o700);
});

test('a folder that could not be made is tried again', async () => {
  const folders = makeDurableFolders(folder);
  await writeDurably(join(folder, 'a'), Buffer.alloc(0));
  await expect(folders.ensure(join(folder, 'a', 'b'))).rejects.toThrow('EEXIST');
  await rm(join(folder, 'a'));
  await folders.ensure(join(folder, 'a', 'b'));
  await syncFolder(join(folder, 'a', 'b'));
});

test('a folder that somebody removed is made again after forget', async () => {
  const folders = makeDurableFolders(folder);
  await folders.ensure(join(folder, 'a'));
  await rm(join(folder, 'a'), { recursive: true });
  folders.forget();
  await folders.ensure(join(folder, 'a'));
  await syncFolder(join(folder, 'a'));
});

test('the root itself may be there already', async () => {
  await makeDurableFolders(folder).ensure(folder);
});

test('a folder beside the root is refused', () => {
  expect(() => makeDurableFolders(folder).ensure(`${folder}-beside`)).toThrow('below its root');
});
