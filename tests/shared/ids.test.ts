import { expect, test } from 'vitest';
import { makeUniqueId, parseId, parseUniqueId } from '../../src/shared/ids.ts';

test('R31: links are UUIDs v4, each another one', () => {
  const made = Array.from({ length: 1000 }, makeUniqueId);
  expect(new Set(made).size).toBe(1000);
  for (const id of made) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});

test.each([
  ['upper case', '3F0C2A9E-6D1B-4E57-9A84-51C7B20DE9F3'],
  ['braces', '{3f0c2a9e-6d1b-4e57-9a84-51c7b20de9f3}'],
  ['version 1', '3f0c2a9e-6d1b-1e57-9a84-51c7b20de9f3'],
  ['no dashes', '3f0c2a9e6d1b4e579a8451c7b20de9f3'],
  ['10 kB', 'a'.repeat(10_000)],
  ['an array', ['3f0c2a9e-6d1b-4e57-9a84-51c7b20de9f3']],
  ['nothing', undefined],
])('R32: %s is no link', (_, text) => {
  expect(parseUniqueId(text)).toBeUndefined();
});

test('R32: only the form that we write is a link', () => {
  expect(parseUniqueId('3f0c2a9e-6d1b-4e57-9a84-51c7b20de9f3')).toBe('3f0c2a9e-6d1b-4e57-9a84-51c7b20de9f3');
});

test.each(['0', '-1', '1.5', '1e3', '01', ' 1', '9'.repeat(16), ['1'], undefined])('%j is no row number', (text) => {
  expect(parseId(text)).toBeUndefined();
});
