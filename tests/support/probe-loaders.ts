// Run as a process of its own: which of the files on the command line does sharp open as it comes, and which as we set it up?
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import sharp from 'sharp';

const opens = async (path: string): Promise<boolean> => {
  const attempts = [path, await readFile(path)].map((source) => sharp(source).metadata());
  return (await Promise.allSettled(attempts)).some(({ status }) => status === 'fulfilled');
};

const opened = async (): Promise<string[]> => {
  const names: string[] = [];
  for (const path of process.argv.slice(2)) if (await opens(path)) names.push(basename(path));
  return names;
};

const bare = await opened();
await import('../../src/photos/image-library.ts');
process.stdout.write(JSON.stringify({ bare, ours: await opened() }));
