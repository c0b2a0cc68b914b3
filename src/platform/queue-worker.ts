import { setTimeout as wait } from 'node:timers/promises';
import { type ConstructorOptions, type JobWithMetadata, PgBoss } from 'pg-boss';
import { connectionTo, type Db } from './db.ts';
import type { NoteError } from './error-notes.ts';
import type { Handlers, JobKinds } from './job.ts';
import { describeError, type Logger } from './logger.ts';
import { bossOn, QUEUE_TABLES_VERSION } from './queue-tables.ts';
import { within } from './within.ts';

type Deps = {
  db: Db;
  /** Where pg-boss opens connections of its own: an error leaves one of its in the middle of a transaction. */
  connection: Parameters<typeof connectionTo>[0];
  kinds: JobKinds;
  handlers: Handlers;
  logger: Logger;
  noteError: NoteError;
  /** How often each kind is asked for; tests wait less. */
  pollSeconds?: number;
};

const POLL_SECONDS = 2;
const CONNECTIONS = 3;
/** How often jobs of dead processes are looked for. */
const SUPERVISE_SECONDS = 10;
/** A queue that nobody has looked at for so long is not served; several polls and a reconnection fit in. */
const UNSERVED_MS = 15_000;
/** A job that runs when we stop has so long to end; then another process gets it. Well below the hard limit of 30 s. */
const STOP_MS = 20_000;
const CLOSE_MS = 3000;
const RETRY_MS = 2000;
const COMPLAIN_MS = 30_000;

/** Runs the jobs that have a handler here, one of each kind at a time, until it is stopped. A database that goes away is waited for. */
export const makeQueueWorker = (deps: Deps) => {
  const { db, connection, kinds, handlers, logger, noteError, pollSeconds = POLL_SECONDS } = deps;
  const names = Object.keys(kinds).filter((name) => handlers[name]);
  const running = new Map<JobWithMetadata, Promise<void>>();
  const stopping = new AbortController();
  const isStopping = () => stopping.signal.aborted;
  const complain = makeComplain(logger, isStopping);
  let boss: PgBoss | undefined;
  let startedAt: number | undefined;
  let starting: Promise<void> | undefined;
  let stopped: Promise<void> | undefined;

  const run = async (job: JobWithMetadata): Promise<void> => {
    const { id, name } = job;
    try {
      await handlers[name]?.(kinds[name]?.payload.parse(job.data) as never, { signal: job.signal });
    } catch (error) {
      if (isStopping() && job.signal.aborted) {
        logger.info({ err: error, job: name, jobId: id }, 'a job ended because the process stops; it is run again');
        throw new JobFailure(error);
      }
      const named = noteError(error, { place: `job ${name}` });
      const about = { err: error, job: name, jobId: id, tries: job.retryCount + 1, ...named };
      if (job.retryCount < job.retryLimit) logger.warn(about, 'a job failed; it is tried again');
      else logger.error(about, 'a job failed for good; look at it with jobs:list, try it again with jobs:retry');
      throw new JobFailure(error);
    }
  };

  const runKnown = async (job: JobWithMetadata): Promise<void> => {
    const done = run(job).finally(() => running.delete(job));
    running.set(job, done);
    await done;
  };

  const open = async (): Promise<void> => {
    const newer = ((await bossOn(db).schemaVersion()) ?? 0) > QUEUE_TABLES_VERSION;
    const opened = new PgBoss(bossOptions(connection, newer));
    opened.on('error', complain);
    opened.on('warning', ({ message }) => logger.warn({ warning: message }, 'the job system warns'));
    boss = opened;
    await opened.start();
    const options = { pollingIntervalSeconds: pollSeconds, includeMetadata: true, batchSize: 1 } as const;
    for (const name of names) {
      const worker = await opened.work(name, options, async ([job]) => {
        opened.notifyWorker(worker); // the next one comes without a pause
        if (job) await runKnown(job as JobWithMetadata);
      });
    }
    logger.info({ jobs: names }, 'jobs are run here');
  };

  const openUntilItWorks = async (): Promise<void> => {
    while (!isStopping()) {
      try {
        await open();
        return;
      } catch (error) {
        complain(error);
        await boss?.stop({ graceful: false }).catch(complain);
        await wait(RETRY_MS, undefined, { signal: stopping.signal }).catch(() => undefined);
      }
    }
  };

  /** Begins at once and returns; `check` tells whether it works. */
  const start = (): void => {
    startedAt ??= Date.now();
    starting ??= openUntilItWorks();
  };

  /** Throws when jobs should be run here and are not. */
  const check = (): void => {
    if (startedAt === undefined || isStopping()) return;
    const served = new Map(boss?.getWipData().map((worker) => [worker.name, worker]));
    for (const name of names) {
      const { count = 0, lastFetchedOn } = served.get(name) ?? {};
      const since = Math.max(startedAt, lastFetchedOn ?? 0);
      if (count === 0 && Date.now() - since > UNSERVED_MS) throw new Error(`nobody serves ${name}`);
    }
  };

  /** Takes no new job, waits for those that run, and hands back what is not done after `graceMs`. May be called again. */
  const stop = (graceMs = STOP_MS): Promise<void> => (stopped ??= close(graceMs));

  const close = async (graceMs: number): Promise<void> => {
    stopping.abort();
    await within(CLOSE_MS, starting);
    const closing = boss;
    if (!closing) return;
    await within(graceMs, Promise.all(names.map((name) => closing.offWork(name))));
    for (const job of running.keys()) await handBack(db, job).catch(complain);
    if (running.size > 0) logger.warn({ jobs: running.size }, 'jobs were handed back; another process runs them again');
    await within(CLOSE_MS, closing.stop({ graceful: false }));
    await within(CLOSE_MS, Promise.allSettled(running.values())); // now told: they may have to write how they ended
  };

  return { start, check, stop };
};

/** What is kept of a failure: as little as the log says, for messages quote names, links and paths. */
class JobFailure extends Error {
  constructor(cause: unknown) {
    const { type, message, code, stack } = describeError(cause);
    super([type, code, message].filter(Boolean).join(' '));
    this.name = 'JobFailure';
    this.stack = stack ?? '';
  }
}

const bossOptions = ({ url, sslCa }: Deps['connection'], newer: boolean): ConstructorOptions => ({
  ...connectionTo({ url, sslCa }),
  // Handed on to pg, whose options pg-boss types in part: a connection that died silently is noticed.
  ...{ query_timeout: 40_000, statement_timeout: 30_000, keepAlive: true },
  application_name: 'parent-onboarding-jobs',
  max: CONNECTIONS,
  connectionTimeoutMillis: 4000,
  // Tables newer than the program are refused unless it may migrate, which it then has no reason to.
  migrate: newer,
  createSchema: false,
  schedule: false,
  reindex: false, // the owner's right; so few rows need none
  monitorVacuum: false,
  superviseIntervalSeconds: SUPERVISE_SECONDS,
  monitorIntervalSeconds: SUPERVISE_SECONDS,
  flowIntervalSeconds: 3600, // we have no jobs that wait for each other
  bamIntervalSeconds: 3600,
});

/** Without using up a try. The count of tries stays, so that what this process still does with it is refused. */
const handBack = async (db: Db, { id, name, retryCount }: JobWithMetadata): Promise<void> => {
  await db.raw(
    `update pgboss.job set state = 'retry', start_after = now(), retry_limit = retry_limit + 1, heartbeat_on = null
     where name = ? and id = ? and retry_count = ? and state = 'active'`,
    [name, id, retryCount],
  );
};

/** While the database is away each poll fails: one line in a while is enough. pg-boss may hand over a copy of an error. */
const makeComplain = (logger: Logger, isStopping: () => boolean) => {
  let last = -COMPLAIN_MS;
  return (error: unknown): void => {
    if (isStopping() || performance.now() - last < COMPLAIN_MS) return;
    last = performance.now();
    const err = error instanceof Error ? error : Object.assign(new Error('no error'), error);
    logger.warn({ err }, 'the job system has trouble; it goes on by itself when the database answers');
  };
};
