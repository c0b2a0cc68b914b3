import { existsSync } from 'node:fs';
import { resolve } from 'node:path';

type Connection = {
  url: string;
  /** Path of the PEM file that the server's certificate is checked against, whatever the address says. */
  sslCa: string | undefined;
};
type Tls = { PGSSLMODE?: string | undefined; PGSSLROOTCERT?: string | undefined };

/** Where systems keep the certificates that they trust: Debian, Red Hat, Alpine. */
const BUNDLES = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem',
  '/etc/ssl/cert.pem',
];
/** From this version on libpq finds them by itself (release notes of PostgreSQL 16). */
const KNOWS_SYSTEM = 16;

/**
 * The address for PostgreSQL's own programs of this major version: in the environment, for a command line can be read by everybody
 * on the machine. TLS is as safe as the service's own: what `sslmode` means to node-postgres, libpq calls otherwise. `bundles` is for tests.
 */
export const libpqEnvironment = (
  connection: Connection,
  major: number,
  bundles: readonly string[] = BUNDLES,
): Record<string, string> => {
  const at = new URL(connection.url);
  const given: Record<string, string | null | undefined> = {
    PGHOST: at.searchParams.get('host') ?? decodeURIComponent(at.hostname.replace(/^\[(.*)\]$/, '$1')), // a socket's folder
    PGPORT: at.port,
    PGUSER: decodeURIComponent(at.username),
    PGPASSWORD: decodeURIComponent(at.password),
    PGDATABASE: decodeURIComponent(at.pathname.slice(1)),
    PGSSLCERT: at.searchParams.get('sslcert'),
    PGSSLKEY: at.searchParams.get('sslkey'),
    ...tlsOf(at.searchParams, connection.sslCa, () =>
      major >= KNOWS_SYSTEM ? 'system' : (bundles.find((path) => existsSync(path)) ?? bundles[0]),
    ),
    PGOPTIONS: '-c statement_timeout=0 -c idle_in_transaction_session_timeout=0',
    PGAPPNAME: 'parent-onboarding-backup',
    PGCONNECT_TIMEOUT: '10',
  };
  return Object.fromEntries(Object.entries(given).filter((one): one is [string, string] => Boolean(one[1])));
};

/**
 * node-postgres verifies the server's certificate and name unless `sslmode` is `disable` or `no-verify`, or nothing asks for TLS; libpq
 * does so with `verify-full` only.
 */
const tlsOf = (asked: URLSearchParams, sslCa: string | undefined, systems: () => string | undefined): Tls => {
  if (sslCa !== undefined) return { PGSSLMODE: 'verify-full', PGSSLROOTCERT: resolve(sslCa) };
  const [mode, root] = [asked.get('sslmode'), asked.get('sslrootcert')];
  if (asked.get('uselibpqcompat') === 'true') return { PGSSLMODE: mode ?? undefined, PGSSLROOTCERT: root ?? undefined };
  if (mode === 'disable') return { PGSSLMODE: 'disable' };
  if (mode === 'no-verify') return { PGSSLMODE: 'require' };
  return wantsTls(asked) ? { PGSSLMODE: 'verify-full', PGSSLROOTCERT: root === null ? systems() : resolve(root) } : {};
};

const wantsTls = (asked: URLSearchParams): boolean =>
  ['sslmode', 'sslrootcert', 'sslcert', 'sslkey'].some((name) => asked.has(name)) ||
  ['true', '1'].includes(asked.get('ssl') ?? '') ||
  asked.get('sslnegotiation') === 'direct';
