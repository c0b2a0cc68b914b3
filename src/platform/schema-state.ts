import { type Db, knownMigrations } from './db.ts';
import { bossOn, QUEUE_TABLES_VERSION } from './queue-tables.ts';
import { isRestoreUnfinished, RestoreUnfinished } from './unfinished-restore.ts';

/** Thrown at a start by a role that may not migrate, where the schema lacks what this program brings. */
export class SchemaBehind extends Error {
  override name = 'SchemaBehind';
}

/**
 * Whether the tables are there and belong to a role that the one of `db` is not a member of: it could not change them.
 * False where there are none yet.
 */
export const belongsToAnother = async (db: Db): Promise<boolean> => {
  const { rows } = await db.raw<{ rows: { other: boolean }[] }>(
    `select not pg_has_role(current_user, relowner, 'member') as other from pg_class where oid = to_regclass('public.knex_migrations')`,
  );
  return rows[0]?.other ?? false;
};

/**
 * Resolves when the schema has all that this program's migrations make, and perhaps more; throws `SchemaBehind` otherwise, and
 * `RestoreUnfinished` where a restore was killed in the middle.
 */
export const mustBeCurrent = async (db: Db): Promise<void> => {
  if (await isRestoreUnfinished(db)) throw new RestoreUnfinished();
  const run = await db<{ name: string }>('knex_migrations').pluck<string[]>('name');
  const missing = knownMigrations().filter((name) => !run.includes(name));
  const boss = bossOn(db);
  const jobTables = (await boss.isInstalled()) ? await boss.schemaVersion() : null;
  if (missing.length > 0 || (jobTables ?? 0) < QUEUE_TABLES_VERSION)
    throw new SchemaBehind('this program is newer than the schema, and its role may not migrate');
};
