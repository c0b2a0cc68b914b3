import { describe, expect, onTestFinished, test } from 'vitest';
import { makeFaceChecker } from '../../src/photos/face-checker.ts';
import { makeLogger } from '../../src/platform/logger.ts';
import { goodPortrait } from '../support/drawn-faces.ts';

const odd = new URL('../support/odd-checker.ts', import.meta.url);

const start = (checks: 'face' | 'basic' = 'face', hardLimitMs = 10_000, script = odd) => {
  const logs: string[] = [];
  const logger = makeLogger({ level: 'info', stream: { write: (line) => void logs.push(line) } });
  const checker = makeFaceChecker({ checks, logger, script, hardLimitMs });
  onTestFinished(() => checker.stop());
  return { checker, logs };
};
const photo = (words = 'good') => Buffer.from(words);

test('a queue of one: one is measured, one waits, a third hears at once that it is busy; a job waits for its turn', async () => {
  const { checker } = start();
  const both = [checker.measure(photo('slow')), checker.measure(photo())];
  expect(await checker.measure(photo())).toEqual({ ok: false, reason: 'busy' });
  const patient = await checker.measure(photo(), { patient: true });
  // one after the other, in the order of arrival
  expect((await Promise.all(both)).map((one) => one.ok && one.value.cpuMs)).toEqual([1, 2]);
  expect(patient).toMatchObject({ ok: true, value: { cpuMs: 3 } });
});

test('R4: a photo that kills it, or takes too long, fails; the next one is measured by a fresh process', async () => {
  const { checker } = start('face', 3000);
  await checker.measure(photo());
  const first = checker.pid();
  expect(await checker.measure(photo('crash'))).toEqual({ ok: false, reason: 'failed' });
  expect(await checker.measure(photo())).toMatchObject({ ok: true, value: { cpuMs: 1 } });
  expect(checker.pid()).not.toBe(first);
  expect(await checker.measure(photo('spin'))).toEqual({ ok: false, reason: 'failed' });
  expect(await checker.measure(photo())).toMatchObject({ ok: true });
});

test('R4: it never holds more than 600 MiB: a photo that makes it take more fails, and the next one is measured', async () => {
  const { checker, logs } = start();
  expect(await checker.measure(photo('greedy'))).toEqual({ ok: false, reason: 'failed' });
  expect(logs.some((line) => line.includes('too much memory') && line.includes(String(600 * 1024 * 1024)))).toBe(true);
  expect(await checker.measure(photo())).toMatchObject({ ok: true });
});

test('nothing runs before the first photo; CHECKS=basic looks for no faces', async () => {
  const { checker } = start('basic');
  expect(checker.pid()).toBeUndefined();
  expect(await checker.measure(photo())).toMatchObject({ ok: true, value: { faces: null } });
});

describe('photos get the basic checks, and the log says why once', () => {
  test.each([
    ['the packages are not installed', 'bare', 'not installed'],
    ['the models cannot be read', 'modelless', 'ENOENT'],
  ])('where %s', async (_, name, why) => {
    const { checker, logs } = start('face', 10_000, new URL(`../support/${name}-checker.ts`, import.meta.url));
    const jpeg = await goodPortrait(3);
    for (let n = 0; n < 2; n += 1) {
      const measured = await checker.measure(jpeg);
      expect(measured).toMatchObject({ ok: true, value: { faces: null, width: 1000 } });
    }
    expect(logs.filter((line) => line.includes('basic checks only'))).toHaveLength(1);
    expect(logs.join()).toContain(why);
  });
});
