import { expect, test } from 'vitest';
import { cached } from '../../src/platform/cached.ts';
import { systemClock } from '../../src/platform/clock.ts';

test('who asks while it is loaded waits for the same; a failure is loaded anew', async () => {
  let loads = 0;
  const load = async (key: string) => {
    loads += 1;
    if (key === 'wrong') throw new Error('away');
    return key;
  };
  const read = cached(load, { ms: 60_000, clock: systemClock });
  expect(await Promise.all([read('a'), read('a'), read('b')])).toEqual(['a', 'a', 'b']);
  expect(await read('a')).toBe('a');
  expect(loads).toBe(2);
  expect(await Promise.allSettled([read('wrong'), read('wrong')])).toMatchObject([{ status: 'rejected' }, {}]);
  await expect(read('wrong')).rejects.toThrow();
  expect(loads).toBe(4);
});
