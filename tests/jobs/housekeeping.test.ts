import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeChores } from '../../src/jobs/chores.ts';
import { makeHousekeeping } from '../../src/jobs/housekeeping.ts';
import { type App, startApp } from '../support/app.ts';
import { addParent } from '../support/cast.ts';

let app: App;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.stop());

test('all chores run at the start, each to its end', async () => {
  const maria = await addParent(app);
  await app
    .db('parents')
    .where({ id: maria.id })
    .update({ link_expires_at: new Date(Date.now() - 1000) });
  const ended: string[] = [];
  const chores = makeChores(app).map((chore) => ({
    ...chore,
    run: (stopping: AbortSignal) => chore.run(stopping).then(() => ended.push(chore.name)),
  }));
  const housekeeping = makeHousekeeping({ ...app, chores });
  housekeeping.start();
  await expect.poll(() => [...ended].sort(), { timeout: 5000 }).toEqual(chores.map(({ name }) => name).sort());
  await housekeeping.stop();
  expect(await app.parents.findById(maria.id)).toMatchObject({ status: 'expired' });
});

test('a chore that fails holds up no other; one that runs is told when the service stops', async () => {
  const told: boolean[] = [];
  let hasBegun = false;
  const untilStopped = (stopping: AbortSignal) =>
    new Promise<void>((resolve) => {
      hasBegun = true;
      stopping.addEventListener('abort', () => {
        told.push(stopping.aborted);
        resolve();
      });
    });
  const chores = [
    { name: 'fails', everyMs: 1000, run: () => Promise.reject(new Error('no such luck')) },
    { name: 'takes long', everyMs: 1000, run: untilStopped },
    { name: 'comes after', everyMs: 1000, run: () => Promise.resolve(told.push(false)) },
  ];
  const housekeeping = makeHousekeeping({ ...app, chores });
  housekeeping.start();
  await expect.poll(() => app.logs.join('')).toContain('a chore failed; it runs again in its turn');
  await expect.poll(() => hasBegun).toBe(true);
  await housekeeping.stop();
  expect(told).toEqual([true]);
});

test('a chore runs in one process at a time', async () => {
  let running = 0;
  let most = 0;
  const run = async () => {
    most = Math.max(most, (running += 1));
    await new Promise((resolve) => setTimeout(resolve, 200));
    running -= 1;
  };
  const one = { name: 'one', everyMs: 1000, run };
  const added = { name: 'of the next version', everyMs: 1000, run: () => Promise.resolve() };
  const processes = [[one], [added, one], [one, added]].map((chores) => makeHousekeeping({ ...app, chores }));
  for (const process of processes) process.start();
  await expect.poll(() => most).toBe(1);
  for (const process of processes) await process.stop();
  expect(most).toBe(1);
});

test('a chore that runs beside the others holds up none, comes again soon after a failure, and is waited for at the end', async () => {
  let now = Date.now();
  const go = Promise.withResolvers<undefined>();
  const ended: string[] = [];
  const chores = [
    {
      ...{ name: 'takes hours', everyMs: 24 * 60_000, againMs: 60_000, beside: true },
      run: async () => {
        await go.promise;
        ended.push('takes hours');
        if (ended.filter((name) => name === 'takes hours').length === 1) throw new Error('S3 is away');
      },
    },
    { name: 'comes after', everyMs: 1000, run: () => Promise.resolve(ended.push('comes after')) },
  ];
  const housekeeping = makeHousekeeping({ ...app, clock: { now: () => new Date(now) }, chores });
  housekeeping.start();
  await expect.poll(() => ended).toEqual(['comes after']);
  go.resolve(undefined);
  await expect.poll(() => app.logs.some((line) => line.includes('"takes hours"'))).toBe(true);
  now += 61_000;
  await expect.poll(() => ended, { timeout: 8000 }).toHaveLength(4);
  await housekeeping.stop();
  expect(ended.filter((name) => name === 'takes hours')).toHaveLength(2);
}, 20_000);
