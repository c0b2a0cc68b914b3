// Faults that only whoever owns the database can make, for as long as a scene lasts.
import type { Stage } from './stage.ts';

/** Takes a table away from the app: a fault of ours, for a page that needs it. */
export const loseTable = async ({ owner, after }: Stage, table: string): Promise<void> => {
  await owner.raw('alter table ?? rename to table_away', [table]);
  after(() => owner.raw('alter table table_away rename to ??', [table]));
};

/** Ends the app's connections and lets no new one in: the database is away. */
export const breakDatabase = async ({ owner, after }: Pick<Stage, 'owner' | 'after'>): Promise<void> => {
  const limit = async (connections: number) => {
    const { rows } = await owner.raw<{ rows: { name: string }[] }>('select current_database() as name');
    await owner.raw(`alter database ?? connection limit ${connections}`, [rows[0]?.name ?? '']);
  };
  await limit(0);
  after(() => limit(-1));
  await owner.raw(
    `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and usename = 'app'`,
  );
};
