import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { Db, Trx } from './db.ts';
import type { JobKind, JobKinds } from './job.ts';
import { makeQueueRetry } from './queue-retry.ts';
import { makeQueueSummary } from './queue-summary.ts';
import { bossOn } from './queue-tables.ts';

/** Every job that there is; what each is, stands in jobs/registry.ts. */
export type JobName =
  'photo-check' | 'photo-backup' | 'photo-removal' | 'backup' | 'backup-verify' | 'backup-rehearsal' | 'doctor';

/**
 * Queues a job inside the caller's transaction: it is there when the transaction commits, and was never there otherwise.
 * With a `singletonKey` it is left out while another one with that key waits for its first try. Throws a ZodError for a
 * payload that the job's schema refuses.
 */
export type Enqueue = (
  trx: Trx,
  name: JobName,
  payload: object,
  options?: { startAfterSeconds?: number; singletonKey?: string },
) => Promise<void>;

/** How many jobs of one kind wait (for their first try or another one), run at this moment, and failed for good. */
type JobCounts = { waiting: number; running: number; failed: number };

/** One job that is not done. `failure` is what its last try ended with. */
export type ListedJob = {
  id: string;
  name: string;
  state: keyof JobCounts;
  payload: object;
  /** Tries that began. */
  tries: number;
  createdAt: Date;
  /** When it runs next, for one that waits. */
  startsAt: Date;
  failedAt: Date | null;
  failure: string | null;
};

/** Days that a job is kept: one that was done, to be looked up; one that failed for good or was never run, to be tried again. */
const KEEP_DONE_DAYS = 1;
const KEEP_FAILED_DAYS = 365;
/** A process that has not been heard of for so long is taken for dead, and its job goes to another one. */
const HEARTBEAT_SECONDS = 30;
const DAY_SECONDS = 86_400;

export type Queue = ReturnType<typeof makeQueue>;

/** The jobs in the database: everything but running them (queue-worker.ts). */
export const makeQueue = ({ db, kinds }: { db: Db; kinds: JobKinds }) => {
  /** Makes the queues that are missing and gives the others the numbers of this version; needs rows only, no tables. */
  const prepare = async (): Promise<void> => {
    const boss = bossOn(db);
    const known = new Map((await boss.getQueues()).map((queue) => [queue.name, queue]));
    for (const [name, kind] of Object.entries(kinds)) {
      const wanted = queueOptions(kind);
      const queue = known.get(name);
      if (!queue)
        await boss.createQueue(name, { ...wanted, policy: 'short' }); // one waits for each key
      else if (Object.entries(wanted).some(([option, value]) => queue[option as keyof typeof wanted] !== value))
        await boss.updateQueue(name, wanted);
    }
  };

  const enqueue: Enqueue = async (trx, name, payload, { startAfterSeconds, singletonKey } = {}) => {
    const kind = kinds[name];
    if (!kind) throw new Error(`there is no job ${name}`);
    await bossOn(trx).send(name, kind.payload.parse(payload), {
      singletonKey: singletonKey ?? randomUUID(), // no key would be a key too
      ...(startAfterSeconds === undefined ? {} : { startAfter: startAfterSeconds }),
    });
  };

  /** Resolves when jobs can be enqueued. */
  const check = async (): Promise<void> => {
    await db.raw('select from pgboss.version');
  };

  /** How many of each kind are not done; one that has none is named too. */
  const count = async (): Promise<Record<string, JobCounts>> => {
    const counts = Object.fromEntries(Object.keys(kinds).map((name) => [name, { waiting: 0, running: 0, failed: 0 }]));
    const { rows } = await db.raw<{ rows: { name: string; state: keyof JobCounts; n: number }[] }>(
      `select name, ${STATE} as state, count(*)::int as n from pgboss.job
       where state in (${UNDONE}) group by 1, 2 order by 1`,
    );
    for (const { name, state, n } of rows) (counts[name] ??= { waiting: 0, running: 0, failed: 0 })[state] += n;
    return counts;
  };

  /** Those that are not done, or only those that failed for good; the oldest first, at most `limit`. */
  const list = async ({ failedOnly = false, limit = 200 } = {}): Promise<ListedJob[]> => {
    const { rows } = await db.raw<{ rows: ListedJob[] }>(
      `select id, name, ${STATE} as state, data as payload, created_on as "createdAt", start_after as "startsAt",
         case when started_on is null then 0 else retry_count + 1 end as tries, completed_on as "failedAt",
         coalesce(output->>'message', output->'value'->>'message', output->>'value') as failure
       from pgboss.job where state in (${failedOnly ? `'failed'` : UNDONE}) order by created_on, id limit ?`,
      [limit],
    );
    return rows;
  };

  /** Deletes the jobs that were done a day ago; gives how many. pg-boss deletes the others when their time is over. */
  const prune = async (): Promise<number> => {
    const { rowCount } = await db.raw<{ rowCount: number }>(
      `delete from pgboss.job where state = 'completed' and completed_on < now() - make_interval(days => ?)`,
      [KEEP_DONE_DAYS],
    );
    return rowCount;
  };

  return {
    prepare,
    enqueue,
    check,
    count,
    summarize: makeQueueSummary({ db, kinds }),
    list,
    retry: makeQueueRetry({ db }),
    prune,
  };
};

const saved = z.object({ name: z.string(), payload: z.unknown() });

/** Queues jobs that were saved, inside the transaction; those whose kind or payload this program does not know are left out. */
export const enqueueAnew =
  (kinds: JobKinds) =>
  async (trx: Trx, jobs: AsyncIterable<unknown>): Promise<void> => {
    const queue = makeQueue({ db: trx, kinds });
    await queue.prepare();
    for await (const job of jobs) {
      const { name, payload } = saved.parse(job);
      const isKnown = kinds[name]?.payload.safeParse(payload);
      if (isKnown?.success) await queue.enqueue(trx, name as JobName, isKnown.data);
    }
  };

const UNDONE = `'created', 'retry', 'active', 'failed'`;
const STATE = `case state when 'active' then 'running' when 'failed' then 'failed' else 'waiting' end`;

const queueOptions = ({ retryLimit, retryDelaySeconds, retryDelayMaxSeconds, expireSeconds }: JobKind) => ({
  retryLimit,
  retryDelay: retryDelaySeconds,
  retryBackoff: true, // doubles the delay and takes a random part of its second half off
  retryDelayMax: retryDelayMaxSeconds,
  expireInSeconds: expireSeconds,
  heartbeatSeconds: HEARTBEAT_SECONDS,
  retentionSeconds: KEEP_FAILED_DAYS * DAY_SECONDS,
  deleteAfterSeconds: KEEP_FAILED_DAYS * DAY_SECONDS,
});
