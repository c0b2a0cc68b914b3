import { fromKnex, getRollbackPlans, PgBoss } from 'pg-boss';
import { expect, test } from 'vitest';
import { migrate, openDb } from '../../src/platform/db.ts';
import { makeQueue } from '../../src/platform/queue.ts';
import { QUEUE_TABLES_VERSION } from '../../src/platform/queue-tables.ts';
import { emptyDatabase } from '../support/database.ts';
import { job, testJobs } from '../support/test-jobs.ts';

test('tables of an older pg-boss are brought up to date by the migrations, with the jobs in them; newer ones are left alone', async () => {
  const { ownerUrl } = await emptyDatabase();
  const owner = openDb({ url: ownerUrl, max: 3 });
  const boss = new PgBoss({ db: fromKnex(owner), migrate: false });
  await migrate(owner, { appRole: 'app' });
  expect(await boss.schemaVersion()).toBe(QUEUE_TABLES_VERSION);
  expect(await boss.detectSchemaDrift()).toMatchObject({ ok: true });

  const queue = makeQueue({ db: owner, kinds: testJobs({ collect: undefined }).kinds });
  await queue.prepare();
  await owner.transaction((trx) => queue.enqueue(trx, job('collect'), { n: 1 }));
  const older = QUEUE_TABLES_VERSION - 3;
  for (let version = QUEUE_TABLES_VERSION; version > older; version -= 1)
    await fromKnex(owner).executeSql(getRollbackPlans('pgboss', version));
  expect(await boss.schemaVersion()).toBe(older);

  await migrate(owner, { appRole: 'app' });
  expect(await boss.schemaVersion()).toBe(QUEUE_TABLES_VERSION);
  expect(await boss.detectSchemaDrift()).toMatchObject({ ok: true });
  expect(await queue.list()).toMatchObject([{ name: 'collect', payload: { n: 1 }, state: 'waiting' }]);

  await owner.raw('update pgboss.version set version = 9999');
  await migrate(owner, { appRole: 'app' });
  expect(await boss.schemaVersion()).toBe(9999);
  await owner.destroy();
});

test('an owner who may not make a schema can be given one', async () => {
  const { ownerUrl } = await emptyDatabase();
  const admin = openDb({ url: ownerUrl, max: 1 });
  await admin.raw(`do $$ begin create role tables_owner login; exception when duplicate_object then null; end $$`);
  await admin.raw(
    'create extension btree_gin; create extension fuzzystrmatch; grant all on schema public to tables_owner',
  );
  await admin.raw('create schema pgboss authorization tables_owner');
  await admin.destroy();
  const owner = openDb({ url: ownerUrl.replace('owner@', 'tables_owner@'), max: 3 });
  await expect(owner.raw('create schema x')).rejects.toMatchObject({ code: '42501' });
  await migrate(owner, { appRole: 'app' });
  await owner.destroy();
});
