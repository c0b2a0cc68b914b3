import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Db, migrate, migrationSettings, openDb } from '../src/platform/db.ts';
import { updateSchema } from './support/environment.ts';
import { cloneDatabase, emptyDatabase, type TestDatabase } from './support/database.ts';
import { describeSchema } from './support/describe-schema.ts';

const file = 'docs/schema.sql';
let database: TestDatabase;
let owner: Db;
let app: Db;

beforeAll(async () => {
  database = await cloneDatabase();
  owner = openDb({ url: database.ownerUrl, max: 3 });
  app = openDb({ url: database.url, max: 2 });
});
afterAll(async () => {
  await owner.destroy();
  await app.destroy();
});

test('docs/schema.sql is what the migrations make (`npm run schema` writes it)', async () => {
  const schema = await describeSchema(owner);
  if (updateSchema) writeFileSync(file, schema);
  expect(schema).toBe(readFileSync(file, 'utf8'));
});

test('the migrations go up, down and up again to the same schema', async () => {
  const { ownerUrl } = await emptyDatabase();
  const db = openDb({ url: ownerUrl, max: 3 });
  await migrate(db, { appRole: 'app' });
  const first = await describeSchema(db);
  await db.migrate.rollback(migrationSettings, true);
  expect(await describeSchema(db)).not.toContain('create table');
  await migrate(db, { appRole: 'app' });
  expect(await describeSchema(db)).toBe(first);
  await db.destroy();
});

test('four processes migrate an empty database at once, and all succeed', async () => {
  const { ownerUrl } = await emptyDatabase();
  const pools = Array.from({ length: 4 }, () => openDb({ url: ownerUrl, max: 3 }));
  const ran = await Promise.all(pools.map((db) => migrate(db, { appRole: 'app' })));
  expect(ran.filter(({ names }) => names.length > 0)).toHaveLength(1);
  for (const db of pools) await db.destroy();
});

test("R68: the app's role reads and adds events, and may not change, delete or empty them, nor change a table", async () => {
  await app('schools').insert({ name: 'Oakfield Primary School', time_zone: 'Europe/London' });
  const [school] = await app('schools').select<{ id: string }[]>('id');
  await app('events').insert({ school_id: school?.id, actor: 'system', kind: 'school.created' });
  await expect(app('events').update({ kind: 'parent.created' })).rejects.toMatchObject({ code: '42501' });
  await expect(app('events').delete()).rejects.toMatchObject({ code: '42501' });
  await expect(app.raw('truncate events')).rejects.toMatchObject({ code: '42501' });
  await expect(app.raw('alter table events disable trigger all')).rejects.toMatchObject({ code: '42501' });
  await expect(app.raw('alter table parents drop column email')).rejects.toMatchObject({ code: '42501' });
  await expect(owner('events').delete()).rejects.toMatchObject({ code: '42501' });
});

test("the app's role changes rows of jobs, and none of their tables", async () => {
  await app.raw('update pgboss.job set state = state');
  for (const sql of [
    'create table pgboss.x (id int)',
    'drop table pgboss.job',
    'alter table pgboss.job add column x int',
    'truncate pgboss.job',
    'delete from pgboss.queue',
    'delete from pgboss.version',
    `insert into pgboss.bam (name, version, status, table_name, command) values ('x', 1, 'pending', 'x', 'select 1')`,
  ]) {
    await expect(app.raw(sql), sql).rejects.toMatchObject({ code: '42501' });
  }
});
