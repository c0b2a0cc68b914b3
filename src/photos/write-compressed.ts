// A photo's journey ⑥: store (what the decoder writes)
import { closeSync, fsync, openSync, unlinkSync, writeFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { freeMemory } from '../platform/free-memory.ts';
import { settleAll } from '../platform/settle-all.ts';
import type { Result } from '../shared/result.ts';
import type { Compressed } from './compress-image.ts';
import type { NewFiles } from './photo-staging.ts';
import { makeTakeTurns } from './take-turns.ts';

/** A photo whose files are written; `bytes` is the size of the larger picture. */
export type Written = Omit<Compressed, 'full' | 'thumb' | 'portrait'> & { bytes: number };

/** Files that are put on disk at once, one photo: each keeps a thread waiting, and the decodes need some. */
export const SYNCS_AT_ONCE = 3;

/**
 * Writes the pictures where the service wants them, for their owner alone, and puts them on disk; the service puts them in their place.
 * They stay out of the channel between the processes, where each of their bytes would be copied several times. Rejects with the
 * system's error when one cannot be written.
 */
export const writeCompressed = async <Reason extends string>(
  image: Result<Compressed, Reason>,
  to: NewFiles,
): Promise<Result<Written, Reason>> => {
  if (!image.ok) return image;
  const { full, thumb, portrait, ...told } = image.value;
  await settleAll([writeAnew(to.full, full), writeAnew(to.thumb, thumb), writeAnew(to.portrait, portrait)]);
  const bytes = full.length;
  freeMemory(full, thumb, portrait);
  return { ok: true, value: { ...told, bytes } };
};

const syncInTurn = makeTakeTurns(SYNCS_AT_ONCE);

/** Waits for another thread only where it waits for the disk: the way there and back costs more than to write into memory. */
const writeAnew = async (path: string, bytes: Buffer): Promise<void> => {
  const file = openAnew(path);
  try {
    writeFileSync(file, bytes);
    await syncInTurn(() => promisify(fsync)(file));
  } finally {
    closeSync(file);
  }
};

/** A decoder that was ended while it wrote the same picture may have left a part of it. */
const openAnew = (path: string): number => {
  try {
    return openSync(path, 'wx', 0o600);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    unlinkSync(path);
    return openSync(path, 'wx', 0o600);
  }
};
