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
  await expect.poll(() => ended, { timeout: 5000 }).toEqual(chores.map(({ name }) => name));
  await housekeeping.stop();
  expect(await app.parents.findById(maria.id)).toMatchObject({ status: 'expired' });
});

test('a chore that fails holds up no other; one that runs is told when the service stops', async () => {
  const told: boolean[] = [];
  const untilStopped = (stopping: AbortSignal) =>
    new Promise<void>((resolve) => {
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
  const processes = [1, 2, 3].map(() => makeHousekeeping({ ...app, chores: [{ name: 'one', everyMs: 1000, run }] }));
  for (const process of processes) process.start();
  await expect.poll(() => most).toBe(1);
  for (const process of processes) await process.stop();
  expect(most).toBe(1);
});
