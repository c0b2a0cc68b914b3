// A photo's journey ⑥: store (what the decoder writes)
import { unlink } from 'node:fs/promises';
import { writeDurably } from '../platform/durable-files.ts';
import { freeMemory } from '../platform/free-memory.ts';
import type { Result } from '../shared/result.ts';
import type { Compressed } from './compress-image.ts';
import type { NewFiles } from './photo-staging.ts';

/** A photo whose files are written; `bytes` is the size of the larger picture. */
export type Written = Omit<Compressed, 'full' | 'thumb' | 'portrait'> & { bytes: number };

/**
 * Writes the pictures where the service wants them, for their owner alone, and on disk; the service puts them in their place.
 * They stay out of the channel between the processes, where each of their bytes would be copied several times. Rejects with the
 * system's error when one cannot be written.
 */
export const writeCompressed = async <Reason extends string>(
  image: Result<Compressed, Reason>,
  to: NewFiles,
): Promise<Result<Written, Reason>> => {
  if (!image.ok) return image;
  const { full, thumb, portrait, ...told } = image.value;
  await writeAnew(to.full, full);
  await writeAnew(to.thumb, thumb);
  await writeAnew(to.portrait, portrait);
  const bytes = full.length;
  freeMemory(full, thumb, portrait);
  return { ok: true, value: { ...told, bytes } };
};

/** A decoder that was ended while it wrote the same picture may have left a part of it. */
const writeAnew = async (path: string, bytes: Buffer): Promise<void> => {
  try {
    await writeDurably(path, bytes);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    await unlink(path);
    await writeDurably(path, bytes);
  }
};
