import type { PhotoFile, StorageKey } from './photo-keys.ts';
import type { StoredFile } from './photo-place.ts';

/**
 * Looks up in a listing, which is in the order of the keys' bytes, what each photo has there. Keys must be asked for in that order, too:
 * then each page of the listing is read once, and forgotten. Throws when the listing is in another order.
 */
export const makeListedCopies = (listing: AsyncIterator<StoredFile, unknown>) => {
  let next: StoredFile | undefined;
  let isOver = false;
  let last = '';
  const advance = async (): Promise<void> => {
    const read = await listing.next();
    next = read.done === true ? undefined : read.value;
    isOver = next === undefined;
    if (!next) return;
    if (next.key < last) throw new Error('a listing is not in the order of its keys');
    last = next.key;
  };
  return async (key: StorageKey): Promise<Set<PhotoFile>> => {
    const found = new Set<PhotoFile>();
    if (!next && !isOver) await advance();
    while (next && next.key < key) await advance();
    while (next?.key === key) {
      found.add(next.file);
      await advance();
    }
    return found;
  };
};
