import type { Db } from './db.ts';
import type { JobKinds } from './job.ts';

/** One kind of job at a glance. */
export type JobSummary = {
  name: string;
  /** For their first try or another one. */
  waiting: number;
  running: number;
  /** For good. */
  failed: number;
  /** When the oldest of those that wait was enqueued. */
  oldestWaitingAt: Date | null;
  /** Since when the first of those that wait could have been run. */
  dueSince: Date | null;
  /** When one was last begun or ended; what was done is forgotten after a day. */
  lastRunAt: Date | null;
  /** What the last one that failed for good ended with: types, codes and our own words. */
  lastFailure: string | null;
};

const NONE = { waiting: 0, running: 0, failed: 0, oldestWaitingAt: null, dueSince: null, lastRunAt: null };

/**
 * Gives a summary of each kind of job, those without any too. Reads the table once, which holds what is not done and what was done
 * in the last day, and a second time for the failures where there are any.
 */
export const makeQueueSummary =
  ({ db, kinds }: { db: Db; kinds: JobKinds }) =>
  async (): Promise<JobSummary[]> => {
    const { rows } = await db.raw<{ rows: Omit<JobSummary, 'lastFailure'>[] }>(
      `select name,
         count(*) filter (where ${WAITS})::int as waiting,
         count(*) filter (where state = 'active')::int as running,
         count(*) filter (where state = 'failed')::int as failed,
         min(created_on) filter (where ${WAITS}) as "oldestWaitingAt",
         min(start_after) filter (where ${WAITS}) as "dueSince",
         max(coalesce(completed_on, started_on)) as "lastRunAt"
       from pgboss.job group by name`,
    );
    const failures = rows.some(({ failed }) => failed > 0) ? await lastFailures(db) : new Map<string, string | null>();
    const found = new Map(rows.map((row) => [row.name, row]));
    const names = [...new Set([...Object.keys(kinds), ...found.keys()])];
    return names.map((name) => ({ name, ...NONE, ...found.get(name), lastFailure: failures.get(name) ?? null }));
  };

const WAITS = `state in ('created', 'retry')`;

const lastFailures = async (db: Db): Promise<Map<string, string | null>> => {
  const { rows } = await db.raw<{ rows: { name: string; failure: string | null }[] }>(
    `select distinct on (name) name,
       left(coalesce(output->>'message', output->'value'->>'message', output->>'value'), 500) as failure
     from pgboss.job where state = 'failed' order by name, completed_on desc`,
  );
  return new Map(rows.map(({ name, failure }) => [name, failure]));
};
