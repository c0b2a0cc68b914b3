import { setTimeout as wait } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { makeLogger } from '../../src/platform/logger.ts';
import { makeSideProcess } from '../../src/platform/side-process.ts';

const MB = 1024 * 1024;
const script = new URL('../support/odd-process.ts', import.meta.url);

const start = (options: { script?: URL; maxRss?: number; asksPerLife?: number; idleMs?: number } = {}) => {
  const side = makeSideProcess({
    ...{ name: 'odd', script, maxRss: 1000 * MB, logger: makeLogger({ level: 'silent' }) },
    ...options,
  });
  onTestFinished(() => side.stop());
  return side;
};

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

const pidOf = (answer: unknown): number => (answer as { pid: number }).pid;

test('answers several asks at once from one process, which gets bytes and no secret of the service', async () => {
  const side = start();
  expect(side.pid()).toBeUndefined(); // nobody has asked yet
  const bytes = Buffer.from([0, 255]);
  const [slow, echo] = await Promise.all([side.ask('wait', 5000), side.ask({ bytes }, 5000)]);
  expect(slow).toBe('waited');
  expect(Buffer.from((echo as { message: { bytes: Uint8Array } }).message.bytes)).toEqual(bytes);
  expect(pidOf(echo)).toBe(side.pid());
  expect(await side.ask('environment', 5000)).toEqual(expect.not.arrayContaining(['PATH', 'HOME', 'SESSION_SECRET']));
  expect(await side.ask('priority', 5000)).toBe(10);
});

test('what an ask throws comes without its words', async () => {
  const failed = start().ask('throw', 5000);
  await expect(failed).rejects.toMatchObject({ reason: 'threw', message: 'odd: RangeError' });
});

test('R4: an ask that takes too long ends the process; others are disturbed, and the next one is served', async () => {
  const side = start();
  const first = pidOf(await side.ask('hello', 5000));
  const disturbed = expect(side.ask('wait', 60_000)).rejects.toMatchObject({ reason: 'disturbed' });
  const began = performance.now();
  await expect(side.ask('spin', 150)).rejects.toMatchObject({ reason: 'timeout' });
  expect(performance.now() - began).toBeLessThan(2000);
  await disturbed;
  expect(pidOf(await side.ask('hello', 5000))).not.toBe(first);
  await expect.poll(() => isAlive(first)).toBe(false);
});

test('R4: one that crashes is started again by the next ask', async () => {
  const side = start();
  const others = expect(side.ask('wait', 5000)).rejects.toMatchObject({ reason: 'died' });
  await expect(side.ask('crash', 5000)).rejects.toMatchObject({ reason: 'died' });
  await others;
  expect(await side.ask('wait', 5000)).toBe('waited');
});

test('R4: one that the system kills is told from one that crashes', async () => {
  const side = start();
  const pid = pidOf(await side.ask('hello', 5000));
  const waiting = expect(side.ask('wait', 5000)).rejects.toMatchObject({ reason: 'killed' });
  process.kill(pid, 'SIGKILL');
  await waiting;
});

test('one that cannot be started blames nobody who asks', async () => {
  const side = start({ script: new URL('./no-such-process.ts', import.meta.url) });
  await expect(side.ask('hello', 5000)).rejects.toMatchObject({ reason: 'killed' });
});

test.runIf(process.platform === 'linux')('R4: one that takes too much memory is ended', async () => {
  const side = start({ maxRss: 200 * MB });
  await expect(side.ask('eat', 20_000)).rejects.toMatchObject({ reason: 'memory' });
  expect(await side.ask('wait', 5000)).toBe('waited');
});

test('is replaced after so many asks, and ended when nobody asks; then the next ask starts another', async () => {
  const side = start({ asksPerLife: 2, idleMs: 100 });
  const pids = [];
  for (let ask = 0; ask < 3; ask += 1) pids.push(pidOf(await side.ask('hello', 5000)));
  expect(pids[1]).toBe(pids[0]);
  expect(pids[2]).not.toBe(pids[0]);
  await wait(300);
  expect(side.pid()).toBeUndefined();
  expect(pids.filter(isAlive)).toEqual([]);
  expect(await side.ask('wait', 5000)).toBe('waited');
});

test('stops with what it does, for good', async () => {
  const side = start();
  const pid = pidOf(await side.ask('hello', 5000));
  const working = expect(side.ask('spin', 60_000)).rejects.toMatchObject({ reason: 'stopped' });
  await side.stop();
  await working;
  expect(isAlive(pid)).toBe(false);
  await expect(side.ask('hello', 5000)).rejects.toMatchObject({ reason: 'stopped' });
});
