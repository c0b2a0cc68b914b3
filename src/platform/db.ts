import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import knex, { type Knex } from 'knex';
import { allowQueue, migrateQueueTables } from './queue-tables.ts';
import { isRestoreUnfinished, RestoreUnfinished } from './unfinished-restore.ts';

export type Db = Knex;
/** The caller's transaction; whoever gets one writes inside it and never commits. */
export type Trx = Knex.Transaction;

type DbOptions = {
  /** A PostgreSQL connection string. */
  url: string;
  /** Most connections of this process. */
  max?: number;
  /** Path of the PEM file that the server's certificate is checked against; the check is then always on. */
  sslCa?: string | undefined;
  /** Milliseconds after which PostgreSQL ends a statement, and a wait for a lock. */
  statementTimeout?: number;
  lockTimeout?: number;
};

/** A server that lets nobody in so long is away, as far as a page goes. */
const CONNECT_MS = 3500;

const migrationsDir = fileURLToPath(new URL('../../migrations', import.meta.url));
/** Our advisory locks: one number for each purpose, the same in every process. */
export const advisoryLocks = {
  migrate: 7_310_001,
  firstStart: 7_310_002,
  keepPhoto: 7_310_003,
  housekeeping: 7_310_004,
  claimReview: 7_310_005,
  samePicture: 7_310_006,
  backUpPhotos: 7_310_007,
};

/** One pool for the process. A page waits at most 4 s for a connection and 10 s for an answer (R61: 503 in < 5 s). */
export const openDb = ({ url, max = 10, sslCa, statementTimeout = 10_000, lockTimeout = 5000 }: DbOptions): Db =>
  knex({
    client: 'pg',
    connection: {
      ...connectionTo({ url, sslCa }),
      statement_timeout: statementTimeout,
      lock_timeout: lockTimeout,
      idle_in_transaction_session_timeout: 60_000,
      application_name: 'parent-onboarding',
      connectionTimeoutMillis: CONNECT_MS,
    } as object, // Knex hands it to pg, whose options it types in part
    pool: { min: 0, max },
    acquireConnectionTimeout: 4000,
    log: { debug: silent, deprecate: silent, warn: silent, error: silent },
  });

/** Knex would print what it throws anyway, with users and addresses in it, between the JSON lines of our log (R67). */
const silent = (): void => undefined;

/** Where PostgreSQL is. With a CA of one's own the verification cannot be talked out of by the address's `sslmode`. */
export const connectionTo = ({ url, sslCa }: Pick<DbOptions, 'url' | 'sslCa'>) => {
  if (sslCa === undefined) return { connectionString: url };
  const bare = new URL(url);
  bare.searchParams.delete('sslmode');
  return { connectionString: bare.href, ssl: { ca: readFileSync(sslCa, 'utf8'), rejectUnauthorized: true } };
};

/** Whether the database refused because of this constraint or unique index, named in a migration. */
export const violates = (error: unknown, constraint: string): boolean =>
  error instanceof Error && 'constraint' in error && error.constraint === constraint;

export const migrationSettings: Knex.MigratorConfig = {
  directory: migrationsDir,
  loadExtensions: ['.ts'],
  disableMigrationsListValidation: true, // during an update the old version meets a newer schema
};

/** Names of all migrations that this program has. */
export const knownMigrations = (): string[] => readdirSync(migrationsDir).filter((name) => name.endsWith('.ts'));

type Migrated = { names: string[]; restricted: boolean };

/**
 * Brings the schema and the tables of the jobs up to date, as the role that owns them, and lets `appRole` use them. Gives
 * the names of what it ran, and whether the app is held to its rights: PostgreSQL cannot hold an owner, who may give the
 * rights back to themselves. Processes that start together wait for each other. Needs two connections of the pool. Knex's
 * own lock survives a kill, ours does not: so ours decides. Rejects with RestoreUnfinished where a restore was killed in the middle.
 */
export const migrate = async (db: Db, { appRole }: { appRole: string }): Promise<Migrated> =>
  db.transaction(async (lock) => {
    // The lock's transaction is idle while a long migration runs on another connection.
    await lock.raw('set local lock_timeout = 0; set local statement_timeout = 0');
    await lock.raw('set local idle_in_transaction_session_timeout = 0');
    await lock.raw('select pg_advisory_xact_lock(?)', [advisoryLocks.migrate]);
    if (await isRestoreUnfinished(lock)) throw new RestoreUnfinished();
    await db.migrate.forceFreeMigrationsLock(migrationSettings);
    const [, names] = (await db.migrate.latest(migrationSettings)) as [number, string[]];
    await migrateQueueTables(db);
    return { names, restricted: await allow(lock, appRole) };
  });

/** Brings a schema that was just made up to date inside the caller's transaction, which alone sees it, and lets `appRole` use it. */
export const migrateWithin = async (trx: Trx, { appRole }: { appRole: string }): Promise<void> => {
  await trx.migrate.latest(migrationSettings);
  await allow(trx, appRole);
};

/** Waits for its turn with all who migrate, until the transaction ends. */
export const lockMigrations = async (trx: Trx): Promise<void> => {
  await trx.raw('select pg_advisory_xact_lock(?)', [advisoryLocks.migrate]);
};

/** The app reads and writes rows, changes no table, and only adds to the event log. */
const allow = async (db: Db, appRole: string): Promise<boolean> => {
  const { rows } = await db.raw<{ rows: { owner: boolean }[] }>('select current_user = ? as owner', [appRole]);
  if (rows[0]?.owner) return false;
  await db.raw('grant usage on schema public to ??', [appRole]);
  await db.raw('grant select, insert, update, delete on all tables in schema public to ??', [appRole]);
  await db.raw('revoke update, delete, truncate on events from ??', [appRole]);
  await db.raw('revoke insert, update, delete on knex_migrations, knex_migrations_lock from ??', [appRole]);
  await allowQueue(db, appRole);
  return true;
};
