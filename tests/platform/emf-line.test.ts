import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { emfLine } from '../../src/platform/emf-line.ts';
import { figureNames } from '../../src/platform/figures.ts';
import { makeMetrics } from '../../src/platform/metrics.ts';
import { prometheusText } from '../../src/platform/prometheus-text.ts';

const AT = new Date('2026-03-02T08:14:05Z');

type Line = {
  _aws: {
    Timestamp: number;
    CloudWatchMetrics: { Namespace: string; Dimensions: string[][]; Metrics: { Name: string; Unit: string }[] }[];
  };
  RequestLatency?: number[];
};

const valueAt = (sorted: number[], share: number) => sorted[Math.ceil(share * sorted.length) - 1] ?? 0;

test('a line has what came since the one before, and names each of its figures with a unit', () => {
  const metrics = makeMetrics();
  metrics.count('Requests', 5);
  metrics.took(7);
  const before = metrics.read();
  metrics.count('Requests');
  metrics.count('RequestErrors');
  for (const ms of [12, 80, 80]) metrics.took(ms);
  const line = emfLine({ now: metrics.read(), before, gauges: { QueueDepth: 3, RssBytes: 1e8 }, at: AT }) as Line;
  expect(line).toMatchObject({ Service: 'parent-onboarding', Requests: 1, RequestErrors: 1, UploadsAccepted: 0 });
  expect(line).toMatchObject({ QueueDepth: 3, RssBytes: 1e8 });
  expect(line).not.toHaveProperty('BackupAgeSeconds'); // not known
  const [{ Namespace, Dimensions, Metrics } = { Namespace: '', Dimensions: [], Metrics: [] }] =
    line._aws.CloudWatchMetrics;
  expect([line._aws.Timestamp, Namespace, Dimensions]).toEqual([AT.getTime(), 'ParentOnboarding', [['Service']]]);
  for (const { Name } of Metrics) expect(line).toHaveProperty(Name);
  expect(Metrics).toContainEqual({ Name: 'RequestLatency', Unit: 'Milliseconds' });
  expect(Object.keys(line).sort()).toEqual(['_aws', 'Service', ...Metrics.map(({ Name }) => Name)].sort());
  expect(Metrics.every(({ Name }) => (figureNames as string[]).includes(Name))).toBe(true);
  expect(line.RequestLatency?.map(Math.round)).toEqual([13, 80, 80]);
});

test('however many requests: 100 values at most, and their percentiles are right to 10 %', () => {
  const metrics = makeMetrics();
  const before = metrics.read();
  const taken = Array.from({ length: 5000 }, (_, n) => 2 + (n % 500) ** 1.5).sort((a, b) => a - b);
  for (const ms of taken) metrics.took(ms);
  const line = emfLine({ now: metrics.read(), before, gauges: {}, at: AT }) as Line;
  const told = line.RequestLatency ?? [];
  expect(told).toHaveLength(100);
  for (const share of [0.5, 0.9, 0.99]) {
    const off = valueAt(told, share) / valueAt(taken, share);
    expect(off, String(share)).toBeGreaterThan(0.9);
    expect(off, String(share)).toBeLessThan(1.13);
  }
  const none = emfLine({ now: before, before, gauges: {}, at: AT });
  expect(none).not.toHaveProperty('RequestLatency');
  for (const odd of [0, 1e9]) metrics.took(odd); // fall into the first and the last bucket
  expect(metrics.read().latency.count).toBe(5002);
});

test('docs/operations.md says what each figure means, by both of its names', () => {
  const gauges = Object.fromEntries(figureNames.map((name) => [name, 1]));
  const text = prometheusText(makeMetrics().read(), gauges);
  const onMetrics = [...text.matchAll(/^# TYPE (\S+) /gm)].map(([, name = '']) => name);
  expect(onMetrics).toHaveLength(figureNames.length);
  const rows = readFileSync('docs/operations.md', 'utf8').matchAll(/^\| `([A-Z]\w+)` +\| `(onboarding_\w+)` +\|/gm);
  expect([...rows].map(([, name, onPage]) => [name, onPage])).toEqual(
    figureNames.map((name, at) => [name, onMetrics[at]]),
  );
});
