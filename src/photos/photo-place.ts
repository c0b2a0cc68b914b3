import type { PhotoFile, StorageKey } from './photo-keys.ts';

/** Files that are on the local disk, but not yet where they belong. */
export type Staged = { file: PhotoFile; path: string }[];
export type StoredFile = {
  key: StorageKey;
  file: PhotoFile;
  /** When it was put there, where the listing tells it: S3 does. */
  modifiedAt?: Date;
};

/** Where photos are kept: a folder (photo-disk.ts) or a bucket of S3 (photo-bucket.ts). */
export type PhotoPlace = {
  /** Puts all in place, for good; what it has put when it rejects is left to the sweep, if it cannot be taken back. */
  keep: (staged: Staged, key: StorageKey) => Promise<void>;
  /** A file's bytes; undefined when there is no such file. */
  read: (key: StorageKey, file: PhotoFile) => Promise<Buffer | undefined>;
  /** The files that a photo has here. */
  filesOf: (key: StorageKey) => Promise<PhotoFile[]>;
  /** Removes the files, all that there are if none are named; they are gone for good when it resolves. */
  remove: (key: StorageKey, files?: PhotoFile[]) => Promise<void>;
  /** Every file of a photo, in no order; what has another name is no photo and is left out. */
  list: () => AsyncGenerator<StoredFile>;
};
