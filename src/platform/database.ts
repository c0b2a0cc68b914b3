import type { Config } from '../shared/config.ts';
import { watchDatabase } from './database-watch.ts';
import { type Db, migrate, openDb } from './db.ts';
import { startEmbeddedPostgres } from './embedded-postgres.ts';
import type { Logger } from './logger.ts';

type Database = {
  db: Db;
  /** Where it is, for whoever needs connections of their own. */
  connection: { url: string; sslCa: string | undefined };
  stop: () => Promise<void>;
};

type Options = { config: Config; logger: Logger };

const EMBEDDED_DATABASE = 'onboarding';
const EMBEDDED_APP_ROLE = 'app';

/**
 * Gives the app's pool on a database whose schema is current: PostgreSQL at DATABASE_URL, or the embedded one under
 * DATA_DIR. Migrations run as the owner of the tables; the app itself connects as a role that may not change them.
 */
export const openDatabase = async ({ config, logger }: Options): Promise<Database> => {
  const embedded = config.DATABASE_URL
    ? undefined
    : await startEmbeddedPostgres({ dir: config.DATA_DIR, durable: true, logger });
  try {
    if (embedded) await prepareEmbedded(embedded.url('postgres'));
    const url = config.DATABASE_URL ?? embedded?.url(EMBEDDED_DATABASE, EMBEDDED_APP_ROLE) ?? '';
    const ownerUrl = config.MIGRATION_DATABASE_URL ?? embedded?.url(EMBEDDED_DATABASE) ?? url;
    const appRole = decodeURIComponent(new URL(url).username);
    const connection = { url, sslCa: config.DATABASE_SSL_CA };
    await bringUpToDate({ url: ownerUrl, sslCa: connection.sslCa, appRole, logger });
    const db = openDb({ ...connection, max: config.DATABASE_POOL_MAX });
    const watch = watchDatabase({ db, connection, logger });
    return {
      db,
      connection,
      stop: async () => {
        watch.stop();
        await db.destroy();
        await embedded?.stop();
      },
    };
  } catch (error) {
    await embedded?.stop();
    throw error;
  }
};

type Target = { url: string; sslCa: string | undefined; appRole: string; logger: Logger };

const bringUpToDate = async ({ url, sslCa, appRole, logger }: Target): Promise<void> => {
  const owner = openDb({ url, max: 3, sslCa, statementTimeout: 0, lockTimeout: 60_000 });
  try {
    const { names, restricted } = await migrate(owner, { appRole });
    logger.info({ migrations: names.length }, 'the schema is current');
    if (!restricted)
      logger.warn('the app owns its tables and could change the event log: give MIGRATION_DATABASE_URL another role');
  } finally {
    await owner.destroy();
  }
};

/** A new cluster has neither our database nor the app's role; processes that start together make them once. */
const prepareEmbedded = async (adminUrl: string): Promise<void> => {
  const admin = openDb({ url: adminUrl, max: 1 });
  try {
    await ignoring('42710', () => admin.raw('create role ?? login', [EMBEDDED_APP_ROLE]));
    await ignoring('42P04', () => admin.raw('create database ??', [EMBEDDED_DATABASE]));
  } finally {
    await admin.destroy();
  }
};

/** Runs it and takes 'exists already' for success; 23505 is how PostgreSQL says so to the second of two at once. */
const ignoring = async (state: string, run: () => Promise<unknown>): Promise<void> => {
  try {
    await run();
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code !== state && code !== '23505') throw error;
  }
};
