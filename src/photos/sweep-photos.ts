import { advisoryLocks, type Db } from '../platform/db.ts';
import { type PhotoFile, type PhotoFiles, portraitFile, type StorageKey } from './photo-files.ts';

type Deps = { db: Db; files: PhotoFiles };

const BATCH = 500;

/**
 * Finds files that no row knows: what a crash left between the rename and the commit, or between the commit and the removal
 * of what it replaced. It decides under the lock that `recordPhoto` and `changePortrait` share, so whatever a live instance
 * may still commit is waited for, never swept.
 */
export const makeSweepPhotos = ({ db, files }: Deps) => {
  /** The files of each key that its row knows; a key without a row has no entry. */
  const knownOf = async (query: Db, keys: StorageKey[]): Promise<Map<string, PhotoFile[]>> => {
    const rows = await query('photos')
      .whereIn('filename', keys)
      .whereNull('files_deleted_at')
      .select<{ filename: string; portrait_version: number | null }[]>('filename', 'portrait_version');
    return new Map(
      rows.map(({ filename, portrait_version: version }) => [
        filename,
        ['full', 'thumb', ...(version === null ? [] : [portraitFile(version)])],
      ]),
    );
  };

  /** Looks at the candidates under the lock; gives how many files there no row knows. */
  const settle = (candidates: StorageKey[], { remove }: { remove: boolean }): Promise<number> =>
    db.transaction(async (trx) => {
      await trx.raw('select pg_advisory_xact_lock(?)', [advisoryLocks.keepPhoto]);
      const known = await knownOf(trx, candidates);
      let strays = 0;
      for (const key of candidates) {
        const unknown = (await files.filesOf(key)).filter((file) => !known.get(key)?.includes(file));
        if (remove && unknown.length > 0) await files.remove(key, unknown);
        strays += unknown.length;
      }
      return strays;
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

    /** Walks all photo files once; gives how many it found that no row knows, and removes them if asked to. */
    walk: async ({ remove, stopping }: { remove: boolean; stopping?: AbortSignal }): Promise<number> => {
      let strays = 0;
      let batch: { key: StorageKey; file: PhotoFile }[] = [];
      const flush = async () => {
        const known = await knownOf(db, [...new Set(batch.map(({ key }) => key))]);
        const suspects = batch.filter(({ key, file }) => !known.get(key)?.includes(file)); // without the lock: nearly always none
        const keys = [...new Set(suspects.map(({ key }) => key))];
        if (keys.length > 0) strays += await settle(keys, { remove });
        batch = [];
      };
      for await (const file of files.list()) {
        if (stopping?.aborted) return strays;
        batch.push(file);
        if (batch.length >= BATCH) await flush();
      }
      await flush();
      return strays;
    },
  };
};

export type SweepPhotos = ReturnType<typeof makeSweepPhotos>;
