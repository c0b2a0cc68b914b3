import express from 'express';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
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
    OLD_PHOTOS_DAYS: 30,
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
    OLD_PHOTOS_DAYS: '0',
  });
  const settings = [
    'PORT',
    'BASE_URL',
    'DATABASE_URL',
    'SESSION_SECRET',
    'ADMIN_PASSWORD',
    'LINK_TTL_DAYS',
    'OLD_PHOTOS_DAYS',
  ];
  for (const name of settings) {
    expect(faults).toContain(`${name}:`);
  }
  expect(faults).not.toContain('hunter2');
});

test('a rule between two variables is looked at beside a fault of a third', () => {
  const faults = faultsOf({
    PORT: 'web',
    DATABASE_URL: 'postgres://app@db/x',
    NODE_ENV: 'production',
    RATE_LIMIT_SCALE: '0',
  });
  for (const name of ['PORT', 'SESSION_SECRET', 'RATE_LIMIT_SCALE']) expect(faults).toContain(`${name}:`);
  expect(faultsOf({ PORT: 'web', MIGRATION_DATABASE_URL: 'postgres://app@db/x' })).toContain('MIGRATION_DATABASE_URL:');
});

describe('TRUST_PROXY', () => {
  const lists = [
    ...['loopback', 'loopback, uniquelocal', 'linklocal,10.0.0.5', '192.0.2.1', '10.0.0.0/8', '192.0.2.1/32'],
    ...['::1', 'fd00::/8', '2001:db8::1/128', '::ffff:10.0.0.1', '::ffff:10.0.0.0/104'],
  ];
  test.each(lists)('%s is taken, and Express understands it', (list) => {
    expect(loadConfig({ TRUST_PROXY: list }).TRUST_PROXY).toBe(list);
    expect(() => express().set('trust proxy', list)).not.toThrow();
  });

  const others = [
    ...[
      'garbage',
      '1',
      '2',
      '0',
      'true',
      'false',
      'all',
      '*',
      'loopback,',
      'loopback 10.0.0.1',
      'Loopback',
      'proxy.local',
    ],
    ...[
      '10.0.0',
      '10.0.0.0/0',
      '10.0.0.0/33',
      '10.0.0.0/',
      '10.0.0.0/8/8',
      'fd00::/129',
      'fe80::1%eth0',
      '0x7f.1',
      '127.1',
    ],
  ];
  test.each(others)('%s is refused with what to write instead', (list) => {
    expect(faultsOf({ TRUST_PROXY: list })).toMatch(
      /^TRUST_PROXY: must be the addresses .*10\.0\.0\.0\/8.*not a number/,
    );
  });
});

describe('BASE_URL', () => {
  test.each([
    ['https://school.example.org', 'https://school.example.org'],
    ['https://school.example.org/', 'https://school.example.org'],
    ['http://[::1]:8080//', 'http://[::1]:8080'],
  ])('%s is taken', (given, kept) => {
    expect(loadConfig({ BASE_URL: given }).BASE_URL).toBe(kept);
  });

  test.each([
    ...[
      'https://x.example.org/school',
      'https://x.example.org/?a=1',
      'https://x.example.org?a',
      'https://x.example.org/#a',
    ],
    ...['https://ruth@x.example.org', 'https://x.example.org/school/'],
  ])('%s would make dead links', (given) => {
    expect(faultsOf({ BASE_URL: given })).toMatch(/^BASE_URL: must end after the host/);
  });
});

test('the address of S3 holds no name and no password, and they are not repeated', () => {
  expect(loadConfig({ S3_ENDPOINT: 'http://s3.example.org:9000' }).S3_ENDPOINT).toBe('http://s3.example.org:9000');
  for (const user of ['oakfield:hunter2', 'hunter2', ':hunter2']) {
    const faults = faultsOf({ S3_ENDPOINT: `https://${user}@s3.example.org` });
    expect(faults).toMatch(/^S3_ENDPOINT: must hold no name and no password/);
    expect(faults).not.toContain('hunter2');
  }
});

test('the file of DATABASE_SSL_CA must be there and hold certificates', () => {
  const file = join(dir, 'ca.pem');
  writeFileSync(file, '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n');
  const other = join(dir, 'no.pem');
  writeFileSync(other, 'hello');
  expect(loadConfig({ DATABASE_SSL_CA: file }).DATABASE_SSL_CA).toBe(file);
  for (const path of [other, dir, join(dir, 'nope.pem')]) {
    expect(faultsOf({ DATABASE_SSL_CA: path })).toBe(
      'DATABASE_SSL_CA: must be a PEM file with certificates that can be read',
    );
  }
});

test('a secret may come from a file; given twice it is a fault', () => {
  const file = join(dir, 'secret');
  writeFileSync(file, 'a secret of enough letters\n');
  expect(loadConfig({ SESSION_SECRET_FILE: file }).SESSION_SECRET).toEqual(['a secret of enough letters']);
  expect(faultsOf({ SESSION_SECRET_FILE: file, SESSION_SECRET: 'x'.repeat(20) })).toContain('given twice');
  expect(faultsOf({ SESSION_SECRET_FILE: join(dir, 'none') })).toContain('cannot be read');
  const empty = join(dir, 'empty');
  writeFileSync(empty, '\n');
  expect(loadConfig({ ADMIN_PASSWORD_FILE: empty, BACKUP_KEY_FILE: empty }).ADMIN_PASSWORD).toBeUndefined();
});

test('a database of one’s own needs a secret that all instances share', () => {
  expect(faultsOf({ DATABASE_URL: 'postgres://app@db/x' })).toContain('SESSION_SECRET: is required');
});

test('the first school’s time zone is the machine’s unless it is named, by a name that exists', () => {
  expect(loadConfig({}).SCHOOL_TIME_ZONE).toBe(Intl.DateTimeFormat().resolvedOptions().timeZone);
  expect(loadConfig({ SCHOOL_TIME_ZONE: 'America/New_York' }).SCHOOL_TIME_ZONE).toBe('America/New_York');
  expect(faultsOf({ SCHOOL_TIME_ZONE: 'Oakfield' })).toBe('SCHOOL_TIME_ZONE: must be a name like Europe/London');
});

test('limits cannot be switched off in production', () => {
  expect(faultsOf({ NODE_ENV: 'production', RATE_LIMIT_SCALE: '0' })).toContain('RATE_LIMIT_SCALE');
});

test('CloudWatch: the name of a group, and only days that it keeps logs for', () => {
  const group = '/onboarding/oakfield';
  expect(loadConfig({ CLOUDWATCH_LOG_GROUP: group })).toMatchObject({
    ...{ CLOUDWATCH_LOG_GROUP: group, CLOUDWATCH_RETENTION_DAYS: 30 },
  });
  expect(loadConfig({ CLOUDWATCH_RETENTION_DAYS: '365' }).CLOUDWATCH_RETENTION_DAYS).toBe(365);
  const faults = faultsOf({ CLOUDWATCH_LOG_GROUP: 'two words', CLOUDWATCH_RETENTION_DAYS: '31' });
  expect(faults).toMatch(/CLOUDWATCH_LOG_GROUP: must be the name.*\nCLOUDWATCH_RETENTION_DAYS: must be one of 1, 3, 5/);
});
