import { expect, test, vi } from 'vitest';
import { makeDecodeQueue } from '../../src/photos/decode-queue.ts';

/** Two cores, with room for 200 ms of work: eight usual photos. */
const makeQueue = () => {
  let time = 0;
  const queue = makeDecodeQueue({ running: 2, bytes: 1e9, waitMs: 200, now: () => time });
  return { ...queue, pass: (ms: number) => (time += ms) };
};

test('R4: an upload counts from the moment it begins to arrive, for newcomers alone', async () => {
  const queue = makeQueue();
  const places = [];
  for (let place = queue.arrive(); place; place = queue.arrive()) places.push(place);
  expect(places).toHaveLength(8);
  expect(queue.isFull()).toBe(true);
  expect(queue.comeBackIn()).toBeGreaterThan(0);
  const begun = vi.fn(() => Promise.resolve());
  await queue.run(begun); // whoever has arrived does not wait for them
  expect(begun).toHaveBeenCalledOnce();
  for (const place of places.slice(0, 3)) place.leave();
  const next = queue.arrive();
  expect(next).toBeDefined();
  next?.leave();
  next?.leave(); // again: nothing more is given back
  expect(queue.load().arriving).toBe(5);
});

test('R63: who is slow to arrive does not keep others out for longer than a decode may be waited for', () => {
  const queue = makeQueue();
  while (queue.arrive());
  queue.pass(199);
  expect(queue.arrive()).toBeUndefined();
  queue.pass(1);
  expect(queue.arrive()).toBeDefined();
  expect(queue.load().arriving).toBe(1);
});
