import { statfs } from 'node:fs/promises';
import type { Clock } from '../platform/clock.ts';
import { type Db, knownMigrations } from '../platform/db.ts';
import type { Instance } from '../platform/instances.ts';
import type { LongWork, LongWorks } from '../platform/long-work.ts';
import type { Queue } from '../platform/queue.ts';
import type { JobSummary } from '../platform/queue-summary.ts';
import type { Result } from '../shared/result.ts';
import type { ErrorKind } from './list-errors.ts';
import type { BackupState, MirrorBacklog } from './system-parts.ts';

/** What a part says; `away`: it failed, or has not answered in time. */
export type Answer<T> = Result<T, 'away'>;

/** Of a file system, in bytes. */
export type Volume = { used: number; size: number };

type DatabaseStatus = {
  /** Its own size, and the volume of the embedded one. */
  bytes: number;
  volume: Volume | undefined;
  /** Of PostgreSQL. */
  version: string;
  /** To this database, by everybody; and how many the server takes in all. */
  connections: number;
  mostConnections: number;
  /** That were run, and that this program has and the database has not. */
  migrations: { done: number; missing: number };
};

export type SystemStatus = {
  readAt: Date;
  /** When this process began. */
  startedAt: Date;
  database: Answer<DatabaseStatus>;
  /** The processes that live. */
  instances: Answer<Instance[]>;
  /** Kinds of unexpected errors of the last days. */
  errors: Answer<ErrorKind[]>;
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
  listInstances: () => Promise<Instance[]>;
  listErrors: () => Promise<ErrorKind[]>;
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
    const [read, volume] = await Promise.all([
      readDatabase(db),
      databaseDir === undefined ? undefined : volumeOf(databaseDir),
    ]);
    return { ...read, volume };
  });
  const instances = part(deps.listInstances);
  const errors = part(deps.listErrors);
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
    const [instancesNow, errorsNow] = await Promise.all([instances(), errors()]);
    const optional = Promise.all([photoVolume?.(), mirror?.()]);
    const [databaseNow, storageNow, jobsNow, jobsServedNow, worksNow, doctorNow, backupsNow] = await answers;
    const [photoVolumeNow, mirrorNow] = await optional;
    return {
      ...{ readAt: clock.now(), startedAt, database: databaseNow, storage: storageNow, photoVolume: photoVolumeNow },
      ...{ jobs: jobsNow, jobsServed: jobsServedNow, works: worksNow, doctor: doctorNow },
      ...{ mirror: mirrorNow, backups: backupsNow, instances: instancesNow, errors: errorsNow },
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

const readDatabase = async (db: Db): Promise<Omit<DatabaseStatus, 'volume'>> => {
  const { rows } = await db.raw<{ rows: [DatabaseRow] }>(
    `select pg_database_size(current_database()) as bytes, current_setting('server_version') as version,
       current_setting('max_connections')::int as most, (select array_agg(name) from knex_migrations) as migrations,
       (select count(*)::int from pg_stat_activity where datname = current_database()) as connections`,
  );
  const { bytes, version, most, migrations, connections } = rows[0];
  const missing = knownMigrations().filter((name) => !migrations.includes(name)).length;
  return {
    ...{ bytes: Number(bytes), version, connections, mostConnections: most },
    migrations: { done: migrations.length, missing },
  };
};

type DatabaseRow = { bytes: string; version: string; most: number; migrations: string[]; connections: number };

/** Jobs that were done are forgotten after a day; work that takes minutes is not. */
const lastWorkOfEach = async (db: Db): Promise<Map<string, Date>> => {
  const rows = await db('long_work')
    .groupBy('kind')
    .select<{ kind: string; at: Date }[]>('kind', db.raw('max(coalesce(ended_at, started_at)) as at'));
  return new Map(rows.map(({ kind, at }) => [kind, at]));
};

const later = (a: Date | null, b: Date | undefined): Date | null => (b && (!a || b > a) ? b : a);
