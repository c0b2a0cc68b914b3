import type { Db } from '../platform/db.ts';

/** So many rows are folded at a time: a short transaction also after a rush. */
const BATCH = 20_000;

/**
 * Adds up the rows of `parent_counts` that belong to one school, class and status, and gives how many rows are fewer.
 * One statement, so that whoever counts meanwhile sees the rows before or the sums, and never both; several processes
 * may do it at once and share the work.
 */
export const makeFoldCounts =
  ({ db }: { db: Db }) =>
  async (): Promise<number> => {
    const { rows } = await db.raw<{ rows: [{ fewer: number }] }>(
      `with scattered as (
         select school_id, class_name, status from parent_counts group by 1, 2, 3 having count(*) > 1
       ), mine as (
         select id from parent_counts
         where (school_id, class_name, status) in (select school_id, class_name, status from scattered)
         order by id limit ? for update skip locked
       ), gone as (
         delete from parent_counts where id in (select id from mine) returning school_id, class_name, status, n
       ), sums as (
         insert into parent_counts (school_id, class_name, status, n)
         select school_id, class_name, status, sum(n) from gone group by 1, 2, 3 having sum(n) <> 0
         returning 1
       )
       select ((select count(*) from gone) - (select count(*) from sums))::int as fewer`,
      [BATCH],
    );
    return rows[0].fewer;
  };
