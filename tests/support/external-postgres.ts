import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { openDb } from '../../src/platform/db.ts';
import { freePort } from './nginx.ts';
import { pidOf } from './pid-of.ts';

const BIN = '/usr/lib/postgresql/15/bin';
const NOBODY = 65_534;
const PASSWORD = 'a password that only tests know';

/**
 * Debian's PostgreSQL 15 on a loopback port, by TLS only, with an owner and the app's role. Throws where it is missing.
 * `maxConnections` as PostgreSQL counts them, three of which are for its owner alone.
 */
export const startExternalPostgres = async ({ maxConnections = 100 } = {}) => {
  if (!existsSync(BIN)) throw new Error(`${BIN} is missing: apt-get install postgresql-15`);
  const dir = mkdtempSync(join(tmpdir(), 'external-pg-'));
  chmodSync(dir, 0o755);
  const user = process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {}; // PostgreSQL refuses to run as root
  const mine = (path: string) => {
    if (user.uid !== undefined) chownSync(path, user.uid, user.gid);
    return path;
  };
  const data = join(dir, 'data');
  mkdirSync(data, { mode: 0o700 });
  mine(data);
  writeFileSync(join(dir, 'password'), PASSWORD);
  const options = ['-D', data, '-U', 'admin', `--pwfile=${join(dir, 'password')}`, '--auth=scram-sha-256', '--no-sync'];
  execFileSync(join(BIN, 'initdb'), [...options, '--encoding=UTF8', '--locale=C.UTF-8'], {
    ...user,
    cwd: dir,
    env: {},
  });

  const ca = makeAuthority(dir, 'ours');
  const { key, certificate } = certify(dir, ca);
  mine(key);
  const port = await freePort();
  writeFileSync(mine(join(data, 'pg_hba.conf')), 'hostssl all all 127.0.0.1/32 scram-sha-256\n');
  const settings = {
    ...{ listen_addresses: '127.0.0.1', port: String(port), unix_socket_directories: '', fsync: 'off' },
    max_connections: String(maxConnections),
    ...{ ssl: 'on', ssl_cert_file: certificate, ssl_key_file: key },
  };
  const given = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const launch = () =>
    spawn(join(BIN, 'postgres'), ['-D', data, ...given], { ...user, cwd: dir, env: {}, stdio: 'ignore' });
  let server = launch();

  const url = (role: string, database: string) =>
    `postgres://${role}:${encodeURIComponent(PASSWORD)}@127.0.0.1:${port}/${database}`;
  const asAdmin = async (run: (sql: (text: string) => Promise<void>) => Promise<void>, database = 'postgres') => {
    const db = openDb({ url: url('admin', database), max: 1, sslCa: ca.certificate });
    try {
      await run(async (text) => {
        await db.raw(text);
      });
    } finally {
      await db.destroy();
    }
  };
  /** Ends the server as its system does at a restart: open connections are cut. */
  const halt = async () => {
    server.kill('SIGINT');
    if (server.exitCode === null) await once(server, 'exit');
  };
  const stop = async () => {
    await halt();
    rmSync(dir, { recursive: true, force: true });
  };
  try {
    await untilReady(() => asAdmin((sql) => sql('select 1')));
    await asAdmin(async (sql) => {
      for (const role of ['owner', 'app']) await sql(`create role ${role} login password '${PASSWORD}'`);
    });
  } catch (error) {
    await stop();
    throw error;
  }

  let databases = 0;
  return {
    dir,
    /** Path of the certificate that signed the server's; and of one that did not. */
    ca: ca.certificate,
    otherCa: makeAuthority(dir, 'another').certificate,
    /** An empty database of the owner's; addresses for the owner and for the app's role. */
    database: async () => {
      databases += 1;
      const name = `onboarding_${databases}`;
      await asAdmin((sql) => sql(`create database ${name} owner owner`));
      return { url: url('app', name), ownerUrl: url('owner', name) };
    },
    /** The process that all the others of the server belong to. */
    pid: () => pidOf(server),
    halt,
    /** Starts it again after `halt`, and does not wait until it answers. */
    restart: () => {
      server = launch();
    },
    asAdmin,
    stop,
  };
};

export type ExternalPostgres = Awaited<ReturnType<typeof startExternalPostgres>>;

const untilReady = async (look: () => Promise<void>): Promise<void> => {
  for (let tries = 0; ; tries += 1) {
    try {
      await look();
      return;
    } catch (error) {
      if (tries > 50) throw error;
      await wait(100);
    }
  }
};

type Authority = { key: string; certificate: string };

const openssl = (dir: string, ...args: string[]) => execFileSync('openssl', args, { cwd: dir, stdio: 'pipe' });
const DAYS = ['-days', '2'];

const makeAuthority = (dir: string, name: string): Authority => {
  const [key, certificate] = [join(dir, `${name}.key`), join(dir, `${name}.pem`)];
  const fresh = ['-x509', '-newkey', 'rsa:2048', '-nodes', '-subj', `/CN=${name}`, ...DAYS];
  openssl(dir, 'req', ...fresh, '-keyout', key, '-out', certificate);
  return { key, certificate };
};

/** The server's key and certificate, for 127.0.0.1 and for no other name. */
const certify = (dir: string, ca: Authority): Authority => {
  const [key, certificate, wish] = [join(dir, 'server.key'), join(dir, 'server.pem'), join(dir, 'server.csr')];
  openssl(dir, 'req', '-new', '-newkey', 'rsa:2048', '-nodes', '-subj', '/CN=database', '-keyout', key, '-out', wish);
  writeFileSync(join(dir, 'names'), 'subjectAltName=IP:127.0.0.1\n');
  const by = ['-CA', ca.certificate, '-CAkey', ca.key, '-CAcreateserial', '-extfile', join(dir, 'names')];
  openssl(dir, 'x509', '-req', '-in', wish, '-out', certificate, ...by, ...DAYS);
  chmodSync(key, 0o600);
  return { key, certificate };
};
