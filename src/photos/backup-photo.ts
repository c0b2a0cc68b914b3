// A photo's journey ⑧: back up
import { hash } from 'node:crypto';
import type { Clock } from '../platform/clock.ts';
import { advisoryLocks, type Db, type Trx } from '../platform/db.ts';
import type { Logger } from '../platform/logger.ts';
import { StoreUnavailable } from '../platform/object-store.ts';
import type { Enqueue } from '../platform/queue.ts';
import { waitForStore } from '../platform/wait-for-store.ts';
import { type ExpectedPhoto, expectedNow } from './expected-photos.ts';
import type { PhotoFiles } from './photo-files.ts';
import { type PhotoFile, portraitFile, type StorageKey } from './photo-keys.ts';
import { filesWith } from './remove-copies.ts';
import { makeUnreadableFiles } from './unreadable-files.ts';

type Deps = { db: Db; files: PhotoFiles; enqueue: Enqueue; clock: Clock; logger: Logger };
type Waiting = { id: string; since: string };

/** So many photos are copied at once by the job that makes up for the others: S3 answers in 30 to 100 ms. */
const AT_ONCE = 8;
const BATCH = 200;
/** After so long a job lets the next one go on. */
const DRAIN_MS = 60_000;
/** A photo that has waited for so long has no job, or its job waits for another try. */
const LATE_SECONDS = 60;

/** With STORAGE=mirror: copies the files of photos to S3. What has no copy stands in the rows; jobs only say when to look. */
export const makeBackupPhoto = ({ db, files, enqueue, clock, logger }: Deps) => {
  const tellUnreadable = makeUnreadableFiles({ logger });
  const isMirror = files.mode === 'mirror';

  /** Copies what has no copy yet, unless there is nothing to be copied, or nothing whole that can be read. */
  const copy = async (id: number): Promise<void> => {
    const photo = await expectedNow(db, { id });
    if (!photo?.unbackedSince || !files.bucket) return;
    const ended = await Promise.allSettled(
      filesToCopy(photo).map(([file, sha256]) => copyFile(files, photo.key, file, sha256)),
    );
    const failures = ended.flatMap((end) => (end.status === 'rejected' ? [end.reason as unknown] : []));
    const away = failures.find((failure) => failure instanceof StoreUnavailable);
    if (away) throw away;
    if (failures.length > 0) tellUnreadable(id, failures[0]);
    // What is not whole the doctor tells of.
    if (!ended.every((end) => end.status === 'fulfilled' && end.value)) return;
    const kept = await unbacked(db)
      .where({ id })
      .whereRaw('portrait_version is not distinct from ?', [photo.portraitVersion])
      .whereRaw('backed_up_at is not distinct from ?::timestamptz', [photo.backedUpAt]) // otherwise the picture is wanted again
      .update({ backed_up_at: clock.now(), unbacked_since: null });
    if (kept === 0) await takeBack(photo);
  };

  /** The photo was deleted, or its portrait replaced, while it was copied; the removal may have come before the copy. */
  const takeBack = async ({ id, key, portraitVersion: version }: ExpectedPhoto): Promise<void> => {
    const now = await expectedNow(db, { id });
    if (!now) await files.bucket?.remove(key, filesWith(version));
    else if (version !== null && now.portraitVersion !== version)
      await files.bucket?.remove(key, [portraitFile(version)]);
  };

  /** Copies what waits, the oldest first, until nothing is left or the time is over. One process at a time. */
  const drain = async (signal: AbortSignal): Promise<void> => {
    const until = performance.now() + DRAIN_MS;
    let last: Waiting | undefined;
    while (!signal.aborted && performance.now() < until) {
      const batch = await nextOf(db, last);
      const line = [...batch];
      const work = async (): Promise<void> => {
        for (let next = line.shift(); next && !signal.aborted; next = line.shift()) await copy(Number(next.id));
      };
      const outcomes = await Promise.allSettled(Array.from({ length: AT_ONCE }, work));
      for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
      last = batch.at(-1);
      if (!last) return;
    }
  };

  return {
    /** Queues the copy of a new photo, or of one with a new portrait, in the transaction of its row. */
    enqueueBackup: async (trx: Trx, photoId: number): Promise<void> => {
      if (isMirror) await enqueue(trx, 'photo-backup', { photoId }, { singletonKey: String(photoId) });
    },

    /** For the job: copies this photo, and then whatever else waits. An S3 that is away is waited for, for a minute. */
    backUp: (photoId: number, { signal }: { signal: AbortSignal }): Promise<void> =>
      waitForStore(
        async () => {
          await copy(photoId);
          await alone(db, () => drain(signal));
        },
        { signal },
      ),

    /** Queues a job when photos wait and no job does: those from before the mirror, those whose job was lost. Gives how many. */
    catchUp: async ({ jobs }: { jobs: number }): Promise<number> => {
      if (!isMirror || jobs > 0) return 0;
      const late = await unbacked(db)
        .whereRaw('unbacked_since < now() - make_interval(secs => ?)', [LATE_SECONDS])
        .orderBy(['unbacked_since', 'id'])
        .first<{ id: string } | undefined>('id');
      if (!late) return 0;
      await db.transaction((trx) =>
        enqueue(trx, 'photo-backup', { photoId: Number(late.id) }, { singletonKey: late.id }),
      );
      return 1;
    },

    /** How many photos have a copy in S3, how many wait for one, and since when the first of them; undefined without a mirror. */
    mirrorBacklog: async (): Promise<MirrorBacklog | undefined> => {
      if (!isMirror) return undefined;
      const { rows } = await db.raw<{ rows: [{ all: number; waiting: number; oldest: Date | null }] }>(
        `select (select count(*)::int from photos where files_deleted_at is null) as all, waiting, oldest
         from (select count(*)::int as waiting, min(unbacked_since) as oldest from photos
               where unbacked_since is not null and files_deleted_at is null) as backlog`,
      );
      const [{ all, waiting, oldest }] = rows;
      return { copied: Math.max(0, all - waiting), waiting, oldestAt: oldest };
    },
  };
};

type MirrorBacklog = { copied: number; waiting: number; oldestAt: Date | null };
export type BackupPhoto = ReturnType<typeof makeBackupPhoto>;

/** The conditions of the index `photos_unbacked`. */
const unbacked = (db: Db) => db('photos').whereNotNull('unbacked_since').whereNull('files_deleted_at');

const nextOf = async (db: Db, last: Waiting | undefined): Promise<Waiting[]> =>
  unbacked(db)
    .modify((query) => {
      if (last) void query.whereRaw('(unbacked_since, id) > (?::timestamptz, ?)', [last.since, last.id]);
    })
    .orderBy(['unbacked_since', 'id'])
    .limit(BATCH)
    .select<Waiting[]>('id', db.raw('unbacked_since::text as since'));

/** A picture never changes: once it was copied, only its portrait can be new. */
const filesToCopy = ({ files, backedUpAt }: ExpectedPhoto): ExpectedPhoto['files'] =>
  backedUpAt ? files.filter(([file]) => file !== 'full' && file !== 'thumb') : files;

/** Whether a whole copy is there now. A file that is damaged or missing here must not replace a sound one there. */
const copyFile = async (
  { disk, bucket }: PhotoFiles,
  key: StorageKey,
  file: PhotoFile,
  sha256: string,
): Promise<boolean> => {
  const bytes = await disk.read(key, file);
  if (!bytes || hash('sha256', bytes) !== sha256) return (await bucket?.holds(key, file, sha256)) ?? false;
  try {
    await bucket?.put(key, file, disk.pathOf(key, file), { bytes: bytes.length, sha256 });
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return false; // deleted or replaced meanwhile
    throw error;
  }
};

/** Does nothing where another process is at it. */
const alone = (db: Db, run: () => Promise<void>): Promise<void> =>
  db.transaction(async (trx) => {
    await trx.raw('set local idle_in_transaction_session_timeout = 0');
    const { rows } = await trx.raw<{ rows: { mine: boolean }[] }>('select pg_try_advisory_xact_lock(?) as mine', [
      advisoryLocks.backUpPhotos,
    ]);
    if (rows[0]?.mine) await run();
  });
