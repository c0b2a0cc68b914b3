import { randomInt } from 'node:crypto';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const LETTERS = 'abcdefghijkmnpqrstuvwxyz23456789';

/** A password of 20 letters and digits that are hard to mistake: 99 bits. */
export const makePassword = (): string =>
  Array.from({ length: 4 }, () =>
    Array.from({ length: 5 }, () => LETTERS[randomInt(LETTERS.length)] ?? '').join(''),
  ).join('-');

/** Keeps a made password where only the owner of the service reads it; gives the path. */
export const keepPassword = async (dataDir: string, password: string): Promise<string> => {
  const path = join(dataDir, 'first-admin-password');
  await mkdir(dataDir, { recursive: true });
  await rm(path, { force: true }); // an older file would keep its own mode
  await writeFile(path, `${password}\n`, { mode: 0o600, flag: 'wx' });
  return path;
};
