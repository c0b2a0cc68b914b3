import { afterEach, expect, test } from 'vitest';
import { openDb } from '../../src/platform/db.ts';
import type { App } from '../support/app.ts';
import { breakDatabase } from '../support/broken-database.ts';
import { collector, lookedAfter, makeJobApps, SOON, troubles } from '../support/job-apps.ts';
import { testJobs } from '../support/test-jobs.ts';

const { start, enqueue, stopAll } = makeJobApps();
afterEach(stopAll);

const readiness = async ({ url }: App) => {
  const { components } = (await (await fetch(`${url}/readyz`)).json()) as { components: Record<string, string> };
  return components;
};

/** Takes the database away from the app; what it gives brings it back. */
const takeAway = async ({ ownerUrl }: App): Promise<() => Promise<void>> => {
  const owner = openDb({ url: ownerUrl, max: 1 });
  const undo: (() => unknown)[] = [];
  await breakDatabase({ owner, after: (back) => void undo.push(back) });
  return async () => {
    for (const back of undo) await back();
    await owner.destroy();
  };
};

test('R61: the database goes and comes back: the process lives, is not ready meanwhile, and runs jobs within 5 s', async () => {
  const { done, handler } = collector();
  const app = await start({ jobs: testJobs({ collect: handler }) });
  await enqueue(app, 'collect', { n: 1 });
  app.jobs.start();
  await expect.poll(() => done, SOON).toEqual([1]);
  await lookedAfter(app);
  expect(await readiness(app)).toMatchObject({ database: 'ok', jobs: 'ok' });
  expect(troubles(app)).toEqual([]);

  const giveBack = await takeAway(app);
  await expect.poll(() => readiness(app), SOON).toMatchObject({ database: 'failing', jobs: 'failing' });
  await expect.poll(() => troubles(app).length, SOON).toBe(1); // and not one for each poll
  await giveBack();
  await enqueue(app, 'collect', { n: 2 });
  await expect.poll(() => done, { timeout: 5000, interval: 50 }).toEqual([1, 2]);
  await expect.poll(() => readiness(app), { timeout: 5000 }).toMatchObject({ database: 'ok', jobs: 'ok' });
  expect(troubles(app)).toHaveLength(1);
});

test('R61: jobs that are to begin while the database is away begin when it is back', async () => {
  const { done, handler } = collector();
  const app = await start({ jobs: testJobs({ collect: handler }) });
  await enqueue(app, 'collect', { n: 1 });
  const giveBack = await takeAway(app);
  app.jobs.start();
  await expect.poll(() => troubles(app).length, SOON).toBe(1);
  await giveBack();
  await expect.poll(() => done, SOON).toEqual([1]);
});

test('R61: a stop while the database is away does not wait for it', async () => {
  const app = await start({ jobs: testJobs({ collect: collector().handler }) });
  app.jobs.start();
  await expect.poll(() => app.logs.join(''), SOON).toContain('jobs are run here');
  const giveBack = await takeAway(app);
  const from = performance.now();
  await app.jobs.stop();
  expect(performance.now() - from).toBeLessThan(5000);
  await giveBack();
});

test('readiness: jobs that should be run here and are not, while the database answers', async () => {
  const app = await start({ jobs: testJobs({ collect: collector().handler }) });
  app.jobs.start();
  await expect.poll(() => app.logs.join(''), SOON).toContain('jobs are run here');
  const owner = openDb({ url: app.ownerUrl, max: 1 });
  await owner.raw('revoke update on pgboss.job_common from app');
  await expect
    .poll(() => readiness(app), { timeout: 25_000, interval: 500 })
    .toMatchObject({ database: 'ok', jobs: 'failing' });
  await owner.raw('grant update on pgboss.job_common to app');
  await expect.poll(() => readiness(app), SOON).toMatchObject({ database: 'ok', jobs: 'ok' });
  await owner.raw('alter table pgboss.version rename to away'); // nor can anything be enqueued
  await expect.poll(() => readiness(app), SOON).toMatchObject({ database: 'ok', jobs: 'failing' });
  await owner.destroy();
});
