import { statfs } from 'node:fs/promises';
import type { Clock } from '../platform/clock.ts';
import { type Db, knownMigrations } from '../platform/db.ts';
import type { NoteError } from '../platform/error-notes.ts';
import type { Instance } from '../platform/instances.ts';
import type { LongWork, LongWorks } from '../platform/long-work.ts';
import type { Queue } from '../platform/queue.ts';
import type { JobSummary } from '../platform/queue-summary.ts';
import { type Answer, makeAskPart } from './ask-part.ts';
import type { ErrorKind } from './list-errors.ts';
import type { BackupState, MirrorBacklog } from './system-parts.ts';

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
  /** Whether jobs are run by processes of their own. */
  needsWorker: boolean;
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

export type SystemStatusDeps = {
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
  /** Hears of what is wrong with a part, unless that is away. */
  noteError: NoteError;
  needsWorker?: boolean;
  deadlineMs?: number;
};

/** Asks every part of the service how it is, all at once. Never rejects, and is there within the deadline. */
export const makeReadSystemStatus = (deps: SystemStatusDeps) => {
  const { db, clock, longWork, queue, photoDir, databaseDir, unusedJobs = [] } = deps;
  const startedAt = clock.now();
  const check = <T>(load: () => Promise<T>) => makeAskPart(load, deps);
  const part = <T>(name: string, load: () => Promise<T>) =>
    makeAskPart(load, { ...deps, hear: (error) => deps.noteError(error, { place: `status ${name}` }) });

  const database = part('database', async () => {
    const [read, volume] = await Promise.all([
      readDatabase(db),
      databaseDir === undefined ? undefined : volumeOf(databaseDir),
    ]);
    return { ...read, volume };
  });
  const instances = part('instances', deps.listInstances);
  const errors = part('errors', deps.listErrors);
  const storage = check(deps.checkStorage);
  const photoVolume = photoDir === undefined ? undefined : part('photos', () => volumeOf(photoDir));
  const jobs = part('jobs', async () => {
    const [summaries, lastWorks] = await Promise.all([queue.summarize(), lastWorkOfEach(db)]);
    const used = summaries.filter((job) => isBusy(job) || !unusedJobs.includes(job.name));
    return used.map((job) => ({ ...job, lastRunAt: later(job.lastRunAt, lastWorks.get(job.name)) }));
  });
  const jobsServed = check(deps.checkJobs);
  const works = part('works', longWork.running);
  const doctor = part('doctor', () => longWork.latest('doctor', 'done'));
  const mirror = deps.mirrorBacklog && part('mirror', deps.mirrorBacklog);
  const backups = part('backups', deps.backupState);

  return async (): Promise<SystemStatus> => {
    // All begin before one is waited for: the deadline is that of all together.
    const asked = {
      ...{ database: database(), instances: instances(), errors: errors(), storage: storage(), jobs: jobs() },
      ...{ jobsServed: jobsServed(), works: works(), doctor: doctor(), backups: backups() },
      ...{ photoVolume: photoVolume?.(), mirror: mirror?.() },
    };
    return {
      ...{ startedAt, needsWorker: deps.needsWorker ?? false },
      ...{ database: await asked.database, instances: await asked.instances, errors: await asked.errors },
      ...{ storage: await asked.storage, photoVolume: await asked.photoVolume, jobs: await asked.jobs },
      ...{ jobsServed: await asked.jobsServed, works: await asked.works, doctor: await asked.doctor },
      ...{ mirror: await asked.mirror, backups: await asked.backups, readAt: clock.now() },
    };
  };
};

const isBusy = ({ waiting, running, failed }: { waiting: number; running: number; failed: number }): boolean =>
  waiting + running + failed > 0;

export type ReadSystemStatus = ReturnType<typeof makeReadSystemStatus>;

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
