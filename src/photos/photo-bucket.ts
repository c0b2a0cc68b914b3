// A photo's journey ⑥: store, in S3
import { hash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { ObjectFacts, ObjectStore } from '../platform/object-store.ts';
import { readObject } from '../platform/read-object.ts';
import { settleAll } from '../platform/settle-all.ts';
import { type PhotoFile, photoFileAt, placeOf, type StorageKey } from './photo-keys.ts';
import type { PhotoPlace } from './photo-place.ts';

const BELOW = 'photos/';
/** No file of a photo is larger: 1,200 pixels a side, three bytes each, are 4.3 MB before they are compressed. */
const MOST_BYTES = 8 * 1024 * 1024;

/** Where a file is in the bucket, below the prefix. */
export const objectKey = (key: StorageKey, file: PhotoFile): string => BELOW + placeOf(key, file);

/**
 * The files of photos as objects `photos/<key>.jpg` and so on. What is read is held against the hash with which it was put.
 * A file that is there already is replaced: nobody else makes the same key, and of portraits the row's lock lets one through.
 */
export const makePhotoBucket = ({ store }: { store: ObjectStore }) => {
  const filesOf = async (key: StorageKey): Promise<PhotoFile[]> => {
    const found: PhotoFile[] = [];
    for await (const object of store.list(objectKey(key, 'full').replace(/jpg$/, ''))) {
      const one = photoFileAt(object.key.slice(BELOW.length));
      if (one?.key === key) found.push(one.file);
    }
    return found;
  };
  const put = (key: StorageKey, file: PhotoFile, path: string, facts: ObjectFacts): Promise<void> =>
    store.put(objectKey(key, file), path, facts);
  const place: PhotoPlace = {
    keep: async (staged, key) => {
      const puts = staged.map(async ({ file, path }) => {
        const bytes = await readFile(path);
        await put(key, file, path, { bytes: bytes.length, sha256: hash('sha256', bytes) });
      });
      await settleAll(puts); // none may still be on its way when the sweep looks
    },
    read: (key, file) => readObject(store, objectKey(key, file), { maxBytes: MOST_BYTES }),
    filesOf,
    remove: async (key, files) => {
      const gone = files ?? (await filesOf(key));
      if (gone.length > 0) await store.remove(gone.map((file) => objectKey(key, file)));
    },
    async *list() {
      for await (const object of store.list(BELOW)) {
        const found = photoFileAt(object.key.slice(BELOW.length));
        if (found) yield { ...found, modifiedAt: object.modifiedAt };
      }
    },
  };
  return {
    ...place,
    /** Stores one file of the disk, which must be what the facts say. */
    put,
    has: async (key: StorageKey, file: PhotoFile): Promise<boolean> =>
      (await store.head(objectKey(key, file))) !== undefined,
    /** Whether the file is there, with these bytes. */
    holds: async (key: StorageKey, file: PhotoFile, sha256: string): Promise<boolean> =>
      (await store.head(objectKey(key, file)))?.sha256 === sha256,
  };
};
