import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test } from 'vitest';
import { startCloudWatch } from '../support/cloudwatch.ts';
import { makeHome } from '../support/service.ts';

let cloud: Awaited<ReturnType<typeof startCloudWatch>>;
beforeAll(async () => {
  cloud = await startCloudWatch();
});
afterAll(() => cloud.stop());
beforeEach(async () => {
  await cloud.heal();
  await cloud.forget();
});

const startService = async () => {
  const home = makeHome();
  onTestFinished(() => home.remove());
  return home.start({ env: cloud.env });
};

/** Asks for a page every 50 ms. */
const ask = async (url: string, times: number): Promise<void> => {
  for (let n = 0; n < times; n += 1) {
    expect((await fetch(`${url}/admin/sign-in`)).status).toBe(200);
    await wait(50);
  }
};

const withoutComplaints = (lines: string[]) => lines.filter((line) => !/(reach|reaches) CloudWatch/.test(line));

test('CloudWatch has every line of stdout in its order, also those of an outage of 5 s, and the last one', async () => {
  const service = await startService();
  await ask(service.url, 10);
  await cloud.fail('down');
  await ask(service.url, 50);
  await wait(2500);
  await cloud.heal();
  await ask(service.url, 10);
  const from = performance.now();
  expect(await service.end('SIGTERM')).toEqual({ code: 0, signal: null });
  expect(performance.now() - from).toBeLessThan(10_000);
  const streams = await cloud.streams();
  expect(Object.keys(streams)).toHaveLength(1);
  const lines = Object.values(streams).flat();
  const printed = service.stdout().split('\n');
  expect(lines).toEqual(withoutComplaints(printed));
  expect(printed.filter((line) => line.includes('does not reach CloudWatch'))).toHaveLength(1);
  expect(lines.at(-1)).toContain('"msg":"stopped"');
  const metrics = lines.filter((line) => line.includes('"_aws"')).map((line) => JSON.parse(line) as object);
  expect(metrics).toHaveLength(1);
  expect(metrics[0]).toMatchObject({
    Service: 'parent-onboarding',
    Requests: 70,
    RequestErrors: 0,
    DroppedLogEvents: 0,
  });
  expect((await cloud.told()).refusals).toEqual([]);
});

test('with no AWS within reach it starts, serves and ends as ever', async () => {
  await cloud.fail('hangs');
  const service = await startService();
  await ask(service.url, 5);
  const from = performance.now();
  expect(await service.end('SIGINT')).toEqual({ code: 0, signal: null });
  expect(performance.now() - from).toBeLessThan(7000); // 3 s for the log, and what a stop takes by itself
  expect(service.stdout()).toMatch(/"lines":\d+,"msg":"lines of the log did not reach CloudWatch before the end"/);
});
