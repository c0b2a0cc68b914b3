// A photo's journey ⑥: store
import { randomUUID } from 'node:crypto';
import { open, readdir, readFile, rename, rm, rmdir, stat, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { systemClock } from '../platform/clock.ts';
import type { Clock } from '../platform/clock.ts';
import { makeDurableFolders, syncFolder, writeDurably } from '../platform/durable-files.ts';
import { isDead, isElsewhere } from '../platform/instance.ts';

/** Names a photo's files, `s<schoolId>/<2 hex>/<32 hex>`; the two hex digits are the first of the 32 and spread the files. */
export type StorageKey = string & { readonly brand: 'StorageKey' };
type PhotoSize = 'full' | 'thumb';
/** Paths of two files that are on disk, but not yet where they belong. */
export type Staged = { full: string; thumb: string };
type StoredFile = { key: StorageKey; size: PhotoSize; path: string; mtimeMs: number };

type Deps = {
  uploadsDir: string;
  /** Ours, by `instanceName()`. */
  instance: string;
  clock?: Clock;
  /** A name that nobody has used. */
  uniqueName?: () => string;
};

const KEY = /^s[1-9]\d{0,15}\/([0-9a-f]{2})\/\1[0-9a-f]{30}$/;
const STRAY_AFTER_MS = 60 * 60 * 1000; // no upload takes an hour

/** A key for a new photo of a school; `random` is 16 bytes that nobody can guess. */
export const makeStorageKey = (schoolId: number, random: Buffer): StorageKey => {
  if (random.length !== 16) throw new Error(`A storage key takes 16 random bytes, not ${random.length}`);
  const name = random.toString('hex');
  return checked(`s${schoolId}/${name.slice(0, 2)}/${name}`);
};

export const isStorageKey = (text: string): text is StorageKey => KEY.test(text);

const checked = (text: string): StorageKey => {
  if (!isStorageKey(text)) throw new Error('Not a storage key'); // without the text: it may come from anywhere
  return text;
};

/**
 * The files of photos on local disk: `<uploadsDir>/photos/<key>.jpg` and `.thumb.jpg`. Temporary files live in
 * `<uploadsDir>/tmp/<instance>/`, on the same volume, so that a rename is atomic. What a promise of `stage` or `keep`
 * has fulfilled is on disk even if the power fails; a full or broken disk rejects with the system's error.
 */
export const makePhotoFiles = ({ uploadsDir, instance, clock = systemClock, uniqueName = randomUUID }: Deps) => {
  if (!/^\w[\w.-]*$/.test(instance)) throw new Error('An instance name must be a plain file name');
  const photosDir = join(uploadsDir, 'photos');
  const temporaryDir = join(uploadsDir, 'tmp');
  const ownDir = join(temporaryDir, instance);
  const folders = makeDurableFolders(uploadsDir);

  const temporaryPath = (): string => join(ownDir, `${uniqueName()}.part`);
  const pathOf = (key: StorageKey, size: PhotoSize): string =>
    join(photosDir, `${checked(key)}${size === 'thumb' ? '.thumb' : ''}.jpg`);

  const discard = async (staged: Staged): Promise<void> => {
    await Promise.all([staged.full, staged.thumb].map((path) => rm(path, { force: true })));
  };

  /** The temporary files of `owner` that surely nobody needs. */
  const straysOf = async (owner: string): Promise<string[]> => {
    const paths = (await namesIn(join(temporaryDir, owner))).map((name) => join(temporaryDir, owner, name));
    if (isDead(owner)) return paths;
    if (!isElsewhere(owner)) return [];
    const before = clock.now().getTime() - STRAY_AFTER_MS;
    const times = await Promise.all(paths.map(modifiedAt));
    return paths.filter((_, i) => (times[i] ?? Infinity) < before);
  };

  return {
    /** Makes the folders, for their owner alone; call it once before anything else. */
    prepare: async (): Promise<void> => {
      await folders.ensure(photosDir);
      await folders.ensure(ownDir);
    },

    /** A fresh path for an upload that comes in. */
    temporaryPath,

    /** Writes both pictures beside their place. Leaves nothing when it rejects. */
    stage: async (image: { full: Buffer; thumb: Buffer }): Promise<Staged> => {
      const staged = { full: temporaryPath(), thumb: temporaryPath() };
      try {
        await writeDurably(staged.full, image.full);
        await writeDurably(staged.thumb, image.thumb);
        return staged;
      } catch (error) {
        await discard(staged);
        throw error;
      }
    },

    /** Moves both into place; rejects with EEXIST when `key` is taken, and leaves nothing in place when it rejects. */
    keep: async (staged: Staged, key: StorageKey): Promise<void> => {
      const claimed: string[] = [];
      try {
        await folders.ensure(dirname(pathOf(key, 'full')));
        for (const size of ['full', 'thumb'] as const) {
          // A rename would replace what is there without a word, so the name is claimed with an empty file first.
          await (await open(pathOf(key, size), 'wx', 0o600)).close();
          claimed.push(pathOf(key, size));
          await rename(staged[size], pathOf(key, size));
        }
        await syncFolder(dirname(pathOf(key, 'full')));
      } catch (error) {
        folders.forget();
        await Promise.all(claimed.map((path) => rm(path, { force: true })));
        throw error;
      }
    },

    /** Removes staged files, those that are left of them. */
    discard,

    /** Removes both files; they are gone for good when it resolves. */
    remove: async (key: StorageKey): Promise<void> => {
      await orIfMissing(unlink(pathOf(key, 'full')), undefined);
      await orIfMissing(unlink(pathOf(key, 'thumb')), undefined);
      await orIfMissing(syncFolder(dirname(pathOf(key, 'full'))), undefined);
    },

    /** A file's bytes; undefined when there is no such file. */
    read: (key: StorageKey, size: PhotoSize): Promise<Buffer | undefined> =>
      orIfMissing(readFile(pathOf(key, size)), undefined),

    /** Every file of a photo, in no order; files with other names are no photos and are left out. */
    async *list(): AsyncGenerator<StoredFile> {
      for (const school of await namesIn(photosDir)) {
        for (const part of await namesIn(join(photosDir, school))) {
          for (const name of await namesIn(join(photosDir, school, part))) {
            const file = photoFile(`${school}/${part}/${name}`);
            const path = join(photosDir, school, part, name);
            const mtimeMs = file && (await modifiedAt(path));
            if (file && mtimeMs !== undefined) yield { ...file, path, mtimeMs };
          }
        }
      }
    },

    /**
     * Finds the temporary files that crashes left behind, of dead processes and, after an hour, of those that cannot be
     * seen from here; removes them unless told not to, and gives how many there were.
     */
    sweepTemporary: async ({ remove = true } = {}): Promise<number> => {
      let found = 0;
      for (const owner of await namesIn(temporaryDir)) {
        const paths = await straysOf(owner);
        found += paths.length;
        if (!remove) continue;
        for (const path of paths) await rm(path, { force: true });
        if (isDead(owner)) await orIfMissing(rmdir(join(temporaryDir, owner)), undefined);
      }
      return found;
    },
  };
};

export type PhotoFiles = ReturnType<typeof makePhotoFiles>;

/** What a path below the folder of photos holds. */
const photoFile = (path: string): { key: StorageKey; size: PhotoSize } | undefined => {
  const [, key = '', thumb] = /^(.+?)(\.thumb)?\.jpg$/.exec(path) ?? [];
  return isStorageKey(key) ? { key, size: thumb ? 'thumb' : 'full' } : undefined;
};

const namesIn = (folder: string): Promise<string[]> => orIfMissing(readdir(folder), []);

const modifiedAt = (path: string): Promise<number | undefined> =>
  orIfMissing(
    stat(path).then(({ mtimeMs }) => mtimeMs),
    undefined,
  );

/** What `looking` finds, or `instead` when there is no such file or folder: somebody else may remove what we just saw. */
const orIfMissing = <T, U>(looking: Promise<T>, instead: U): Promise<T | U> =>
  looking.catch((error: unknown) => {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return instead;
    throw error;
  });
