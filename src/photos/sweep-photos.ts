import { advisoryLocks, type Db } from '../platform/db.ts';
import type { PhotoFiles, StorageKey } from './photo-files.ts';

type Deps = { db: Db; files: PhotoFiles };

const BATCH = 500;

/**
 * Finds files that no row knows: what a crash left between the rename and the commit. It decides under the lock that
 * `recordPhoto` shares, so whatever a live instance may still commit is waited for, never swept.
 */
export const makeSweepPhotos = ({ db, files }: Deps) => {
  const unknownOf = async (query: Db, keys: StorageKey[]): Promise<StorageKey[]> => {
    const rows = await query('photos')
      .whereIn('filename', keys)
      .whereNull('files_deleted_at')
      .select<{ filename: string }[]>('filename');
    const known = new Set(rows.map((row) => row.filename));
    return keys.filter((key) => !known.has(key));
  };

  /** Looks at the candidates under the lock; gives how many have no row. */
  const settle = (candidates: StorageKey[], { remove }: { remove: boolean }): Promise<number> =>
    db.transaction(async (trx) => {
      await trx.raw('select pg_advisory_xact_lock(?)', [advisoryLocks.keepPhoto]);
      const strays = await unknownOf(trx, candidates);
      if (remove) for (const key of strays) await files.remove(key);
      return strays.length;
    });

  /** Keys of failed uploads that are not settled: the database, which failed them, was still away. */
  const unsettled = new Set<StorageKey>();
  const settleThem = async (keys: StorageKey[]): Promise<number> => {
    const strays = keys.length > 0 ? await settle(keys, { remove: true }) : 0;
    for (const key of keys) unsettled.delete(key);
    return strays;
  };

  return {
    /** For an upload whose transaction failed: its files go, unless the row is there after all. */
    sweepStray: (key: StorageKey): Promise<number> => {
      unsettled.add(key);
      return settleThem([key]);
    },

    /** The same for those whose `sweepStray` failed. */
    sweepUnsettled: (): Promise<number> => settleThem([...unsettled]),

    /** Walks all photo files once; gives how many photos without a row it found, and removes them if asked to. */
    walk: async ({ remove }: { remove: boolean }): Promise<number> => {
      let strays = 0;
      let batch = new Set<StorageKey>();
      const flush = async () => {
        const suspects = await unknownOf(db, [...batch]); // without the lock: nearly always none
        if (suspects.length > 0) strays += await settle(suspects, { remove });
        batch = new Set();
      };
      for await (const file of files.list()) {
        batch.add(file.key);
        if (batch.size >= BATCH) await flush();
      }
      await flush();
      return strays;
    },
  };
};

export type SweepPhotos = ReturnType<typeof makeSweepPhotos>;
