import { setTimeout as wait } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { within } from '../../src/platform/within.ts';

const timers = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;

test.each([
  ['is done', () => Promise.resolve()],
  ['fails', () => Promise.reject(new Error('no'))],
])('work that %s in time ends the wait, and no timer is left to hold up the end of the program', async (_how, work) => {
  const before = timers();
  const from = performance.now();
  await within(60_000, work());
  expect(performance.now() - from).toBeLessThan(30_000);
  expect(timers()).toBe(before);
});

test('work that takes its time is waited for', async () => {
  let isDone = false;
  await within(
    60_000,
    wait(30).then(() => {
      isDone = true;
    }),
  );
  expect(isDone).toBe(true);
});

test('work that never ends is waited for as long as it may take, and no longer', async () => {
  const from = performance.now();
  await within(40, new Promise(() => undefined));
  expect(performance.now() - from).toBeGreaterThan(35);
});
