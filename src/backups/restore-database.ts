import { setTimeout as wait } from 'node:timers/promises';
import { holdsTheSame, loadDump } from '../platform/database-load.ts';
import { type Db, knownMigrations, lockMigrations, migrateWithin, openDb, type Trx } from '../platform/db.ts';
import { readJsonLines } from '../platform/json-lines.ts';
import { findPostgresPrograms, restoreDatabase as restoreByPrograms } from '../platform/postgres-programs.ts';
import { migrateQueueTables } from '../platform/queue-tables.ts';
import { isRestoreUnfinished, unmarkUnfinished } from '../platform/unfinished-restore.ts';
import type { Result } from '../shared/result.ts';
import type { Manifest } from './backup-manifest.ts';
import { nameIn } from './backup-names.ts';
import { type Place, readSealed } from './backup-objects.ts';
import { PG_DUMP_PART, tablePart } from './dump-database.ts';
import { settleGone } from './settle-gone.ts';

export type DatabaseTarget = {
  /** The owner's. */
  connection: { url: string; sslCa: string | undefined };
  /** Who may use the tables. */
  appRole: string;
  /** Queues jobs in the transaction; those that this program does not know are left out. */
  enqueue: (trx: Trx, jobs: AsyncIterable<unknown>) => Promise<void>;
};
type How = {
  overwrite: boolean;
  /** Whether the restored installation is the one of the backup from now on, and keeps its id; otherwise it gets one of its own. */
  takeOver: boolean;
  now: Date;
  /** Ends it; what was done so far is rolled back. */
  signal: AbortSignal;
  /** Puts the photos in place: the last thing before the database is exchanged. */
  before: () => Promise<void>;
};
export type WhyNotDatabase = 'in-use' | 'filled' | 'foreign' | 'newer' | 'no-pg-restore';

/**
 * Puts a backup's database in the place of what is there, in one transaction: a restore that fails or is killed leaves everything as it
 * was; with a dump of pg_dump's in two, and after the first one nobody can start until the restore was run again. Whoever starts meanwhile waits. Its schema is made as the backup knew it, then brought up to date.
 */
export const restoreDatabase = async (
  place: Place,
  manifest: Manifest,
  { connection, appRole, enqueue }: DatabaseTarget,
  { overwrite, takeOver, now, signal, before }: How,
): Promise<Result<null, WhyNotDatabase>> => {
  const owner = openDb({ ...connection, max: 4, statementTimeout: 0, lockTimeout: 60_000 });
  try {
    return await owner.transaction(async (lock) => {
      await lock.raw('set local idle_in_transaction_session_timeout = 0; set local lock_timeout = 0');
      await lockMigrations(lock);
      if (await isInUse(lock)) return { ok: false, reason: 'in-use' };
      const fault = await faultOf(owner, manifest, { overwrite });
      if (fault) return { ok: false, reason: fault };
      await migrateQueueTables(owner);
      await before();
      if (manifest.database.as === 'pg_dump') {
        const programs = await programsFor(lock, manifest);
        if (!programs) return { ok: false, reason: 'no-pg-restore' };
        const dump = await readSealed(place, nameIn(manifest.id, PG_DUMP_PART));
        await restoreByPrograms(programs, connection, { dump, tables: manifest.database.tables, signal });
      }
      await owner.transaction(async (trx) => {
        await trx.raw('set local idle_in_transaction_session_timeout = 0');
        if (manifest.database.as === 'rows') await loadRows(trx, place, manifest, signal);
        await unmarkUnfinished(trx);
        await settleGone(trx, place, manifest.id, now);
        await migrateWithin(trx, { appRole });
        await trx('long_work').where({ state: 'running' }).delete(); // of the machine that made the backup, itself among it
        await trx.raw('delete from pgboss.job');
        await partFromOriginal(trx, { takeOver });
        await enqueue(trx, readJsonLines(await readSealed(place, nameIn(manifest.id, 'jobs'))));
      });
      await owner.raw('analyze');
      return { ok: true, value: null };
    });
  } finally {
    await owner.destroy();
  }
};

const loadRows = (trx: Trx, place: Place, { id, migrations, database }: Manifest, signal: AbortSignal): Promise<void> =>
  loadDump(trx, {
    ...{ migrations, tables: database.tables, sequences: database.sequences },
    rows: (table) => {
      signal.throwIfAborted();
      return readSealed(place, nameIn(id, tablePart(table.name)));
    },
  });

/** Tables that a restore leaves otherwise than the backup has them. */
const NOT_KEPT = ['installation', 'sessions', 'rate_limits', 'long_work'];

/**
 * Sessions that were ended since must not come back. With an id of its own the installation cannot touch the bucket, the folder and the
 * backups of the one that the backup was made of, which may go on elsewhere: they bear the other id.
 */
const partFromOriginal = async (trx: Trx, { takeOver }: { takeOver: boolean }): Promise<void> => {
  for (const table of ['sessions', 'rate_limits']) await trx(table).delete();
  if (!takeOver) await trx('installation').update({ id: trx.raw('gen_random_uuid()') });
};

/** Why the backup cannot go there. What a restore that was killed in the middle, or at its very end, left is taken for its own. */
const faultOf = async (
  owner: Db,
  { migrations, postgres, database }: Manifest,
  { overwrite }: { overwrite: boolean },
): Promise<WhyNotDatabase | undefined> => {
  const known = new Set(knownMigrations());
  if (migrations.some((name) => !known.has(name))) return 'newer';
  if (database.as === 'pg_dump' && !(await programsFor(owner, { postgres, database }))) return 'no-pg-restore';
  return owner.transaction(async (trx) => {
    const { rows } = await trx.raw<{ rows: { ours: boolean; any: boolean }[] }>(
      `select to_regclass('public.knex_migrations') is not null as ours,
         exists (select from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r') as any`,
    );
    if (!rows[0]?.any) return undefined;
    if (!rows[0].ours) return 'foreign';
    if (overwrite || (await isRestoreUnfinished(trx)) || !(await isFilled(trx))) return undefined;
    const kept = database.tables.filter(({ name }) => !NOT_KEPT.includes(name));
    return (await holdsTheSame(trx, kept)) ? undefined : 'filled';
  });
};

/** Those that read the dump and that the server here understands. */
const programsFor = async (db: Db, { postgres, database }: Pick<Manifest, 'postgres' | 'database'>) => {
  const { rows } = await db.raw<{ rows: { version: string }[] }>(
    `select current_setting('server_version_num') as version`,
  );
  const server = Math.floor(Number(rows[0]?.version) / 10_000);
  return findPostgresPrograms(Math.max(server, database.by ?? postgres));
};

/** More than an installation that has just been started: people, photos, or a second member of the staff. */
const isFilled = async (trx: Trx): Promise<boolean> => {
  const { rows: tables } = await trx.raw<{ rows: { there: boolean }[] }>(
    `select to_regclass('public.parents') is not null and to_regclass('public.photos') is not null
       and to_regclass('public.staff') is not null and to_regclass('public.events') is not null as there`,
  );
  if (!tables[0]?.there) return false;
  const { rows } = await trx.raw<{ rows: { filled: boolean }[] }>(
    `select exists (select from parents) or exists (select from photos) or (select count(*) > 1 from staff)
       or exists (select from events where parent_id is not null) as filled`,
  );
  return rows[0]?.filled === true;
};

/** A server takes a moment to notice that a process was killed. */
const LINGER_MS = 5000;

/**
 * Whether anybody else is connected to this database, or holds the embedded one; a pool that was just closed may linger. A plain owner
 * sees of other roles' connections their database and their role, and nothing else; the server's own processes (autovacuum) have no role.
 */
const isInUse = async (trx: Trx): Promise<boolean> => {
  for (let waited = 0; ; waited += 100) {
    const { rows } = await trx.raw<{ rows: { others: number }[] }>(
      `select count(*) filter (where datname = current_database() and pid <> pg_backend_pid())::int
         + greatest(count(*) filter (where application_name = 'embedded-postgres') - 1, 0)::int as others
       from pg_stat_activity where usesysid is not null`,
    );
    if (rows[0]?.others === 0) return false;
    if (waited >= LINGER_MS) return true;
    await wait(100);
    await trx.raw('select pg_stat_clear_snapshot()');
  }
};
