import { afterAll, beforeAll, expect, test } from 'vitest';
import { to } from '../../src/http/paths.ts';
import { knownMigrations, openDb } from '../../src/platform/db.ts';
import { SchemaBehind } from '../../src/platform/schema-state.ts';
import { MARK_UNFINISHED, RestoreUnfinished, unmarkUnfinished } from '../../src/platform/unfinished-restore.ts';
import { type App, startApp } from '../support/app.ts';
import { addParent, addStaff } from '../support/cast.ts';
import { enterOffice, namesOn } from '../support/office-visitor.ts';
import { job, testJobs } from '../support/test-jobs.ts';
import { makeVisitor } from '../support/visitor.ts';

let app: App;
beforeAll(async () => {
  app = await startApp();
  await addStaff(app, 'ruth');
});
afterAll(() => app.stop());

/** What a newer version's migration does while this version still runs: it expands. */
const expand = async (): Promise<void> => {
  const owner = openDb({ url: app.ownerUrl, max: 1 });
  const tables = ['schools', 'parents', 'photos', 'staff', 'staff_roles', 'sessions', 'events', 'parent_counts'];
  for (const table of tables) await owner.raw('alter table ?? add column newer int default 0', [table]);
  await owner('knex_migrations').insert({ name: '20990101000000_newer.ts', batch: 99, migration_time: new Date() });
  await owner.destroy();
};

/** What a newer pg-boss's migration does to its tables. */
const expandJobs = async (): Promise<void> => {
  const owner = openDb({ url: app.ownerUrl, max: 1 });
  for (const table of ['queue', 'job'])
    await owner.raw('alter table pgboss.?? add column newer int default 0', [table]);
  await owner.raw('update pgboss.version set version = version + 1');
  await owner.destroy();
};

/** This version once more, on the database as it is. */
const startAgain = (options: Parameters<typeof startApp>[0] = {}) =>
  startApp({
    ...options,
    env: { DATABASE_URL: app.config.DATABASE_URL ?? '', MIGRATION_DATABASE_URL: app.ownerUrl },
  });

test('R65: a newer version expands the schema beside this one: it goes on, and starts again on it', async () => {
  const maria = await addParent(app, 'maria', { surname: 'Before' });
  const ruth = await enterOffice(app, 'ruth');
  const phone = makeVisitor(app.url);
  const look = async () => {
    expect((await phone.open(to.link(maria.uniqueId))).status).toBe(200);
    expect(namesOn(await ruth.open('/admin/parents?q=before'))).toEqual(['Maria Before']);
    expect(namesOn(await ruth.open('/admin/parents'))).toContain('Maria Before');
    expect((await ruth.open(to.adminParent(maria.id))).status).toBe(200);
    expect((await ruth.open('/admin/review')).status).toBe(200);
  };
  // On each connection of the pool, so that every kept statement has its plan.
  for (let round = 0; round < 3; round += 1) await Promise.all([look(), look(), look()]);
  await expand();
  for (let round = 0; round < 3; round += 1) await Promise.all([look(), look(), look()]);
  await addParent(app, 'kwame', { surname: 'After' });
  const again = await startAgain();
  expect(await again.parents.findByUniqueId(maria.uniqueId)).toMatchObject({ surname: 'Before' });
  await again.stop();
});

test('R65: a newer version expands the tables of jobs beside this one: it goes on, and starts again on them', async () => {
  const done: number[] = [];
  const jobs = testJobs({ collect: async ({ n }) => void done.push(n) });
  const enqueue = ({ db, queue }: App, n: number) => db.transaction((trx) => queue.enqueue(trx, job('collect'), { n }));
  const running = await startAgain({ jobs });
  running.jobs.start();
  await enqueue(running, 1);
  await expect.poll(() => done, { timeout: 10_000 }).toEqual([1]);
  await expandJobs();
  await enqueue(running, 2);
  await expect.poll(() => done, { timeout: 10_000 }).toEqual([1, 2]);
  await running.stop();
  const again = await startAgain({ jobs });
  again.jobs.start();
  await enqueue(again, 3);
  await expect.poll(() => done, { timeout: 10_000 }).toEqual([1, 2, 3]);
  for (const { logs } of [running, again]) expect(logs.filter((line) => line.includes('trouble'))).toEqual([]);
  await again.stop();
});

test('the app’s role alone starts on a schema that somebody else brought up to date, also on a newer one, and is refused on an older or a half restored one', async () => {
  const onlyApp = () => startApp({ env: { DATABASE_URL: app.config.DATABASE_URL ?? '', MIGRATION_DATABASE_URL: '' } });
  const owner = openDb({ url: app.ownerUrl, max: 1 });
  await (await onlyApp()).stop();
  const [last = ''] = knownMigrations().sort().reverse();
  await owner('knex_migrations').where({ name: last }).delete();
  await expect(onlyApp()).rejects.toThrow(SchemaBehind);
  await owner('knex_migrations').insert({ name: last, batch: 1, migration_time: new Date() });
  await owner.raw('update pgboss.version set version = version - 1000');
  await expect(onlyApp()).rejects.toThrow(SchemaBehind);
  await owner.raw('update pgboss.version set version = version + 1000');
  await owner.raw(MARK_UNFINISHED);
  await expect(onlyApp()).rejects.toThrow(RestoreUnfinished);
  await unmarkUnfinished(owner);
  await (await onlyApp()).stop();
  await owner.destroy();
});
