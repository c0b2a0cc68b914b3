import { expect, test } from 'vitest';
import { makeDecodeQueue } from '../../src/photos/decode-queue.ts';

const USUAL = { ms: 100, bytes: 10, costly: false };

test('R60: work that has left keeps nobody waiting, and a slow disk is not taken for a slow machine', async () => {
  let time = 0;
  const queue = makeDecodeQueue({ running: 1, bytes: 1000, waitMs: 1000, now: () => time });
  const disk = Promise.withResolvers<string>();
  const runs: Promise<unknown>[] = [];
  for (let n = 0; n < 30; n += 1) {
    const decoded = Promise.withResolvers<undefined>();
    const run = queue.run(async (leave) => {
      time += USUAL.ms;
      leave();
      decoded.resolve(undefined);
      return disk.promise;
    }, USUAL);
    runs.push(run);
    await decoded.promise;
  }
  expect(queue.load()).toMatchObject({ running: 0, waiting: 0 });

  time += 60_000;
  disk.resolve('kept');
  expect(await runs[0]).toEqual({ ok: true, value: 'kept' });
  await Promise.all(runs);
  expect(countRoom(queue)).toBe(10); // as many as on the machine where the costs were measured
});

const countRoom = (queue: ReturnType<typeof makeDecodeQueue>): number => {
  let count = 0;
  for (; !queue.isFull(); count += 1) void queue.run(() => new Promise(() => undefined), USUAL);
  return count;
};
