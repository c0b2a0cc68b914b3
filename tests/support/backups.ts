import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BackupId } from '../../src/backups/backup-names.ts';
import type { Place } from '../../src/backups/backup-objects.ts';
import { readTables, sumTable } from '../../src/platform/database-tables.ts';
import { type Db, openDb } from '../../src/platform/db.ts';
import { makeLogger } from '../../src/platform/logger.ts';
import { makeLocalObjectStore } from '../../src/platform/object-store-local.ts';
import { loadConfig } from '../../src/shared/config.ts';
import { wireRestore } from '../../src/wiring-backups.ts';
import type { App } from './app.ts';
import { emptyDatabase, type TestDatabase } from './database.ts';

export const BACKUP_KEY = Buffer.alloc(32, 7);
/** For `startApp`: a key that was given, so that nobody has to confirm that it is kept. */
export const BACKUP_ENV = { BACKUP_KEY: BACKUP_KEY.toString('base64') };

export const backupsDir = (app: App): string => join(app.config.DATA_DIR, 'backups');
export const placeOf = (app: App, key = BACKUP_KEY): Place => ({ store: makeLocalObjectStore(backupsDir(app)), key });

/** Makes a backup and expects that it is made. */
export const makeBackup = async (app: App) => {
  const made = await app.backups.run();
  if (!made.ok) throw new Error(made.reason);
  return made.value;
};

type Which = { id?: BackupId; overwrite?: boolean; takeOver?: boolean };

/** A machine on which nothing is: an empty database and no uploads. */
export const emptyMachine = async (database?: TestDatabase, env: Record<string, string> = {}) => {
  const dir = mkdtempSync(join(tmpdir(), 'pos-restore-'));
  const { url, ownerUrl } = database ?? (await emptyDatabase());
  const config = loadConfig({
    ...{ DATABASE_URL: url, MIGRATION_DATABASE_URL: ownerUrl, SESSION_SECRET: 'a secret that only tests know' },
    ...{ DATA_DIR: join(dir, 'data'), UPLOADS_DIR: join(dir, 'uploads'), NODE_ENV: 'test', ...env },
  });
  return {
    config,
    database: { url, ownerUrl },
    uploadsDir: config.UPLOADS_DIR,
    restore: async (place: Place, { id, overwrite = false, takeOver = false }: Which = {}) => {
      const { restore, stop } = await wireRestore({ config, logger: makeLogger({ level: 'silent' }) });
      const signal = new AbortController().signal;
      return restore(place, { id, overwrite, takeOver, signal, tell: () => undefined }).finally(stop);
    },
    remove: () => rmSync(dir, { recursive: true, force: true }),
  };
};

/** Counts and sums of all tables but those that a backup itself writes to, or that a restore begins anew. */
export const contentOf = async (ownerUrl: string, sslCa?: string): Promise<Record<string, string>> =>
  withDb(ownerUrl, sslCa, async (db) => {
    const ask = async <Row extends object>(sql: string) => (await db.raw<{ rows: Row[] }>(sql)).rows;
    await ask(`set timezone = 'UTC'; set datestyle = 'ISO, MDY'`);
    const content: Record<string, string> = {};
    for (const table of await readTables(ask)) {
      if (['long_work', 'installation', 'sessions', 'rate_limits'].includes(table.name)) continue;
      const { rows, sum } = await sumTable(ask, table);
      content[table.name] = `${rows} ${sum}`;
    }
    return content;
  });

const withDb = async <T>(url: string, sslCa: string | undefined, work: (db: Db) => Promise<T>): Promise<T> => {
  const db = openDb({ url, sslCa, max: 1 });
  try {
    return await work(db);
  } finally {
    await db.destroy();
  }
};
