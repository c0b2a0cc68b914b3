// A photo's journey ⑥: store
import { randomUUID } from 'node:crypto';
import { open, readdir, readFile, rename, rm, rmdir, stat, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { systemClock } from '../platform/clock.ts';
import type { Clock } from '../platform/clock.ts';
import { makeDurableFolders, syncFile, syncFolder, writeDurably } from '../platform/durable-files.ts';
import { isDead, isElsewhere } from '../platform/instance.ts';
import type { Result } from '../shared/result.ts';

/** Names a photo's files, `s<schoolId>/<2 hex>/<32 hex>`; the two hex digits are the first of the 32 and spread the files. */
export type StorageKey = string & { readonly brand: 'StorageKey' };
/** One of a photo's files. A portrait that is cut anew is a new file with the next version, from 1. */
export type PhotoFile = 'full' | 'thumb' | PortraitFile;
type PortraitFile = `portrait-${number}`;
/** Paths for the three files of a new photo. */
export type NewFiles = { full: string; thumb: string; portrait: string };
/** Files that are on disk, but not yet where they belong. */
export type Staged = { file: PhotoFile; path: string }[];
type StoredFile = { key: StorageKey; file: PhotoFile; path: string; mtimeMs: number };

type Deps = {
  uploadsDir: string;
  /** Ours, by `instanceName()`. */
  instance: string;
  clock?: Clock;
};

const KEY = /^s[1-9]\d{0,15}\/([0-9a-f]{2})\/\1[0-9a-f]{30}$/;
const FILE = /^(?:full|thumb|portrait-[1-9]\d{0,8})$/;
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

/** The file that holds the portrait of that version. */
export const portraitFile = (version: number): PortraitFile => `portrait-${version}`;

/**
 * The files of photos on local disk: `<uploadsDir>/photos/<key>.jpg`, `.thumb.jpg` and `.portrait-<version>.jpg`. Temporary
 * files live in `<uploadsDir>/tmp/<instance>/`, on the same volume, so that a rename is atomic. What a promise of `stage` or `keep`
 * has fulfilled is on disk even if the power fails; a full or broken disk rejects with the system's error.
 */
export const makePhotoFiles = ({ uploadsDir, instance, clock = systemClock }: Deps) => {
  if (!/^\w[\w.-]*$/.test(instance)) throw new Error('An instance name must be a plain file name');
  const photosDir = join(uploadsDir, 'photos');
  const temporaryDir = join(uploadsDir, 'tmp');
  const ownDir = join(temporaryDir, instance);
  const folders = makeDurableFolders(uploadsDir);

  const temporaryPath = (): string => join(ownDir, `${randomUUID()}.part`);
  const pathOf = (key: StorageKey, file: PhotoFile): string => join(photosDir, `${checked(key)}${ending(file)}`);

  const discard = async (staged: { path: string }[]): Promise<void> => {
    await Promise.all(staged.map(({ path }) => rm(path, { force: true })));
  };

  const filesOf = async (key: StorageKey): Promise<PhotoFile[]> => {
    const names = await namesIn(dirname(pathOf(key, 'full')));
    const found = names.map((name) => photoFile(`${dirname(key)}/${name}`));
    return found.flatMap((one) => (one?.key === key ? [one.file] : []));
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

    /**
     * Lets `write` make the files of a new photo beside their place, its first portrait too, and puts them on disk. Gives what
     * `write` gives; leaves nothing when that is not ok, or rejects.
     */
    stage: async <T, Reason extends string>(
      write: (to: NewFiles) => Promise<Result<T, Reason>>,
    ): Promise<Result<{ made: T; staged: Staged }, Reason>> => {
      const to = { full: temporaryPath(), thumb: temporaryPath(), portrait: temporaryPath() };
      const staged: Staged = [
        { file: 'full', path: to.full },
        { file: 'thumb', path: to.thumb },
        { file: portraitFile(1), path: to.portrait },
      ];
      let isWhole = false;
      try {
        const written = await write(to);
        if (!written.ok) return written;
        for (const { path } of staged) await syncFile(path);
        isWhole = true;
        return { ok: true, value: { made: written.value, staged } };
      } finally {
        if (!isWhole) await discard(staged);
      }
    },

    /** Writes a further portrait, whose version its row will tell, beside its place. */
    stagePortrait: async (bytes: Buffer): Promise<{ path: string }> => {
      const staged = { path: temporaryPath() };
      try {
        await writeDurably(staged.path, bytes);
        return staged;
      } catch (error) {
        await discard([staged]);
        throw error;
      }
    },

    /** Moves all into place; rejects with EEXIST when one's place is taken, and leaves nothing in place when it rejects. */
    keep: async (staged: Staged, key: StorageKey): Promise<void> => {
      const claimed: string[] = [];
      try {
        await folders.ensure(dirname(pathOf(key, 'full')));
        for (const { file, path } of staged) {
          // A rename would replace what is there without a word, so the name is claimed with an empty file first.
          await (await open(pathOf(key, file), 'wx', 0o600)).close();
          claimed.push(pathOf(key, file));
          await rename(path, pathOf(key, file));
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

    /** The files that a photo has on disk. */
    filesOf,

    /** Removes the files, all that there are if none are named; they are gone for good when it resolves. */
    remove: async (key: StorageKey, files?: PhotoFile[]): Promise<void> => {
      for (const file of files ?? (await filesOf(key))) await orIfMissing(unlink(pathOf(key, file)), undefined);
      await orIfMissing(syncFolder(dirname(pathOf(key, 'full'))), undefined);
    },

    /** A file's bytes; undefined when there is no such file. */
    read: (key: StorageKey, file: PhotoFile): Promise<Buffer | undefined> =>
      orIfMissing(readFile(pathOf(key, file)), undefined),

    /** Every file of a photo, in no order; files with other names are no photos and are left out. */
    async *list(): AsyncGenerator<StoredFile> {
      for (const school of await namesIn(photosDir)) {
        for (const part of await namesIn(join(photosDir, school))) {
          for (const name of await namesIn(join(photosDir, school, part))) {
            const found = photoFile(`${school}/${part}/${name}`);
            const path = join(photosDir, school, part, name);
            const mtimeMs = found && (await modifiedAt(path));
            if (found && mtimeMs !== undefined) yield { ...found, path, mtimeMs };
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
const photoFile = (path: string): { key: StorageKey; file: PhotoFile } | undefined => {
  const [, key = '', file = 'full'] = /^([^.]+)(?:[.]([^.]+))?[.]jpg$/.exec(path) ?? [];
  return isStorageKey(key) && isPhotoFile(file) && path === key + ending(file) ? { key, file } : undefined;
};

const isPhotoFile = (text: string): text is PhotoFile => FILE.test(text);

/** What follows the key in the file's name; throws for what is no file of ours. */
const ending = (file: PhotoFile): string => {
  if (!isPhotoFile(file)) throw new Error('Not a file of a photo');
  return file === 'full' ? '.jpg' : `.${file}.jpg`;
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
