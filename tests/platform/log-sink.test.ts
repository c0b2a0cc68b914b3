import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { makeCloudWatchLogs } from '../../src/platform/cloudwatch-logs.ts';
import { makeLogSink } from '../../src/platform/log-sink.ts';
import { makeLogger } from '../../src/platform/logger.ts';
import { LOG_GROUP, startCloudWatch } from '../support/cloudwatch.ts';
import { setEnvironment } from '../support/environment.ts';

let cloud: Awaited<ReturnType<typeof startCloudWatch>>;
beforeAll(async () => {
  cloud = await startCloudWatch();
  setEnvironment(cloud.env);
});
afterAll(() => cloud.stop());
beforeEach(() => cloud.heal());

let streams = 0;

/** A sink with a stream of its own, quicker than a real one; `own` is what it says of itself. */
const startSink = (options: Partial<Parameters<typeof makeLogSink>[0]> = {}) => {
  const stream = `oakfield-${(streams += 1)}`;
  const own: string[] = [];
  let dropped = 0;
  const sink = makeLogSink({
    ...{ store: makeCloudWatchLogs({ group: LOG_GROUP, stream, retentionDays: 30 }) },
    logger: makeLogger({ level: 'info', stream: { write: (line) => void own.push(line) } }),
    onDropped: (count) => (dropped += count),
    ...{ everyMs: 20, firstPauseMs: 20, longestPauseMs: 80, ...options },
  });
  const arrived = async (): Promise<string[]> => (await cloud.streams())[stream] ?? [];
  return { sink, own, arrived, dropped: () => dropped };
};

const lines = (count: number, word = 'line') => Array.from({ length: count }, (_, n) => `${word} ${n}`);

test('lines arrive in order, signed, in a stream of their own; group, stream and retention are made once', async () => {
  const { sink, arrived, own } = startSink();
  for (const line of lines(3)) sink.write(`${line}\n`);
  await expect.poll(arrived).toEqual(lines(3));
  sink.write('');
  sink.write('one more');
  await sink.close();
  expect(await arrived()).toEqual([...lines(3), 'one more']);
  const second = startSink();
  second.sink.write('of another process');
  await second.sink.close();
  expect(await second.arrived()).toEqual(['of another process']);
  const { calls, refusals, groups } = await cloud.told();
  expect(groups[LOG_GROUP]?.retentionInDays).toBe(30);
  expect(calls.filter((call) => call === 'CreateLogGroup')).toHaveLength(1);
  expect(calls.filter((call) => call === 'PutRetentionPolicy')).toHaveLength(2);
  expect(refusals).toEqual([]);
  expect(own).toEqual([]);
});

test('a wrong key is refused, told once, and no line is lost', async () => {
  setEnvironment({ AWS_SECRET_ACCESS_KEY: 'not the key' });
  const { sink, arrived, own, dropped } = startSink();
  sink.write('line 0');
  await expect.poll(() => own.length).toBe(1);
  await wait(150);
  setEnvironment(cloud.env);
  expect(await arrived()).toEqual([]);
  expect(own).toHaveLength(1);
  expect(own[0]).toMatch(/"level":"warn".*InvalidSignatureException.*does not reach CloudWatch/);
  expect(own[0]).not.toMatch(/Credential=|x-amz|AWS4/i); // the answer quotes them (R67)
  expect((await cloud.told()).refusals).toContainEqual(expect.stringContaining('InvalidSignature'));
  await sink.close(50);
  expect(dropped()).toBe(1);
});

test('much at once goes in calls that CloudWatch takes', async () => {
  const before = (await cloud.told()).refusals.length;
  const { sink, arrived, dropped } = startSink();
  for (const line of lines(15_000)) sink.write(line);
  for (const size of [400_000, 700_000, 2_000_000]) sink.write('ä'.repeat(size / 2));
  await sink.close();
  const all = await arrived();
  expect(all.slice(0, 15_000)).toEqual(lines(15_000));
  expect(all).toHaveLength(15_003);
  expect((await cloud.told()).refusals).toHaveLength(before);
  expect(dropped()).toBe(0);
});

test.each(['down', 500, 'throttled', 'denied'] as const)(
  'an outage (%s): nobody waits, nothing is lost, one complaint, and it goes on by itself',
  async (fault) => {
    const { sink, own, arrived, dropped } = startSink();
    await cloud.fail(fault);
    for (const line of lines(200)) sink.write(line);
    await wait(150);
    for (const line of lines(200, 'later')) sink.write(line);
    await wait(100);
    await cloud.heal();
    await expect.poll(arrived).toEqual([...lines(200), ...lines(200, 'later')]);
    await sink.close();
    expect(dropped()).toBe(0);
    expect(own.map((line) => (JSON.parse(line) as { msg: string }).msg)).toEqual([
      'the log does not reach CloudWatch; it is tried again',
      'the log reaches CloudWatch again',
    ]);
  },
);

test.each([
  ['no-retention', ['line 0'], 0, []],
  ['already', [], 0, []],
  ['invalid', [], 1, ['CloudWatch refused lines of the log for good']],
] as const)(
  'a refusal of one call (%s) holds no line up, and what is lost by it is said',
  async (fault, kept, lost, said) => {
    const { sink, own, arrived, dropped } = startSink();
    await cloud.fail(fault);
    sink.write('line 0');
    await sink.close();
    expect(await arrived()).toEqual(kept);
    expect(dropped()).toBe(lost);
    expect(own.map((line) => (JSON.parse(line) as { msg: string }).msg)).toEqual(said);
  },
);

test('a long outage: the oldest lines go and are counted, memory is bounded, the newest arrive', async () => {
  const { sink, arrived, dropped } = startSink({ buffer: { mostEvents: 100 } });
  await cloud.fail('down');
  for (const line of lines(1000)) sink.write(line);
  await wait(50);
  await cloud.heal();
  await expect.poll(arrived).toEqual(lines(1000).slice(900));
  await sink.close();
  expect(dropped()).toBe(900);
});

test('the end waits no longer than it may, for a CloudWatch that hangs too; what is lost is said', async () => {
  const { sink, own, dropped } = startSink();
  await cloud.fail('hangs');
  for (const line of lines(5)) sink.write(line);
  await wait(50);
  const from = performance.now();
  await sink.close(200);
  expect(performance.now() - from).toBeLessThan(600);
  expect(own.at(-1)).toMatch(/"lines":5.*did not reach CloudWatch/);
  expect(dropped()).toBe(5);
});

test('a call that hung when the end came is given up, and its lines are sent once more', async () => {
  const { sink, arrived, dropped } = startSink();
  await cloud.fail('hangs');
  for (const line of lines(5)) sink.write(line);
  await wait(50);
  await cloud.heal();
  await sink.close(1000);
  expect(await arrived()).toEqual(lines(5));
  expect(dropped()).toBe(0);
});

test('a group that somebody removed is made again', async () => {
  const { sink, arrived } = startSink();
  sink.write('line 0');
  await expect.poll(arrived).toEqual(['line 0']);
  await cloud.forget();
  sink.write('line 1');
  await expect.poll(arrived).toEqual(['line 1']);
  await sink.close();
});
