import { describe, expect, test } from 'vitest';
import { libpqEnvironment } from '../../src/platform/libpq-environment.ts';

const HERE = import.meta.filename;
const tls = (query: string, { sslCa, major = 15 }: { sslCa?: string; major?: number } = {}) => {
  const url = `postgres://app:p%40ss@db.example.org:6432/school%20one${query}`;
  const { PGSSLMODE: mode, PGSSLROOTCERT: root } = libpqEnvironment({ url, sslCa }, major, ['/nowhere', HERE]);
  return { mode, root };
};

describe('libpq verifies what node-postgres verifies', () => {
  test.each(['?sslmode=require', '?sslmode=prefer', '?sslmode=verify-ca', '?sslmode=verify-full', '?ssl=true'])(
    '%s: certificate and name, by what the system trusts',
    (query) => {
      expect(tls(query)).toEqual({ mode: 'verify-full', root: HERE });
      expect(tls(query, { major: 16 })).toEqual({ mode: 'verify-full', root: 'system' });
    },
  );

  test('by the authority of DATABASE_SSL_CA, whatever the address says; or by the one in the address', () => {
    for (const query of ['', '?sslmode=no-verify', '?sslmode=disable'])
      expect(tls(query, { sslCa: '/etc/ca.pem', major: 17 })).toEqual({ mode: 'verify-full', root: '/etc/ca.pem' });
    expect(tls('?sslrootcert=/etc/ca.pem')).toEqual({ mode: 'verify-full', root: '/etc/ca.pem' });
  });

  test.each([
    ['?sslmode=no-verify', 'require'],
    ['?sslmode=disable', 'disable'],
    ['?uselibpqcompat=true&sslmode=require', 'require'],
    ['', undefined],
  ])('%s: not', (query, mode) => {
    expect(tls(query)).toEqual({ mode, root: undefined });
  });
});

test('the folder of a socket is one, however the address says it', () => {
  for (const url of ['postgres://app@%2Frun%2Fpostgresql/school', 'postgres:///school?host=/run/postgresql'])
    expect(libpqEnvironment({ url, sslCa: undefined }, 15)['PGHOST']).toBe('/run/postgresql');
});

test('the address is taken apart, nothing that is missing is set', () => {
  const { PGPASSWORD, PGDATABASE, PGPORT } = libpqEnvironment(
    { url: 'postgres://app:p%40ss@[::1]:6432/school%20one', sslCa: undefined },
    15,
  );
  expect({ PGPASSWORD, PGDATABASE, PGPORT }).toEqual({ PGPASSWORD: 'p@ss', PGDATABASE: 'school one', PGPORT: '6432' });
  const socket = libpqEnvironment({ url: 'postgres://app@localhost/one?host=%2Frun%2Fpg', sslCa: undefined }, 15);
  expect(socket).toMatchObject({ PGHOST: '/run/pg' });
  expect(Object.keys(socket)).not.toContain('PGPASSWORD');
});
