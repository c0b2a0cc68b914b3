import type { Clock } from '../platform/clock.ts';
import { advisoryLocks, type Db, type Trx } from '../platform/db.ts';
import type { Logger } from '../platform/logger.ts';
import type { PhotoFiles } from './photo-files.ts';
import { type PhotoFile, portraitFile, type StorageKey } from './photo-keys.ts';
import type { PhotoPlace, StoredFile } from './photo-place.ts';

type Deps = { db: Db; files: Pick<PhotoFiles, 'disk' | 'bucket' | 'first'>; clock: Clock; logger: Logger };

/** Files that no row knows, and how many of them were removed. */
export type Swept = { unknown: number; removed: number };
type Walk = { remove: boolean; byPerson?: boolean; stopping?: AbortSignal | undefined };
/** Strays, how many of them are full pictures, and how many were removed. */
type Counted = Swept & { fulls: number };

const BATCH = 500;
/** An object that no row knows stays for so long: an older database that was restored knows none of the last days. */
const OBJECT_STAYS_MS = 7 * 24 * 60 * 60 * 1000;
/** Crashes leave a few strays. More than this, and more than a share of all photos, belong to another state of the database. */
const FEW_PHOTOS = 100;
const MOST_IN_BUCKET = 0.01;
const MOST_ON_DISK = 0.1;

/**
 * Finds files that no row knows: what a crash left between keeping them and the commit, or between the commit and the removal
 * of what it replaced. Files are looked at first, then the rows, under the lock that `recordPhoto` and `changePortrait` share: so
 * whatever a live instance may still commit is waited for, never swept.
 */
export const makeSweepPhotos = ({ db, files, clock, logger }: Deps) => {
  /**
   * Removes those files that no row knows. On disk this is done under the lock. S3 may be slow, and nobody shall wait for it.
   * Undefined when the lock was not free and `wait` is false.
   */
  const settle = async (
    place: PhotoPlace,
    found: StoredFile[],
    { remove, wait = true }: { remove: boolean; wait?: boolean },
  ): Promise<StoredFile[] | undefined> => {
    const isQuick = place === files.disk;
    const strays = await db.transaction(async (trx) => {
      if (!(await takeLock(trx, { wait: wait || isQuick }))) return undefined;
      const unknown = await unknownOf(trx, found);
      if (remove && isQuick) for (const [key, some] of byKey(unknown)) await place.remove(key, some);
      return unknown;
    });
    if (remove && !isQuick && strays) for (const [key, some] of byKey(strays)) await removeSlowly(db, place, key, some);
    return strays;
  };

  /** Keys of failed uploads that are not settled: the database, or the store, which failed them, was still away. */
  const unsettled = new Set<StorageKey>();
  const settleThem = async (keys: StorageKey[]): Promise<number> => {
    let strays = 0;
    for (const key of keys) {
      const found = (await files.first.filesOf(key)).map((file) => ({ key, file }));
      // In S3 uploads share the lock for long. Who waited for it would hold up all that come after: the chore comes again.
      const settled = found.length > 0 ? await settle(files.first, found, { remove: true, wait: false }) : [];
      if (!settled) continue;
      strays += settled.length;
      unsettled.delete(key);
    }
    return strays;
  };

  /** Walks one place; counts the files that no row knows, and removes those that `isDue` picks. */
  const walkPlace = async (
    place: PhotoPlace,
    isDue: ((file: StoredFile) => boolean) | undefined,
    stopping?: AbortSignal,
  ): Promise<Counted> => {
    const counted: Counted = { unknown: 0, fulls: 0, removed: 0 };
    let batch: StoredFile[] = [];
    const flush = async (): Promise<void> => {
      const suspects = await unknownOf(db, isDue ? batch.filter(isDue) : batch); // without the lock: nearly always none
      batch = [];
      if (suspects.length === 0) return;
      const strays = (await settle(place, suspects, { remove: isDue !== undefined })) ?? [];
      counted.unknown += strays.length;
      counted.fulls += strays.filter(({ file }) => file === 'full').length;
      if (isDue) counted.removed += strays.length;
    };
    for await (const file of place.list()) {
      if (stopping?.aborted) return counted;
      batch.push(file);
      if (batch.length >= BATCH) await flush();
    }
    await flush();
    return counted;
  };

  /** Whether there are so many strays that the photos are probably those of a newer database. */
  const isOfAnother = async ({ fulls }: Counted, isDisk: boolean): Promise<boolean> => {
    if (fulls <= FEW_PHOTOS) return false;
    const [row] = await db('photos').whereNull('files_deleted_at').count<{ count: string }[]>('id');
    const photos = Number(row?.count ?? 0);
    if (fulls <= photos * (isDisk ? MOST_ON_DISK : MOST_IN_BUCKET)) return false;
    logger.error(
      { place: isDisk ? 'disk' : 'bucket', unknown: fulls, photos },
      'too many photos are unknown to the database: none is removed, they probably belong to a newer one',
    );
    return true;
  };

  /** Counts first: whether something may be removed depends on how much is unknown. */
  const sweepPlace = async (place: PhotoPlace, { remove, byPerson = false, stopping }: Walk): Promise<Swept> => {
    const isDisk = place === files.disk;
    const counted = await walkPlace(place, undefined, stopping);
    if (!remove || counted.unknown === 0 || stopping?.aborted) return counted;
    if (!(isDisk && byPerson) && (await isOfAnother(counted, isDisk))) return counted;
    const youngest = clock.now().getTime() - OBJECT_STAYS_MS;
    const isDue = ({ modifiedAt }: StoredFile) =>
      isDisk || (modifiedAt !== undefined && modifiedAt.getTime() < youngest);
    return { ...counted, removed: (await walkPlace(place, isDue, stopping)).removed };
  };

  return {
    /** For an upload whose transaction failed and is over: its files go, unless the row is there after all. */
    sweepStray: (key: StorageKey): Promise<number> => {
      unsettled.add(key);
      return settleThem([key]);
    },

    /** The same for those whose `sweepStray` failed. */
    sweepUnsettled: (): Promise<number> => settleThem([...unsettled]),

    /**
     * Walks all photo files, on disk and in S3; gives how many it found that no row knows, and removes them if asked to. Those in
     * S3 must be a week old. When far too many are unknown none is removed, unless they are on disk and a person asks for it.
     */
    walk: async (how: Walk): Promise<Swept> => {
      const swept = { unknown: 0, removed: 0 };
      for (const place of [files.disk, files.bucket]) {
        if (!place) continue;
        const { unknown, removed } = await sweepPlace(place, how);
        swept.unknown += unknown;
        swept.removed += removed;
      }
      return swept;
    },
  };
};

export type SweepPhotos = ReturnType<typeof makeSweepPhotos>;

/** Takes the lock of those who keep photos; false when it is not free and it shall not be waited for. */
const takeLock = async (trx: Trx, { wait }: { wait: boolean }): Promise<boolean> => {
  const { rows } = await trx.raw<{ rows: { mine: boolean }[] }>(
    wait ? 'select pg_advisory_xact_lock(?) is not null as mine' : 'select pg_try_advisory_xact_lock(?) as mine',
    [advisoryLocks.keepPhoto],
  );
  return wait || rows[0]?.mine === true;
};

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
