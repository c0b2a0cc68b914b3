import type { Db } from '../platform/db.ts';

/** So many rows are folded at a time: a short transaction also after a rush. */
const BATCH = 20_000;

/** Tables of differences that add up: what their rows are counted by, and what is counted. */
const tables = [
  { table: 'parent_counts', by: ['school_id', 'class_name', 'status'], sums: ['n'] },
  {
    table: 'check_counts',
    by: ['school_id', 'day', 'code'],
    sums: ['looked', 'hinted', 'advised', 'better', 'anyway', 'approved'],
  },
];

/**
 * Adds up the rows of the tables of counts that are counted by the same, and gives how many rows are fewer. One statement
 * a table, so that whoever counts meanwhile sees the rows before or the sums, and never both; several processes may do it at
 * once and share the work.
 */
export const makeFoldCounts =
  ({ db }: { db: Db }) =>
  async (): Promise<number> => {
    let fewer = 0;
    for (const { table, by, sums } of tables) fewer += await fold(db, table, by.join(), sums);
    return fewer;
  };

const fold = async (db: Db, table: string, by: string, sums: string[]): Promise<number> => {
  const added = sums.map((sum) => `sum(${sum})`);
  const { rows } = await db.raw<{ rows: [{ fewer: number }] }>(
    `with scattered as (
       select ${by} from ${table} group by ${by} having count(*) > 1
     ), mine as (
       select id from ${table}
       where (${by}) in (select ${by} from scattered)
       order by id limit ? for update skip locked
     ), gone as (
       delete from ${table} where id in (select id from mine) returning ${by}, ${sums.join()}
     ), summed as (
       insert into ${table} (${by}, ${sums.join()})
       select ${by}, ${added.join()} from gone group by ${by} having ${added.map((sum) => `${sum} <> 0`).join(' or ')}
       returning 1
     )
     select ((select count(*) from gone) - (select count(*) from summed))::int as fewer`,
    [BATCH],
  );
  return rows[0].fewer;
};
