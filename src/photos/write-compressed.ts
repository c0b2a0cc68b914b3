// A photo's journey ⑥: store (what the decoder writes)
import { unlink, writeFile } from 'node:fs/promises';
import { freeMemory } from '../platform/free-memory.ts';
import { settleAll } from '../platform/settle-all.ts';
import type { Result } from '../shared/result.ts';
import type { Compressed } from './compress-image.ts';
import type { NewFiles } from './photo-staging.ts';

/** A photo whose files are written; `bytes` is the size of the larger picture. */
export type Written = Omit<Compressed, 'full' | 'thumb' | 'portrait'> & { bytes: number };

/**
 * Writes the pictures where the service wants them, for their owner alone; the service puts them on disk and in their place.
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

/** A decoder that was ended while it wrote the same picture may have left a part of it. */
const writeAnew = async (path: string, bytes: Buffer): Promise<void> => {
  const anew = { flag: 'wx', mode: 0o600 };
  try {
    await writeFile(path, bytes, anew);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    await unlink(path);
    await writeFile(path, bytes, anew);
  }
};
