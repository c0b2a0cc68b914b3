import { advisoryLocks, type Db } from '../platform/db.ts';
import type { PhotoFiles } from './photo-files.ts';
import { type PhotoFile, portraitFile, type StorageKey } from './photo-keys.ts';
import type { PhotoPlace, StoredFile } from './photo-place.ts';

type Deps = { db: Db; files: Pick<PhotoFiles, 'disk' | 'bucket' | 'first'> };

const BATCH = 500;

/**
 * Finds files that no row knows: what a crash left between keeping them and the commit, or between the commit and the removal
 * of what it replaced. Files are looked at first, then the rows, under the lock that `recordPhoto` and `changePortrait` share: so
 * whatever a live instance may still commit is waited for, never swept.
 */
export const makeSweepPhotos = ({ db, files }: Deps) => {
  /** Removes those files that no row knows. On disk this is done under the lock. S3 may be slow, and nobody shall wait for it. */
  const settle = async (place: PhotoPlace, found: StoredFile[], { remove }: { remove: boolean }): Promise<number> => {
    const isQuick = place === files.disk;
    const strays = await db.transaction(async (trx) => {
      await trx.raw('select pg_advisory_xact_lock(?)', [advisoryLocks.keepPhoto]);
      const unknown = await unknownOf(trx, found);
      if (remove && isQuick) for (const [key, some] of byKey(unknown)) await place.remove(key, some);
      return unknown;
    });
    if (remove && !isQuick) for (const [key, some] of byKey(strays)) await removeSlowly(db, place, key, some);
    return strays.length;
  };

  /** Keys of failed uploads that are not settled: the database, or the store, which failed them, was still away. */
  const unsettled = new Set<StorageKey>();
  const settleThem = async (keys: StorageKey[]): Promise<number> => {
    let strays = 0;
    for (const key of keys) {
      const found = (await files.first.filesOf(key)).map((file) => ({ key, file }));
      if (found.length > 0) strays += await settle(files.first, found, { remove: true });
      unsettled.delete(key);
    }
    return strays;
  };

  /** Walks one place; gives how many files there no row knows. */
  const walkPlace = async (place: PhotoPlace, remove: boolean, stopping?: AbortSignal): Promise<number> => {
    let strays = 0;
    let batch: StoredFile[] = [];
    const flush = async (): Promise<void> => {
      const suspects = await unknownOf(db, batch); // without the lock: nearly always none
      if (suspects.length > 0) strays += await settle(place, suspects, { remove });
      batch = [];
    };
    for await (const file of place.list()) {
      if (stopping?.aborted) return strays;
      batch.push(file);
      if (batch.length >= BATCH) await flush();
    }
    await flush();
    return strays;
  };

  return {
    /** For an upload whose transaction failed and is over: its files go, unless the row is there after all. */
    sweepStray: (key: StorageKey): Promise<number> => {
      unsettled.add(key);
      return settleThem([key]);
    },

    /** The same for those whose `sweepStray` failed. */
    sweepUnsettled: (): Promise<number> => settleThem([...unsettled]),

    /** Walks all photo files once, on disk and in S3; gives how many it found that no row knows, and removes them if asked to. */
    walk: async ({ remove, stopping }: { remove: boolean; stopping?: AbortSignal | undefined }): Promise<number> => {
      const onDisk = await walkPlace(files.disk, remove, stopping);
      return onDisk + (files.bucket ? await walkPlace(files.bucket, remove, stopping) : 0);
    },
  };
};

export type SweepPhotos = ReturnType<typeof makeSweepPhotos>;

/** Those of the files that no row knows. */
const unknownOf = async (query: Db, found: StoredFile[]): Promise<StoredFile[]> => {
  if (found.length === 0) return [];
  const rows = await query('photos')
    .whereIn('filename', [...new Set(found.map(({ key }) => key))])
    .whereNull('files_deleted_at')
    .select<{ filename: string; portrait_version: number | null }[]>('filename', 'portrait_version');
  const known = new Set(rows.flatMap((row) => [...filesOfRow(row)].map((file) => `${row.filename} ${file}`)));
  return found.filter(({ key, file }) => !known.has(`${key} ${file}`));
};

const filesOfRow = (row: { portrait_version: number | null }): PhotoFile[] => [
  'full',
  'thumb',
  ...(row.portrait_version === null ? [] : [portraitFile(row.portrait_version)]),
];

const byKey = (found: StoredFile[]): Map<StorageKey, PhotoFile[]> => {
  const keys = new Map<StorageKey, PhotoFile[]>();
  for (const { key, file } of found) keys.set(key, [...(keys.get(key) ?? []), file]);
  return keys;
};

/**
 * After the lock: a key without a row stays without one, for keys are made once. A further portrait may be kept under the same name
 * again, by whoever holds the row: so we hold it.
 */
const removeSlowly = (db: Db, place: PhotoPlace, key: StorageKey, strays: PhotoFile[]): Promise<void> =>
  db.transaction(async (trx) => {
    await trx('photos').where({ filename: key }).forUpdate().first('id');
    const still = await unknownOf(
      trx,
      strays.map((file) => ({ key, file })),
    );
    if (still.length > 0)
      await place.remove(
        key,
        still.map(({ file }) => file),
      );
  });
