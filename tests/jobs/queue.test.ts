import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import type { Trx } from '../../src/platform/db.ts';
import { collector, makeJobApps, SOON } from '../support/job-apps.ts';
import { job, testJobs } from '../support/test-jobs.ts';

const { start, enqueue, stopAll } = makeJobApps();
afterEach(stopAll);

test('a job is there when its transaction commits, and never was when it is rolled back', async () => {
  const { done, handler } = collector();
  const app = await start({ jobs: testJobs({ collect: handler }) });
  const rolledBack = app.db.transaction(async (trx) => {
    await trx('schools').update({ name: 'Another name' });
    await app.queue.enqueue(trx, job('collect'), { n: 1 });
    expect(await jobsSeenBy(trx)).toBe(1);
    throw new Error('no such luck');
  });
  await expect(rolledBack).rejects.toThrow('no such luck');
  await app.db.transaction(async (trx) => {
    await app.queue.enqueue(trx, job('collect'), { n: 2 });
    expect(await app.queue.count()).toEqual({ collect: { waiting: 0, running: 0, failed: 0 } }); // unseen by others
  });
  expect(await app.queue.count()).toEqual({ collect: { waiting: 1, running: 0, failed: 0 } });
  app.jobs.start();
  await expect.poll(() => done, SOON).toEqual([2]);
  await expect.poll(() => app.queue.list(), SOON).toEqual([]);
});

const jobsSeenBy = async (trx: Trx): Promise<number> => {
  const { rows } = await trx.raw<{ rows: [{ n: number }] }>('select count(*)::int as n from pgboss.job');
  return rows[0].n;
};

test('a payload that the schema refuses is not enqueued, and fails where an older version enqueued it', async () => {
  const { done, handler } = collector();
  const app = await start({ jobs: testJobs({ collect: handler }) });
  await expect(enqueue(app, 'collect', { n: 'Maria' })).rejects.toThrow(/expected number/);
  await expect(enqueue(app, 'collect', { n: 1, name: 'Maria' })).rejects.toThrow(/Unrecognized key/);
  expect(await app.queue.list()).toEqual([]);
  await expect(enqueue(app, 'unheard-of', { n: 1 })).rejects.toThrow('there is no job unheard-of');
  await enqueue(app, 'collect', { n: 1 });
  await app.db.raw(`update pgboss.job set data = '{"photo": 1}'`);
  app.jobs.start();
  await expect.poll(() => app.queue.count(), SOON).toMatchObject({ collect: { failed: 1 } });
  expect(await app.queue.list()).toMatchObject([{ state: 'failed', failure: 'ZodError' }]);
  expect(done).toEqual([]);
});

test('jobs that wait are run one after the other, without a pause between them', async () => {
  const { done, handler } = collector();
  const app = await start({ jobs: testJobs({ collect: handler }) });
  await app.db.transaction(async (trx) => {
    for (let n = 0; n < 20; n += 1) await app.queue.enqueue(trx, job('collect'), { n });
  });
  app.jobs.start();
  await expect.poll(() => done.length, { timeout: 20_000 }).toBe(20); // 40 s with one a poll;
});

test('one job waits for each singleton key; a delayed one waits for its time', async () => {
  const { done, handler } = collector();
  const app = await start({ jobs: testJobs({ collect: handler }) });
  await app.db.transaction(async (trx) => {
    await app.queue.enqueue(trx, job('collect'), { n: 1 }, { singletonKey: 'photo/1' });
    await app.queue.enqueue(trx, job('collect'), { n: 2 }, { singletonKey: 'photo/1' });
    await app.queue.enqueue(trx, job('collect'), { n: 3 }, { singletonKey: 'photo/3', startAfterSeconds: 60 });
    await app.queue.enqueue(trx, job('collect'), { n: 4 });
    await app.queue.enqueue(trx, job('collect'), { n: 5 });
  });
  const [, later] = await app.queue.list().then((jobs) => jobs.sort((a, b) => +a.startsAt - +b.startsAt).slice(-2));
  expect(later).toMatchObject({ payload: { n: 3 }, state: 'waiting', tries: 0 });
  expect((later?.startsAt.getTime() ?? 0) - Date.now()).toBeGreaterThan(50_000);
  app.jobs.start();
  await expect.poll(() => done.toSorted(), SOON).toEqual([1, 4, 5]);
  await enqueue(app, 'collect', { n: 6 }, { singletonKey: 'photo/1' }); // the first is done
  await expect.poll(() => done.toSorted(), SOON).toEqual([1, 4, 5, 6]);
  await expect.poll(() => app.queue.count(), SOON).toEqual({ collect: { waiting: 1, running: 0, failed: 0 } });
});

test('a job that nobody does here waits for a version that does', async () => {
  const app = await start({ jobs: testJobs({ unknown: undefined }) });
  await enqueue(app, 'unknown', { n: 1 });
  app.jobs.start();
  await wait(1500); // three polls
  expect(await app.queue.count()).toEqual({ unknown: { waiting: 1, running: 0, failed: 0 } });
});

test('what was done is deleted after a day, what failed is not', async () => {
  const app = await start({
    jobs: testJobs({ good: () => Promise.resolve(), bad: () => Promise.reject(new Error('no such luck')) }),
  });
  await app.db.transaction(async (trx) => {
    for (const name of ['good', 'bad']) await app.queue.enqueue(trx, job(name), { n: 1 });
  });
  app.jobs.start();
  await expect
    .poll(() => app.queue.count(), SOON)
    .toMatchObject({ bad: { failed: 1 }, good: { waiting: 0, running: 0 } });
  expect(await app.queue.prune()).toBe(0);
  await app.db.raw(`update pgboss.job set completed_on = now() - interval '25 hours'`);
  expect(await app.queue.prune()).toBe(1);
  expect(await app.queue.count()).toMatchObject({ bad: { failed: 1 } });
});
