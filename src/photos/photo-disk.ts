// A photo's journey ⑥: store, on a local disk
import { open, readdir, readFile, rename, rm, stat, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { makeDurableFolders, syncFolder } from '../platform/durable-files.ts';
import { settleAll } from '../platform/settle-all.ts';
import { orIfMissing } from './or-if-missing.ts';
import { type PhotoFile, photoFileAt, placeOf, type StorageKey } from './photo-keys.ts';
import type { PhotoPlace, Staged } from './photo-place.ts';

type PhotoDisk = PhotoPlace & {
  /** Makes the folder, for its owner alone. */
  prepare: () => Promise<void>;
  pathOf: (key: StorageKey, file: PhotoFile) => string;
  /** Whether the file is there, with something in it. */
  has: (key: StorageKey, file: PhotoFile) => Promise<boolean>;
  /** Moves a staged file into place, over what is there; the caller holds the photo's row. */
  replace: (key: StorageKey, file: PhotoFile, path: string) => Promise<void>;
};

/**
 * The files of photos in `<uploadsDir>/photos`. What a promise of `keep` has fulfilled is on disk even if the power fails; a
 * full or broken disk rejects with the system's error, and a place that is taken with EEXIST.
 */
export const makePhotoDisk = ({ uploadsDir }: { uploadsDir: string }): PhotoDisk => {
  const photosDir = join(uploadsDir, 'photos');
  const folders = makeDurableFolders(uploadsDir);
  const pathOf = (key: StorageKey, file: PhotoFile): string => join(photosDir, placeOf(key, file));

  const filesOf = async (key: StorageKey): Promise<PhotoFile[]> => {
    const names = await namesIn(dirname(pathOf(key, 'full')));
    const found = names.map((name) => photoFileAt(`${dirname(key)}/${name}`));
    return found.flatMap((one) => (one?.key === key ? [one.file] : []));
  };

  return {
    prepare: () => folders.ensure(photosDir),

    pathOf,

    has: async (key, file) => ((await orIfMissing(stat(pathOf(key, file)), undefined))?.size ?? 0) > 0,

    replace: async (key, file, path) => {
      const folder = dirname(pathOf(key, file));
      try {
        await folders.ensure(folder);
        await rename(path, pathOf(key, file));
        await syncFolder(folder);
      } catch (error) {
        folders.forget();
        throw error;
      }
    },

    keep: async (staged, key) => {
      const folder = dirname(pathOf(key, 'full'));
      const claimed: string[] = [];
      const putInPlace = async ({ file, path }: Staged[number]): Promise<void> => {
        // A rename would replace what is there without a word, so the name is claimed with an empty file first.
        await (await open(pathOf(key, file), 'wx', 0o600)).close();
        claimed.push(pathOf(key, file));
        await rename(path, pathOf(key, file));
      };
      try {
        await folders.ensure(folder);
        const [first, ...others] = staged;
        if (first) await putInPlace(first); // of two that keep by one key, the one that has this has all
        await settleAll(others.map(putInPlace));
        await syncFolder(folder);
      } catch (error) {
        folders.forget();
        await Promise.all(claimed.map((path) => rm(path, { force: true })));
        throw error;
      }
    },

    filesOf,

    remove: async (key, files) => {
      for (const file of files ?? (await filesOf(key))) await orIfMissing(unlink(pathOf(key, file)), undefined);
      await orIfMissing(syncFolder(dirname(pathOf(key, 'full'))), undefined);
    },

    read: (key, file) => orIfMissing(readFile(pathOf(key, file)), undefined),

    async *list() {
      for (const school of await namesIn(photosDir)) {
        for (const part of await namesIn(join(photosDir, school))) {
          for (const name of await namesIn(join(photosDir, school, part))) {
            const found = photoFileAt(`${school}/${part}/${name}`);
            if (found) yield found;
          }
        }
      }
    },
  };
};

const namesIn = (folder: string): Promise<string[]> => orIfMissing(readdir(folder), []);
