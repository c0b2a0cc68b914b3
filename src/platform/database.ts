import type { Config } from '../shared/config.ts';
import { watchDatabase } from './database-watch.ts';
import { type Db, migrate, openDb } from './db.ts';
import { startEmbeddedPostgres } from './embedded-postgres.ts';
import type { Logger } from './logger.ts';
import { belongsToAnother, mustBeCurrent } from './schema-state.ts';

type Database = {
  db: Db;
  /** Where it is, for whoever needs connections of their own. */
  connection: Connection;
  /** The same as its owner, who may read and change everything. */
  owner: Connection;
  stop: () => Promise<void>;
};
type Connection = { url: string; sslCa: string | undefined };

type Options = { config: Config; logger: Logger };

const EMBEDDED_DATABASE = 'onboarding';
const EMBEDDED_APP_ROLE = 'app';

/**
 * Where the database is: PostgreSQL at DATABASE_URL, or the embedded one under DATA_DIR, which is started for it. Its schema is
 * left as it is.
 */
export const openServer = async ({ config, logger }: Options) => {
  const embedded = config.DATABASE_URL
    ? undefined
    : await startEmbeddedPostgres({ dir: config.DATA_DIR, durable: true, logger });
  try {
    if (embedded) await prepareEmbedded(embedded.url('postgres'));
    const url = config.DATABASE_URL ?? embedded?.url(EMBEDDED_DATABASE, EMBEDDED_APP_ROLE) ?? '';
    const ownerUrl = config.MIGRATION_DATABASE_URL ?? embedded?.url(EMBEDDED_DATABASE) ?? url;
    const sslCa = config.DATABASE_SSL_CA;
    return {
      connection: { url, sslCa },
      owner: { url: ownerUrl, sslCa },
      appRole: decodeURIComponent(new URL(url).username),
      stop: async () => embedded?.stop(),
    };
  } catch (error) {
    await embedded?.stop();
    throw error;
  }
};

/**
 * Gives the app's pool on a database whose schema is current. Migrations run as the owner of the tables; the app itself connects as
 * a role that may not change them. Where only that role is known, somebody else must have migrated: throws `SchemaBehind` if not.
 */
export const openDatabase = async ({ config, logger }: Options): Promise<Database> => {
  const server = await openServer({ config, logger });
  const { connection, owner, appRole } = server;
  try {
    await bringUpToDate({ ...owner, appRole, logger });
    const db = openDb({ ...connection, max: config.DATABASE_POOL_MAX });
    const watch = watchDatabase({ db, connection, logger });
    return {
      db,
      connection,
      owner,
      stop: async () => {
        watch.stop();
        await db.destroy();
        await server.stop();
      },
    };
  } catch (error) {
    await server.stop();
    throw error;
  }
};

type Target = Connection & { appRole: string; logger: Logger };

const bringUpToDate = async ({ url, sslCa, appRole, logger }: Target): Promise<void> => {
  const owner = openDb({ url, max: 3, sslCa, statementTimeout: 0, lockTimeout: 60_000 });
  try {
    if (await belongsToAnother(owner)) {
      await mustBeCurrent(owner);
      logger.info({ migrations: 0 }, 'the schema is current');
      return;
    }
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
