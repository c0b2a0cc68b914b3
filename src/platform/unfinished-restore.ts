/** A transaction, as far as this needs one: db.ts uses this file itself. */
type Trx = { raw: (sql: string, values: string[]) => PromiseLike<unknown> };

/** Stands beside the service's tables from the commit that loads a dump of pg_dump's to the one that brings it up to date. */
const MARK = 'public.restore_unfinished';

/** SQL that leaves the mark, for the transaction that loads. What empties the schema takes it away, too. */
export const MARK_UNFINISHED = `create table ${MARK} ()`;

/** Thrown by a start on a database whose restore was killed before its end. */
export class RestoreUnfinished extends Error {
  constructor() {
    super(
      'A restore of this database was not finished. Nothing was started: run "npm run cli -- backup:restore" again.',
    );
    this.name = 'RestoreUnfinished';
  }
}

/** Whether what the database holds is what a restore left that did not come to its end. */
export const isRestoreUnfinished = async (trx: Trx): Promise<boolean> => {
  const found = await trx.raw('select to_regclass(?) is not null as there', [MARK]);
  const { rows } = found as { rows: { there: boolean }[] };
  return rows[0]?.there === true;
};

/** Takes the mark away, in the transaction that ends the restore. */
export const unmarkUnfinished = async (trx: Trx): Promise<void> => {
  await trx.raw(`drop table if exists ${MARK}`, []);
};
