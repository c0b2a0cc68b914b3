import { expect, test } from 'vitest';
import { CUT_MARK, makeLogBuffer, putLimits } from '../../src/platform/log-buffer.ts';

const HOUR = 3600_000;
const NOW = Date.parse('2026-03-02T08:14:05Z');

const bufferOf = (lines: [number, string][], bounds = {}) => {
  const dropped: number[] = [];
  const buffer = makeLogBuffer({ ...bounds, onDropped: (count) => dropped.push(count) });
  for (const [at, line] of lines) buffer.push(at, line);
  return { buffer, dropped: () => dropped.reduce((sum, count) => sum + count, 0) };
};
const many = (count: number, line = 'x'): [number, string][] => Array.from({ length: count }, () => [NOW, line]);
const linesOf = (batch: { message: string }[]) => batch.map(({ message }) => message);

test('a call carries 10,000 events, 1,048,576 bytes with 26 for each, and 24 hours at most', () => {
  const { buffer } = bufferOf(many(10_001));
  expect(buffer.take(NOW)).toHaveLength(10_000);
  expect(buffer.take(NOW)).toHaveLength(1);
  const large = bufferOf(many(4, 'ä'.repeat((putLimits.bytes / 3 - 26) / 2))).buffer;
  expect(large.take(NOW)).toHaveLength(3); // exactly as much as fits
  expect(large.take(NOW)).toHaveLength(1);
  const long = bufferOf([
    [NOW - 24 * HOUR, 'yesterday'],
    [NOW - 1, 'just now'],
    [NOW, 'now'],
  ]).buffer;
  expect(linesOf(long.take(NOW))).toEqual(['yesterday', 'just now']);
  expect(linesOf(long.take(NOW))).toEqual(['now']);
  expect(long.take(NOW)).toEqual([]);
});

test('in the order of time; nothing older than 14 days, which counts as dropped; nothing of the future', () => {
  const { buffer, dropped } = bufferOf([
    [NOW - 14 * 24 * HOUR, 'too old'],
    [NOW + 3 * HOUR, 'before the clock was put back'],
    [NOW - 1000, 'earlier'],
  ]);
  expect(buffer.take(NOW).map(({ timestamp, message }) => [timestamp, message])).toEqual([
    [NOW - 1000, 'earlier'],
    [NOW, 'before the clock was put back'],
  ]);
  expect(dropped()).toBe(1);
});

test('a line that is too long is cut, with a mark, also where a character would be cut in two', () => {
  for (const line of ['x'.repeat(2_000_000), 'é'.repeat(600_000), `x${'🌻'.repeat(300_000)}`]) {
    const [cut] = bufferOf([[NOW, line]]).buffer.take(NOW);
    const bytes = Buffer.byteLength(cut?.message ?? '') + putLimits.bytesBesideEach;
    expect(bytes).toBeLessThanOrEqual(putLimits.bytes);
    expect(bytes).toBeGreaterThan(putLimits.bytes - 10);
    expect(cut?.message.endsWith(CUT_MARK)).toBe(true);
  }
  expect(linesOf(bufferOf([[NOW, 'x'.repeat(400_000)]]).buffer.take(NOW))).toEqual(['x'.repeat(400_000)]);
});

test('beyond its bounds the oldest go and are counted, also when a batch comes back', () => {
  const lines = (from: number, to: number) => Array.from({ length: to - from }, (_, n) => `line ${from + n}`);
  const { buffer, dropped } = bufferOf(
    lines(0, 10).map((line, at) => [NOW + at, line]),
    { mostEvents: 6 },
  );
  expect(dropped()).toBe(4);
  const batch = buffer.take(NOW + 20);
  expect(linesOf(batch)).toEqual(lines(4, 10));
  for (const line of lines(10, 13)) buffer.push(NOW + 20, line);
  buffer.putBack(batch);
  expect(dropped()).toBe(7);
  expect(linesOf(buffer.take(NOW + 20))).toEqual(lines(7, 13));
  const small = bufferOf(many(1000, 'x'.repeat(74)), { mostBytes: 5000 });
  expect(small.buffer.size()).toEqual({ bytes: 5000, events: 50 });
  expect(small.dropped()).toBe(950);
});
