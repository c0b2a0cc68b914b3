import { readdir, rm, rmdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../platform/clock.ts';
import { UNFINISHED } from '../platform/object-store-local.ts';

type Deps = {
  /** Of the store: DATA_DIR/backups. */
  dir: string;
  clock: Clock;
};

/**
 * What was not written to for so long is nobody's: a pg_dump waits a minute for a lock, and a process that is silent for two minutes is
 * taken for dead.
 */
const LEFT_MS = 10 * 60_000;
const PROBE = 'probe-';

/**
 * Removes what backups that were killed left beside their objects: files that never became one, probes of the store, and the empty folders
 * of backups that are gone. Only for whoever runs the one backup that may run.
 */
export const makeSweepLeftovers =
  ({ dir, clock }: Deps) =>
  async (): Promise<void> => {
    const unfinished = (await namesIn(join(dir, UNFINISHED))).map((name) => join(dir, UNFINISHED, name));
    const probes = (await namesIn(dir)).filter((name) => name.startsWith(PROBE)).map((name) => join(dir, name));
    for (const path of [...unfinished, ...probes]) {
      const found = await orLeft(stat(path), undefined);
      if (found && clock.now().getTime() - found.mtimeMs > LEFT_MS) await orLeft(rm(path, { force: true }), undefined);
    }
    for (const set of await namesIn(join(dir, 'sets'))) await removeEmpty(join(dir, 'sets', set));
  };

export type SweepLeftovers = ReturnType<typeof makeSweepLeftovers>;

/** A folder with nothing but empty folders in it. */
const removeEmpty = async (folder: string): Promise<void> => {
  for (const entry of await orLeft(readdir(folder, { withFileTypes: true }), []))
    if (entry.isDirectory()) await removeEmpty(join(folder, entry.name));
  await orLeft(rmdir(folder), undefined);
};

const namesIn = (folder: string): Promise<string[]> => orLeft(readdir(folder), []);

/** Not there, not a folder, not empty, or a disk that refuses: it stays. The backup itself tells what is wrong with the disk. */
const orLeft = async <T, const E>(work: Promise<T>, instead: E): Promise<T | E> => {
  try {
    return await work;
  } catch (error) {
    if (error instanceof Error && 'code' in error) return instead;
    throw error;
  }
};
