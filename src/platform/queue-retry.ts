import type { Db, Trx } from './db.ts';
import { bossOn } from './queue-tables.ts';

type Which = { id: string } | { name: string } | 'all';

/** So many failed jobs are brought back at a time, however many there are. */
const RETRY_BATCH = 5000;
const NO_ID = '00000000-0000-0000-0000-000000000000';

/** Lets a job that failed for good, each of its kind, or each at all be tried once more, at once; gives how many. */
export const makeQueueRetry =
  ({ db }: { db: Db }) =>
  async (which: Which, on: Db = db): Promise<number> =>
    on.transaction(async (trx) => {
      let retried = 0;
      for (let after = NO_ID; ;) {
        const failed = await nextFailed(trx, which, after);
        for (const [name, jobs = []] of Object.entries(Object.groupBy(failed, (job) => job.name)))
          await bossOn(trx).retry(
            name,
            jobs.map(({ id }) => id),
          );
        retried += failed.length;
        const last = failed.at(-1);
        if (!last || failed.length < RETRY_BATCH) return retried;
        after = last.id;
      }
    });

const nextFailed = async (trx: Trx, which: Which, after: string) => {
  const narrowed =
    which === 'all' ? undefined : 'id' in which ? (['id', which.id] as const) : (['name', which.name] as const);
  const { rows } = await trx.raw<{ rows: { name: string; id: string }[] }>(
    `select name, id from pgboss.job where state = 'failed' and id > ? ${narrowed ? `and ${narrowed[0]} = ?` : ''}
     order by id limit ${RETRY_BATCH}`,
    narrowed ? [after, narrowed[1]] : [after],
  );
  return rows;
};
