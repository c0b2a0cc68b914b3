import { expect, test } from 'vitest';
import { makeLogger } from '../../src/platform/logger.ts';

const logged = (error: unknown): Record<string, unknown> => {
  let line = '';
  makeLogger({ level: 'info', stream: { write: (text) => void (line = text) } }).error({ err: error }, 'failed');
  return JSON.parse(line) as Record<string, unknown>;
};

test('R67: an error of the database is logged by code, without what it quotes', () => {
  const error = Object.assign(new Error('Key (email)=(maria@example.org) already exists'), { code: '23505' });
  const line = logged(error);
  expect(line).toMatchObject({ level: 'error', err: { type: 'Error', code: '23505' } });
  expect(JSON.stringify(line)).not.toContain('maria');
});

test('R67: an error that repeats a link is logged without it, with our frames', () => {
  const line = JSON.stringify(logged(new URIError("Failed to decode param '/onboarding/%E0secret'")));
  expect(line).not.toContain('secret');
  expect(line).toContain('logger.test.ts');
});

test('what is no error is told by its type', () => {
  expect(logged('Maria Santos')).toMatchObject({ err: { type: 'string' } });
});
