import { expect, test } from 'vitest';
import { makeDecodeQueue } from '../../src/photos/decode-queue.ts';

/** Work that ends when the test says so, and a record of what has begun. */
const makeWork = () => {
  const begun: string[] = [];
  const ends = new Map<string, PromiseWithResolvers<string>>();
  return {
    begun,
    work: (name: string) => () => {
      begun.push(name);
      const end = Promise.withResolvers<string>();
      ends.set(name, end);
      return end.promise;
    },
    end: async (name: string) => {
      ends.get(name)?.resolve(name);
      await settled();
    },
    fail: async (name: string) => {
      ends.get(name)?.reject(new Error(name));
      await settled();
    },
  };
};
const settled = () => new Promise(setImmediate);

const SMALL = { ms: 100, bytes: 10, costly: false };
const BIG = { ms: 100, bytes: 50, costly: true };

type Limits = Parameters<typeof makeDecodeQueue>[0];
const makeQueue = (limits: Partial<Limits> = {}) => {
  let time = 0;
  const queue = makeDecodeQueue({
    ...{ running: 2, bytes: 1000, waitMs: 1000, now: () => time, random: () => 0.5 },
    ...limits,
  });
  return { ...queue, pass: (ms: number) => (time += ms) };
};

test('R4: at most so many decodes run, the next wait in order, and beyond so much work the answer is busy', async () => {
  const { begun, work, end } = makeWork();
  const queue = makeQueue({ waitMs: 200 });
  const runs = ['a', 'b', 'c', 'd'].map((name) => queue.run(work(name), SMALL));
  await settled();
  expect(begun).toEqual(['a', 'b']);
  expect(queue.load()).toMatchObject({ running: 2, waiting: 2 });
  expect(queue.isFull()).toBe(true); // 400 ms of work on two cores
  expect(await queue.run(work('e'), SMALL)).toEqual({ ok: false, reason: 'busy' });

  await end('b');
  expect(begun).toEqual(['a', 'b', 'c']);
  expect(queue.isFull()).toBe(false);
  await end('a');
  await end('c');
  await end('d');
  expect(await Promise.all(runs)).toEqual(['a', 'b', 'c', 'd'].map((value) => ({ ok: true, value })));
  expect(begun).toEqual(['a', 'b', 'c', 'd']);
  expect(queue.load()).toMatchObject({ running: 0, waiting: 0 });
});

test('R4: the bound is the work that waits, not how many pictures', () => {
  const { work } = makeWork();
  const small = makeQueue();
  const large = makeQueue();
  const fill = (queue: ReturnType<typeof makeQueue>, ms: number) => {
    let count = 0;
    for (; !queue.isFull(); count += 1) void queue.run(work('x'), { ...SMALL, ms });
    return count;
  };
  expect(fill(small, 10)).toBe(200);
  expect(fill(large, 500)).toBe(4);
});

test('R4: on a slow machine fewer wait, on a fast one more', async () => {
  const { work, end } = makeWork();
  const queue = makeQueue({ running: 1 });
  const roomFor = () => {
    let count = 0;
    const line = makeQueue({ running: 1 });
    for (; !line.isFull(); count += 1) void line.run(work('x'), SMALL);
    return count;
  };
  expect(roomFor()).toBe(10);
  for (let n = 0; n < 30; n += 1) {
    const run = queue.run(work(`slow ${n}`), SMALL);
    await settled();
    queue.pass(300);
    await end(`slow ${n}`);
    await run;
  }
  let count = 0;
  for (; !queue.isFull(); count += 1) void queue.run(work('y'), SMALL);
  expect(count).toBeGreaterThan(3);
  expect(count).toBeLessThan(5);
});

test('R4: work that throws, at once or later, gives its place to the next', async () => {
  const { begun, work, end, fail } = makeWork();
  const queue = makeQueue({ running: 1 });
  const first = queue.run(work('a'), SMALL);
  const second = queue.run(() => {
    throw new Error('at once');
  }, SMALL);
  const third = queue.run(work('c'), SMALL);
  const failures = Promise.all([expect(first).rejects.toThrow('a'), expect(second).rejects.toThrow('at once')]);
  await settled();
  await fail('a');
  await failures;
  expect(begun).toEqual(['a', 'c']);
  await end('c');
  expect(await third).toEqual({ ok: true, value: 'c' });
  expect(queue.load()).toMatchObject({ running: 0, waiting: 0 });
});

test('R4: of costly pictures one is decoded at a time, and the others pass by', async () => {
  const { begun, work, end } = makeWork();
  const queue = makeQueue();
  const runs = [
    queue.run(work('big 1'), BIG),
    queue.run(work('big 2'), BIG),
    queue.run(work('small 1'), SMALL),
    queue.run(work('small 2'), SMALL),
    queue.run(work('big 3'), BIG),
  ];
  await settled();
  expect(begun).toEqual(['big 1', 'small 1']);
  await end('small 1');
  expect(begun).toEqual(['big 1', 'small 1', 'small 2']);
  await end('big 1');
  expect(begun).toEqual(['big 1', 'small 1', 'small 2', 'big 2']);
  await end('small 2');
  expect(queue.load()).toMatchObject({ running: 1, waiting: 1 });
  await end('big 2');
  await end('big 3');
  expect((await Promise.all(runs)).every(({ ok }) => ok)).toBe(true);
});

test('R4: costly pictures wait for each other, so fewer of them find room', async () => {
  const { work } = makeWork();
  const queue = makeQueue({ waitMs: 400 });
  const runs = Array.from({ length: 6 }, (_, n) => queue.run(work(`big ${n}`), BIG));
  expect(await runs[5]).toEqual({ ok: false, reason: 'busy' }); // 500 ms in the one lane, 250 on both
  await settled();
  expect(queue.load()).toMatchObject({ running: 1, waiting: 3 });
  expect(queue.isFull()).toBe(false);
});

test('R4: what runs at once fits into memory, and nobody slips past one that waits for it', async () => {
  const { begun, work, end } = makeWork();
  const queue = makeQueue({ bytes: 55 });
  const runs = [
    queue.run(work('small 1'), SMALL),
    queue.run(work('big'), BIG),
    queue.run(work('small 2'), SMALL),
    queue.run(work('huge'), { ...SMALL, bytes: 100 }),
  ];
  await settled();
  expect(begun).toEqual(['small 1']);
  await end('small 1');
  expect(begun).toEqual(['small 1', 'big']);
  await end('big');
  expect(begun).toEqual(['small 1', 'big', 'small 2']);
  await end('small 2');
  expect(begun).toEqual(['small 1', 'big', 'small 2', 'huge']); // by itself
  await end('huge');
  expect((await Promise.all(runs)).every(({ ok }) => ok)).toBe(true);
});

test('R4: without a waiting room whoever finds no place is turned away', async () => {
  const { work, end } = makeWork();
  const queue = makeQueue({ running: 1, waitMs: 0.001 });
  expect(queue.isFull()).toBe(false);
  const run = queue.run(work('a'), SMALL);
  await settled();
  expect(queue.isFull()).toBe(true);
  expect(await queue.run(work('b'), SMALL)).toEqual({ ok: false, reason: 'busy' });
  await end('a');
  expect(await run).toEqual({ ok: true, value: 'a' });
  expect(queue.isFull()).toBe(false);
});

test('R4: those who are turned away are told different times, about as long as the wait', async () => {
  const { work } = makeWork();
  const fill = (random: () => number) => {
    const queue = makeQueue({ waitMs: 10_000, random });
    while (!queue.isFull()) void queue.run(work('x'), SMALL);
    return queue.comeBackIn();
  };
  expect([fill(() => 0), fill(() => 0.5), fill(() => 0.999)]).toEqual([5, 10, 15]);
  expect(makeQueue({ random: () => 0 }).comeBackIn()).toBe(2);
  await settled();
  const queue = makeDecodeQueue({ running: 1, bytes: 1000, waitMs: 10_000 });
  while (!queue.isFull()) void queue.run(work('x'), SMALL);
  expect(new Set(Array.from({ length: 20 }, queue.comeBackIn)).size).toBeGreaterThan(2);
});
