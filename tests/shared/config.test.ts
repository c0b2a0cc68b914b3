import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { ConfigError, loadConfig } from '../../src/shared/config.ts';

const dir = mkdtempSync(join(tmpdir(), 'pos-config-'));
afterAll(() => rmSync(dir, { recursive: true }));

const faultsOf = (env: Record<string, string>): string => {
  try {
    loadConfig(env);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
  }
  throw new Error('no fault was found');
};

test('an empty environment is a working one: embedded database, port 3000, links of 30 days', () => {
  expect(loadConfig({})).toMatchObject({
    PORT: 3000,
    HOST: '127.0.0.1',
    BASE_URL: 'http://localhost:3000',
    DATA_DIR: './data',
    UPLOADS_DIR: './uploads',
    LINK_TTL_DAYS: 30,
    MAX_UPLOAD_MB: 25,
    RATE_LIMIT_SCALE: 1,
  });
  expect(loadConfig({ DATABASE_URL: '', PORT: '8080' }).BASE_URL).toBe('http://localhost:8080');
});

test('all faults are listed at once, and none tells a secret', () => {
  const faults = faultsOf({
    PORT: 'web',
    BASE_URL: 'ftp://school.example.org',
    DATABASE_URL: 'mysql://app:hunter2@db/x',
    SESSION_SECRET: 'short-hunter2',
    ADMIN_PASSWORD: 'hunter2',
    LINK_TTL_DAYS: '0',
  });
  for (const name of ['PORT', 'BASE_URL', 'DATABASE_URL', 'SESSION_SECRET', 'ADMIN_PASSWORD', 'LINK_TTL_DAYS']) {
    expect(faults).toContain(`${name}:`);
  }
  expect(faults).not.toContain('hunter2');
});

test('a secret may come from a file; given twice it is a fault', () => {
  const file = join(dir, 'secret');
  writeFileSync(file, 'a secret of enough letters\n');
  expect(loadConfig({ SESSION_SECRET_FILE: file }).SESSION_SECRET).toEqual(['a secret of enough letters']);
  expect(faultsOf({ SESSION_SECRET_FILE: file, SESSION_SECRET: 'x'.repeat(20) })).toContain('given twice');
  expect(faultsOf({ SESSION_SECRET_FILE: join(dir, 'none') })).toContain('cannot be read');
});

test('a database of one’s own needs a secret that all instances share', () => {
  expect(faultsOf({ DATABASE_URL: 'postgres://app@db/x' })).toContain('SESSION_SECRET: is required');
});

test('limits cannot be switched off in production', () => {
  expect(faultsOf({ NODE_ENV: 'production', RATE_LIMIT_SCALE: '0' })).toContain('RATE_LIMIT_SCALE');
});
