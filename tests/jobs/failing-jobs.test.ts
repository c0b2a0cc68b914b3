import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import { makeJobApps, SOON } from '../support/job-apps.ts';
import { job, type NumberHandler, testJobs } from '../support/test-jobs.ts';

const { start, enqueue, stopAll } = makeJobApps();
afterEach(stopAll);

test('a job that fails is tried again later and later, never after the same time; then it is kept, counted and can be tried again', async () => {
  let broken = true;
  const tries: number[] = [];
  const handler = async ({ n }: { n: number }) => {
    tries.push(n);
    if (broken) throw Object.assign(new Error('Maria Santos has no photo'), { code: 'ENOENT' });
  };
  const app = await start({ jobs: testJobs({ fragile: handler }, { retryLimit: 2, retryDelayMaxSeconds: 60 }) });
  await enqueue(app, 'fragile', { n: 1 });
  app.jobs.start();
  await expect
    .poll(() => app.queue.count(), { ...SOON, timeout: 20_000 })
    .toEqual({
      fragile: { waiting: 0, running: 0, failed: 1 },
    });
  expect(tries).toEqual([1, 1, 1]);
  const [failed] = await app.queue.list({ failedOnly: true });
  expect(failed).toMatchObject({
    name: 'fragile',
    state: 'failed',
    payload: { n: 1 },
    tries: 3,
    failure: 'Error ENOENT',
  });
  const { rows } = await app.db.raw<{ rows: object[] }>('select * from pgboss.job');
  expect(JSON.stringify(rows) + app.logs.join('')).not.toContain('Maria'); // messages quote values (R67)
  expect(app.logs.filter((line) => line.includes('it is tried again'))).toHaveLength(2);
  expect(app.logs.filter((line) => line.includes('"error"') && line.includes('failed for good'))).toHaveLength(1);
  broken = false;
  expect(await app.queue.retry({ id: failed?.id ?? '' })).toBe(1);
  await expect.poll(() => app.queue.count(), SOON).toEqual({ fragile: { waiting: 0, running: 0, failed: 0 } });
  expect(tries).toEqual([1, 1, 1, 1]);
});

test('back-off doubles up to its most, with jitter', async () => {
  const handler = () => Promise.reject(new Error('no such luck'));
  const app = await start({
    jobs: testJobs({ fragile: handler }, { retryLimit: 9, retryDelaySeconds: 100, retryDelayMaxSeconds: 300 }),
  });
  await app.db.transaction(async (trx) => {
    for (let n = 0; n < 4; n += 1) await app.queue.enqueue(trx, job('fragile'), { n });
  });
  app.jobs.start();
  const delays = async () => {
    const { rows } = await app.db.raw<{ rows: { s: number }[] }>(
      'select extract(epoch from start_after - now())::float as s from pgboss.job where retry_count = ?',
      [tried - 1],
    );
    return rows.map(({ s }) => s);
  };
  const expected = [
    [95, 200],
    [195, 301], // 200 to 400, and not more than the most
  ] as const;
  let tried = 0;
  for (const [least, most] of expected) {
    tried += 1;
    await expect
      .poll(
        () =>
          app.queue
            .list()
            .then((jobs) => jobs.filter(({ state, tries }) => state === 'waiting' && tries === tried).length),
        {
          ...SOON,
          timeout: 20_000,
        },
      )
      .toBe(4);
    const found = await delays();
    for (const delay of found) expect(delay).toSatisfy((s: number) => s > least && s < most);
    if (tried === 1) expect(new Set(found.map(Math.round)).size).toBeGreaterThan(1);
    await app.db.raw('update pgboss.job set start_after = now()');
  }
});

test('a job that takes longer than its time is told so, and counts as failed', async () => {
  const told: boolean[] = [];
  const handler = ({ signal }: { signal: AbortSignal }) =>
    new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(void told.push(true))));
  const app = await start({ jobs: testJobs({ endless: (_payload, around) => handler(around) }, { expireSeconds: 1 }) });
  await enqueue(app, 'endless', { n: 1 });
  app.jobs.start();
  await expect.poll(() => app.queue.count(), SOON).toMatchObject({ endless: { failed: 1 } });
  expect(told).toEqual([true]);
});

test('a stop waits for what runs, takes nothing new, and hands back what does not end: another process runs it, no try is lost', async () => {
  const began: string[] = [];
  const short = () => {
    began.push('short');
    return wait(1500);
  };
  const long: NumberHandler = ({ n }, { signal }) =>
    new Promise<void>((_resolve, reject) => {
      began.push(`long ${n}`);
      const end = (): void => {
        began.push('told');
        reject(new Error('the process stopped in the middle'));
      };
      signal.addEventListener('abort', () => setTimeout(end, 300)); // it writes down how it ended
    });
  const inOne = testJobs({ short, long }, { retryLimit: 1 });
  const one = await start({ jobs: inOne });
  await one.db.transaction(async (trx) => {
    await one.queue.enqueue(trx, job('short'), { n: 1 });
    await one.queue.enqueue(trx, job('long'), { n: 1 });
  });
  one.jobs.start();
  await expect.poll(() => began.toSorted(), SOON).toEqual(['long 1', 'short']);
  const stopped = one.jobs.stop(2500);
  await enqueue(one, 'long', { n: 2 }); // requests in flight go on
  await stopped;
  expect(began.toSorted()).toEqual(['long 1', 'short', 'told']);
  expect(await one.queue.list()).toMatchObject([
    { name: 'long', state: 'waiting', payload: { n: 1 }, tries: 1 },
    { name: 'long', state: 'waiting', payload: { n: 2 }, tries: 0 },
  ]);
  expect(one.metrics.read().counts.UnexpectedErrors).toBe(0); // a stop is no fault
  const ran: number[] = [];
  const failsAtFirst = async ({ n }: { n: number }) => {
    ran.push(n);
    if (ran.length === 1) throw new Error('no such luck');
  };
  const other = await start({
    env: {
      DATABASE_URL: one.config.DATABASE_URL ?? '',
      MIGRATION_DATABASE_URL: one.ownerUrl,
      UPLOADS_DIR: one.uploadsDir,
    },
    jobs: testJobs({ short, long: failsAtFirst }, { retryLimit: 1 }),
  });
  other.jobs.start();
  await expect.poll(() => ran, SOON).toEqual([1, 2, 1]); // begun three times, with one retry
});
