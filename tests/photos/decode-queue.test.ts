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
      await new Promise(setImmediate);
    },
    fail: async (name: string) => {
      ends.get(name)?.reject(new Error(name));
      await new Promise(setImmediate);
    },
  };
};

test('R4: at most so many decodes run, the next wait in order, and beyond that the answer is busy', async () => {
  const { begun, work, end } = makeWork();
  const queue = makeDecodeQueue({ running: 2, waiting: 2 });
  const runs = ['a', 'b', 'c', 'd'].map((name) => queue.run(work(name)));
  expect(begun).toEqual(['a', 'b']);
  expect(queue.load()).toEqual({ running: 2, waiting: 2 });
  expect(queue.isFull()).toBe(true);
  expect(await queue.run(work('e'))).toEqual({ ok: false, reason: 'busy' });

  await end('b');
  expect(begun).toEqual(['a', 'b', 'c']);
  expect(queue.isFull()).toBe(false);
  await end('a');
  await end('c');
  await end('d');
  expect(await Promise.all(runs)).toEqual(['a', 'b', 'c', 'd'].map((value) => ({ ok: true, value })));
  expect(begun).toEqual(['a', 'b', 'c', 'd']);
  expect(queue.load()).toEqual({ running: 0, waiting: 0 });
});

test('R4: work that throws, at once or later, gives its place to the next', async () => {
  const { begun, work, end, fail } = makeWork();
  const queue = makeDecodeQueue({ running: 1, waiting: 2 });
  const first = queue.run(work('a'));
  const second = queue.run(() => {
    throw new Error('at once');
  });
  const third = queue.run(work('c'));
  const failures = Promise.all([expect(first).rejects.toThrow('a'), expect(second).rejects.toThrow('at once')]);
  await fail('a');
  await failures;
  expect(begun).toEqual(['a', 'c']);
  await end('c');
  expect(await third).toEqual({ ok: true, value: 'c' });
  expect(queue.load()).toEqual({ running: 0, waiting: 0 });
});

test('R4: of costly pictures one is decoded at a time, and the others pass by', async () => {
  const { begun, work, end } = makeWork();
  const queue = makeDecodeQueue({ running: 2, waiting: 3 });
  const costly = { costly: true };
  const runs = [
    queue.run(work('big 1'), costly),
    queue.run(work('big 2'), costly),
    queue.run(work('small 1')),
    queue.run(work('small 2')),
    queue.run(work('big 3'), costly),
  ];
  expect(begun).toEqual(['big 1', 'small 1']);
  await end('small 1');
  expect(begun).toEqual(['big 1', 'small 1', 'small 2']);
  await end('big 1');
  expect(begun).toEqual(['big 1', 'small 1', 'small 2', 'big 2']);
  await end('small 2');
  expect(queue.load()).toEqual({ running: 1, waiting: 1 });
  await end('big 2');
  await end('big 3');
  expect((await Promise.all(runs)).every(({ ok }) => ok)).toBe(true);
});

test('R4: without a waiting room whoever finds no place is turned away', async () => {
  const { work, end } = makeWork();
  const queue = makeDecodeQueue({ running: 1, waiting: 0 });
  expect(queue.isFull()).toBe(false);
  const run = queue.run(work('a'));
  expect(queue.isFull()).toBe(true);
  expect(await queue.run(work('b'))).toEqual({ ok: false, reason: 'busy' });
  await end('a');
  expect(await run).toEqual({ ok: true, value: 'a' });
  expect(queue.isFull()).toBe(false);
});
