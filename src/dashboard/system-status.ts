import { statfs } from 'node:fs/promises';
import type { Clock } from '../platform/clock.ts';
import type { Db } from '../platform/db.ts';
import type { LongWork, LongWorks } from '../platform/long-work.ts';
import type { Queue } from '../platform/queue.ts';
import type { JobSummary } from '../platform/queue-summary.ts';
import type { Result } from '../shared/result.ts';
import type { BackupState, MirrorBacklog } from './system-parts.ts';

/** What a part says; `away`: it failed, or has not answered in time. */
export type Answer<T> = Result<T, 'away'>;

/** Of a file system, in bytes. */
export type Volume = { used: number; size: number };

export type SystemStatus = {
  readAt: Date;
  /** When this process began. */
  startedAt: Date;
  /** The database's own bytes, and the volume of the embedded one. */
  database: Answer<{ bytes: number; volume: Volume | undefined }>;
  /** Whether a photo could be kept now. */
  storage: Answer<unknown>;
  /** Where the photos are; undefined where none are on this machine. */
  photoVolume: Answer<Volume> | undefined;
  jobs: Answer<JobSummary[]>;
  /** Whether jobs are run where they should be. */
  jobsServed: Answer<unknown>;
  works: Answer<LongWork[]>;
  /** The last time that rows and files were held against each other to the end. */
  doctor: Answer<LongWork | undefined>;
  /** Undefined where photos are not copied anywhere. */
  mirror: Answer<MirrorBacklog> | undefined;
  backups: Answer<BackupState>;
};

type Deps = {
  db: Db;
  clock: Clock;
  longWork: Pick<LongWorks, 'latest' | 'running'>;
  queue: Pick<Queue, 'summarize'>;
  checkStorage: () => Promise<unknown>;
  /** Rejects when jobs cannot be enqueued, or are not run where they should be. */
  checkJobs: () => Promise<unknown>;
  /** Folders on this machine; undefined where the photos, or the database, are elsewhere. */
  photoDir: string | undefined;
  databaseDir: string | undefined;
  mirrorBacklog: (() => Promise<MirrorBacklog>) | undefined;
  backupState: () => Promise<BackupState>;
  /** Kinds of jobs that nobody queues here: they are left out as long as none is left from before. */
  unusedJobs?: string[];
  deadlineMs?: number;
};

/** A page waits so long for a part that hangs, and then says so. */
const DEADLINE_MS = 2000;
/** After so long a part that hangs is given up and asked anew: it may never answer. */
const ASK_AGAIN_MS = 30_000;

/** Asks every part of the service how it is, all at once. Never rejects, and is there within the deadline. */
export const makeReadSystemStatus = (deps: Deps) => {
  const { db, clock, longWork, queue, photoDir, databaseDir, unusedJobs = [], deadlineMs = DEADLINE_MS } = deps;
  const startedAt = clock.now();
  const part = <T>(load: () => Promise<T>) => makePart(load, deadlineMs);

  const database = part(async () => {
    const [size, volume] = await Promise.all([
      db.raw<{ rows: [{ bytes: string }] }>('select pg_database_size(current_database()) as bytes'),
      databaseDir === undefined ? undefined : volumeOf(databaseDir),
    ]);
    return { bytes: Number(size.rows[0].bytes), volume };
  });
  const storage = part(deps.checkStorage);
  const photoVolume = photoDir === undefined ? undefined : part(() => volumeOf(photoDir));
  const jobs = part(async () => {
    const [summaries, lastWorks] = await Promise.all([queue.summarize(), lastWorkOfEach(db)]);
    const used = summaries.filter((job) => isBusy(job) || !unusedJobs.includes(job.name));
    return used.map((job) => ({ ...job, lastRunAt: later(job.lastRunAt, lastWorks.get(job.name)) }));
  });
  const jobsServed = part(deps.checkJobs);
  const works = part(longWork.running);
  const doctor = part(() => longWork.latest('doctor', 'done'));
  const mirror = deps.mirrorBacklog && part(deps.mirrorBacklog);
  const backups = part(deps.backupState);

  return async (): Promise<SystemStatus> => {
    const answers = Promise.all([database(), storage(), jobs(), jobsServed(), works(), doctor(), backups()]);
    const optional = Promise.all([photoVolume?.(), mirror?.()]);
    const [databaseNow, storageNow, jobsNow, jobsServedNow, worksNow, doctorNow, backupsNow] = await answers;
    const [photoVolumeNow, mirrorNow] = await optional;
    return {
      ...{ readAt: clock.now(), startedAt, database: databaseNow, storage: storageNow, photoVolume: photoVolumeNow },
      ...{ jobs: jobsNow, jobsServed: jobsServedNow, works: worksNow, doctor: doctorNow },
      ...{ mirror: mirrorNow, backups: backupsNow },
    };
  };
};

const isBusy = ({ waiting, running, failed }: { waiting: number; running: number; failed: number }): boolean =>
  waiting + running + failed > 0;

export type ReadSystemStatus = ReturnType<typeof makeReadSystemStatus>;

/** A part that hangs is asked once in a while only, however many people look meanwhile. */
const makePart = <T>(load: () => Promise<T>, deadlineMs: number) => {
  let asked: { at: number; answer: Promise<Answer<T>> } | undefined;
  const ask = async (): Promise<Answer<T>> => {
    try {
      return { ok: true, value: await load() };
    } catch {
      return AWAY;
    }
  };
  const askAnew = () => {
    const mine = { at: performance.now(), answer: ask() };
    void mine.answer.then(() => {
      if (asked === mine) asked = undefined;
    });
    return mine;
  };
  return async (): Promise<Answer<T>> => {
    if (!asked || performance.now() - asked.at > ASK_AGAIN_MS) asked = askAnew();
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<typeof AWAY>((resolve) => {
      timer = setTimeout(() => resolve(AWAY), deadlineMs);
    });
    return Promise.race([asked.answer, late]).finally(() => clearTimeout(timer));
  };
};

const AWAY = { ok: false, reason: 'away' } as const;

const volumeOf = async (folder: string): Promise<Volume> => {
  const { blocks, bfree, bsize } = await statfs(folder);
  return { used: (blocks - bfree) * bsize, size: blocks * bsize };
};

/** Jobs that were done are forgotten after a day; work that takes minutes is not. */
const lastWorkOfEach = async (db: Db): Promise<Map<string, Date>> => {
  const rows = await db('long_work')
    .groupBy('kind')
    .select<{ kind: string; at: Date }[]>('kind', db.raw('max(coalesce(ended_at, started_at)) as at'));
  return new Map(rows.map(({ kind, at }) => [kind, at]));
};

const later = (a: Date | null, b: Date | undefined): Date | null => (b && (!a || b > a) ? b : a);
