import { fromKnex, getConstructionPlans, getMigrationPlans, PgBoss } from 'pg-boss';
import pgBoss from 'pg-boss/package.json' with { type: 'json' };

type Owner = Parameters<typeof fromKnex>[0];

/** The version of the tables that the installed pg-boss works with. */
export const QUEUE_TABLES_VERSION = pgBoss.pgboss.schema;

/** pg-boss as a maker of statements on somebody's connection: it opens none, watches nothing and changes no table. */
export const bossOn = (db: Owner): PgBoss =>
  new PgBoss({ db: fromKnex(db), migrate: false, createSchema: false, supervise: false, schedule: false });

/**
 * Makes pg-boss's tables in the schema `pgboss`, or brings older ones up to date, in one transaction of its own. The caller
 * holds the lock of the migrations and is the tables' owner. Newer tables are left alone: during an update the old version
 * meets them.
 */
export const migrateQueueTables = async (owner: Owner): Promise<void> => {
  const boss = bossOn(owner);
  const found = (await boss.isInstalled()) ? await boss.schemaVersion() : null;
  if (found !== null && found >= QUEUE_TABLES_VERSION) return;
  const { rows } = await fromKnex(owner).executeSql(`select to_regnamespace('pgboss') is null as missing`);
  const [schema] = rows as [{ missing: boolean }]; // who may not make a schema can have one made beforehand
  const plan =
    found === null
      ? getConstructionPlans('pgboss', { createSchema: schema.missing })
      : inOneTransaction(getMigrationPlans('pgboss', found));
  await fromKnex(owner).executeSql(plan);
};

/**
 * pg-boss builds indexes behind its transaction, for tables so large that nobody may be kept waiting. Ours are small, and a
 * kill must not leave new tables without an index that nothing would build later.
 */
const inOneTransaction = (plan: string): string => {
  const end = plan.lastIndexOf('COMMIT;');
  return `${plan.slice(0, end)}${plan.slice(end).replace('COMMIT;', '').replaceAll(' CONCURRENTLY', '')}\nCOMMIT;`;
};

/** What running and enqueuing needs: rows, never tables. Other roles get nothing. */
const grants = {
  'job, job_common': 'select, insert, update, delete',
  queue: 'select, insert, update',
  version: 'select, update',
  job_dependency: 'select, delete',
  bam: 'select, update', // looked at only where the tables are newer than the program
};

/** Lets `appRole`, which does not own the tables, use them. The caller may grant. */
export const allowQueue = async (owner: Owner, appRole: string): Promise<void> => {
  const role = `"${appRole.replaceAll('"', '""')}"`;
  const db = fromKnex(owner);
  await db.executeSql(`grant usage on schema pgboss to ${role}`);
  for (const [tables, rights] of Object.entries(grants)) {
    const names = tables.split(', ').map((table) => `pgboss.${table}`);
    await db.executeSql(`grant ${rights} on ${names.join(', ')} to ${role}`);
  }
};
