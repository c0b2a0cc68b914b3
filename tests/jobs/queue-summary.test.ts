import { afterEach, expect, test } from 'vitest';
import { makeJobApps, SOON } from '../support/job-apps.ts';
import { testJobs } from '../support/test-jobs.ts';

const { start, enqueue, stopAll } = makeJobApps();
afterEach(stopAll);

const NOTHING = {
  waiting: 0,
  running: 0,
  failed: 0,
  oldestWaitingAt: null,
  dueSince: null,
  lastRunAt: null,
  lastFailure: null,
};

/** Jobs that do nothing, jobs that fail, and jobs that go on until `release`. */
const startMixed = async () => {
  const { promise: held, resolve: release } = Promise.withResolvers<undefined>();
  const bad = ({ n }: { n: number }) => Promise.reject(new Error(`no luck with ${n}`));
  const app = await start({ jobs: testJobs({ good: () => Promise.resolve(), bad, long: () => held }) });
  const summary = async () =>
    Object.fromEntries((await app.queue.summarize()).map(({ name, ...rest }) => [name, rest]));
  return { app, summary, release: () => release(undefined) };
};

test('each kind of job at a glance: what waits and since when, what runs, what failed and why, when the last one ran', async () => {
  const { app, summary, release } = await startMixed();
  expect(await summary()).toEqual({ good: NOTHING, bad: NOTHING, long: NOTHING });
  const began = Date.now();
  await enqueue(app, 'good', { n: 1 });
  await enqueue(app, 'good', { n: 2 }, { startAfterSeconds: 60 });
  for (const n of [1, 2]) await enqueue(app, 'long', { n });
  for (const n of [1, 2]) await enqueue(app, 'bad', { n });
  app.jobs.start();
  await expect.poll(summary, SOON).toMatchObject({
    good: { waiting: 1, running: 0, failed: 0, lastFailure: null },
    long: { waiting: 1, running: 1, failed: 0 },
    bad: { waiting: 0, running: 0, failed: 2, lastFailure: 'Error no luck with 2' },
  });
  const { good, long, bad } = await summary();
  expect(Math.abs((good?.oldestWaitingAt?.getTime() ?? 0) - began)).toBeLessThan(30_000);
  expect((good?.dueSince?.getTime() ?? 0) - began).toBeGreaterThan(30_000);
  for (const one of [good, long, bad]) expect(one?.lastRunAt).toBeInstanceOf(Date);
  expect(bad?.oldestWaitingAt).toBeNull();
  release();
});

test('a queue of another version is summed up too', async () => {
  const { app, summary } = await startMixed();
  await app.db.raw(`update pgboss.queue set name = 'from-the-future' where name = 'long'`);
  await app.db.raw(`insert into pgboss.job (name, data) values ('from-the-future', '{}')`);
  expect(await summary()).toMatchObject({ 'from-the-future': { waiting: 1 }, long: { waiting: 0 } });
});

test('all failed jobs of one kind are tried again, and those of others are not; in the caller’s transaction', async () => {
  const { app } = await startMixed();
  for (const name of ['good', 'bad']) for (const n of [1, 2, 3]) await enqueue(app, name, { n });
  await app.db.raw(`update pgboss.job set state = 'failed'`);
  const rolledBack = app.db.transaction(async (trx) => {
    expect(await app.queue.retry({ name: 'bad' }, trx)).toBe(3);
    throw new Error('no such luck');
  });
  await expect(rolledBack).rejects.toThrow('no such luck');
  expect(await app.queue.count()).toMatchObject({ bad: { waiting: 0, failed: 3 } });
  expect(await app.queue.retry({ name: 'bad' })).toBe(3);
  expect(await app.queue.count()).toMatchObject({ bad: { waiting: 3, failed: 0 }, good: { waiting: 0, failed: 3 } });
  expect(await app.queue.retry({ name: 'bad' })).toBe(0);
  expect(await app.queue.retry({ name: 'unheard-of' })).toBe(0);
  expect(await app.queue.retry('all')).toBe(3);
});

test('more failed jobs than are brought back at a time: every one is tried again', async () => {
  const { app } = await startMixed();
  await app.db.raw(
    `insert into pgboss.job (name, data, state, policy) select 'bad', '{"n": 1}', 'failed', 'short' from generate_series(1, 11000)`,
  );
  expect(await app.queue.retry('all')).toBe(11_000);
  expect(await app.queue.count()).toMatchObject({ bad: { waiting: 11_000, failed: 0 } });
});
