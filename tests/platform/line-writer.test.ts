import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { makeLineWriter } from '../../src/platform/line-writer.ts';

let written: string[];
let writer: ReturnType<typeof makeLineWriter>;
beforeEach(() => {
  vi.useFakeTimers();
  written = [];
  writer = makeLineWriter({ write: (lines) => void written.push(lines) });
});
afterEach(() => {
  vi.useRealTimers();
});

test('a line of a quiet service is written at once', () => {
  writer.write('first\n', false);
  vi.advanceTimersByTime(60);
  writer.write('second\n', false);
  expect(written).toEqual(['first\n', 'second\n']);
});

test('lines of a busy one go out together every 50 ms, in order, and the last of them too', () => {
  for (let line = 0; line < 12; line += 1) {
    writer.write(`${line} `, false);
    vi.advanceTimersByTime(10);
  }
  vi.advanceTimersByTime(50);
  expect(written).toEqual(['0 ', '1 2 3 4 ', '5 6 7 8 9 ', '10 11 ']);
  expect(vi.getTimerCount()).toBe(1);
  vi.advanceTimersByTime(50);
  expect(vi.getTimerCount()).toBe(0);
});

test('an urgent line waits for nothing and goes after those before it', () => {
  writer.write('a ', false);
  writer.write('b ', false);
  writer.write('urgent ', true);
  writer.write('c ', false);
  expect(written).toEqual(['a ', 'b urgent ']);
  writer.flush();
  writer.flush();
  expect(written).toEqual(['a ', 'b urgent ', 'c ']);
});

test('no more waits than a part of what a pipe holds', () => {
  const line = 'x'.repeat(5000);
  for (let count = 0; count < 5; count += 1) writer.write(line, false);
  expect(written.map((lines) => lines.length)).toEqual([5000, 20_000]);
});
