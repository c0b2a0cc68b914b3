// A photo's journey ⑥: store, where STORAGE says
import { type Clock, systemClock } from '../platform/clock.ts';
import type { ObjectStore } from '../platform/object-store.ts';
import { atOnce, makeKeepTurns } from './keep-turns.ts';
import { makePhotoBucket } from './photo-bucket.ts';
import { makePhotoDisk } from './photo-disk.ts';
import type { PhotoFile, StorageKey } from './photo-keys.ts';
import type { PhotoPlace, Staged } from './photo-place.ts';
import { makePhotoStaging } from './photo-staging.ts';

type Deps = {
  uploadsDir: string;
  /** Ours, by `instanceName()`. */
  instance: string;
  clock?: Clock;
  /** Where new photos go: `mirror` is on disk, and a job copies them (backup-photo.ts). */
  mode?: 'local' | 's3' | 'mirror';
  /** The bucket's store. With `local` it holds what a move has not fetched yet. */
  store?: ObjectStore | undefined;
  /** How many may wait for S3 at once, with a transaction each. */
  keepsAtOnce?: number;
};

/** As long as a page waits for a connection of the database. */
const WAIT_FOR_TURN_MS = 4000;

/**
 * The files of photos: those that are being made on the local disk, the others on disk or in S3. New ones go to the first place,
 * `first`; what is not there is looked for in the other place, if there is one. Everybody who asks for a photo asks here.
 */
export const makePhotoFiles = ({
  uploadsDir,
  instance,
  clock = systemClock,
  mode = 'local',
  store,
  keepsAtOnce = 1,
}: Deps) => {
  const staging = makePhotoStaging({ uploadsDir, instance, clock });
  const disk = makePhotoDisk({ uploadsDir });
  const bucket = store && makePhotoBucket({ store });
  if (mode !== 'local' && !bucket) throw new Error(`STORAGE=${mode} needs a bucket`);
  const first: PhotoPlace = mode === 's3' && bucket ? bucket : disk;
  const second: PhotoPlace | undefined = first === disk ? bucket : disk;

  return {
    ...staging,
    mode,
    disk,
    bucket,
    first,
    second,
    /** Around each transaction in which files are kept. */
    inTurn: first === disk ? atOnce : makeKeepTurns({ places: keepsAtOnce, waitMs: WAIT_FOR_TURN_MS }),

    /** What the first place has. */
    filesOf: first.filesOf,
    list: first.list,

    /** Makes the folders, for their owner alone; call it once before anything else. */
    prepare: async (): Promise<void> => {
      await disk.prepare();
      await staging.prepare();
    },

    /** Moves all into the first place; leaves nothing in place when it rejects, or what the sweep takes when S3 broke off. */
    keep: async (staged: Staged, key: StorageKey): Promise<void> => {
      await first.keep(staged, key);
      if (first !== disk) await staging.discard(staged); // they were sent, not moved
    },

    /** Puts a file on the disk in place of one that is missing or altered there; the caller holds the photo's row. */
    replace: async (key: StorageKey, file: PhotoFile, bytes: Buffer): Promise<void> => {
      const staged = await staging.stageBytes(bytes);
      await disk.replace(key, file, staged.path).finally(() => staging.discard([staged]));
    },

    /** Removes the files from the disk at once, all that there are if none are named. Those in S3 are a job (remove-copies.ts). */
    remove: disk.remove,

    /** A file's bytes, from wherever it is; undefined when there is no such file. */
    read: async (key: StorageKey, file: PhotoFile): Promise<Buffer | undefined> => {
      const failed: unknown[] = [];
      // The first place again at the end: a move may put the file there between the two looks.
      for (const place of second ? [first, second, first] : [first]) {
        try {
          const bytes = await place.read(key, file);
          if (bytes) return bytes;
        } catch (error) {
          failed.push(error);
        }
      }
      if (failed.length > 0) throw failed[0];
      return undefined;
    },
  };
};

export type PhotoFiles = ReturnType<typeof makePhotoFiles>;
