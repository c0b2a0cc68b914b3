import { appendFileSync, existsSync, mkdirSync, readFileSync, readdirSync, statSync, symlinkSync } from 'node:fs';
import { chmodSync, chownSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import knex from 'knex';
import { describe, expect, it, vi } from 'vitest';
import { startEmbeddedPostgres } from '../../src/platform/embedded-postgres.ts';
import { readPidFile, runningServer } from '../../src/platform/postgres-pid-file.ts';
import {
  isRoot,
  onlyRow,
  query,
  serverOf,
  serverProcesses,
  startHolder,
  throwAwayFolder,
  folderWithDatabase,
} from '../support/postgres-holder.ts';

const uidOf = (pid: number | undefined) => statSync(`/proc/${String(pid)}`).uid;
const serverUid = isRoot ? 65_534 : process.getuid?.();

describe('a server of our own', () => {
  it('keeps its rows over a stop and a start, durably, and stops without a trace', async () => {
    const dir = throwAwayFolder();
    const first = await startEmbeddedPostgres({ dir, durable: true });
    const url = first.url('postgres');
    await query(url, "create table child (name text); insert into child values ('Zoë')");
    expect(await query(url, 'show fsync')).toEqual([{ fsync: 'on' }]);
    await first.stop();
    expect(readPidFile(join(dir, 'postgres'))).toBe('none');
    expect(readdirSync(join(dir, 'socket'))).toEqual([]);
    await expect(query(url, 'select 1')).rejects.toThrow('ENOENT');
    await first.stop(); // a second time is no error

    const second = await startEmbeddedPostgres({ dir: relative(process.cwd(), dir), durable: true });
    expect(await query(second.url('postgres'), 'select name from child')).toEqual([{ name: 'Zoë' }]);
    await second.stop();
  });

  it('is UTF-8 in the same locale everywhere, listens on a private socket only, and skips the disk in tests', async () => {
    const dir = throwAwayFolder();
    const server = await startEmbeddedPostgres({ dir, durable: false });
    const [settings] = await query(
      server.url('postgres'),
      `select pg_encoding_to_char(encoding) as encoding, datlocprovider, datlocale, current_user as role,
         current_setting('listen_addresses') as addresses, current_setting('fsync') as fsync,
         current_setting('max_connections')::int as connections, current_setting('TimeZone') as timezone
       from pg_database where datname = current_database()`,
    );
    expect(settings).toEqual({
      encoding: 'UTF8',
      datlocprovider: 'b',
      datlocale: 'C.UTF-8',
      role: 'owner',
      addresses: '',
      fsync: 'off',
      connections: 60,
      timezone: 'UTC',
    });
    expect(statSync(join(dir, 'socket')).mode & 0o777).toBe(0o700);
    expect(statSync(join(dir, 'postgres')).mode & 0o777).toBe(0o700);
    await query(server.url('postgres'), 'create role app login');
    expect(await query(server.url('postgres', 'app'), 'select current_user')).toEqual([{ current_user: 'app' }]);
    await server.stop();
  });

  it('copes with any folder name', async () => {
    const name = `it's 100% "é", \\ok`;
    const dir = join(throwAwayFolder(name), name);
    const server = await startEmbeddedPostgres({ dir, durable: false });
    expect(await query(server.url('postgres'), 'select 1 as one')).toEqual([{ one: 1 }]);
    const db = knex({ client: 'pg', connection: server.url('postgres') });
    expect(await db.select(db.raw('1 as one'))).toEqual([{ one: 1 }]);
    await db.destroy();
    await server.stop();
  });

  it('follows a link to a data folder on another disk', async () => {
    const dir = throwAwayFolder();
    mkdirSync(join(dir, 'elsewhere'));
    symlinkSync('elsewhere', join(dir, 'postgres'));
    const server = await startEmbeddedPostgres({ dir, durable: false });
    expect(existsSync(join(dir, 'elsewhere', 'PG_VERSION'))).toBe(true);
    await server.stop();
    expect(readPidFile(join(dir, 'elsewhere'))).toBe('none');
  });

  it.runIf(isRoot)('runs as nobody when we are root, and gives it what root restored', async () => {
    const dir = await folderWithDatabase();
    const data = join(dir, 'postgres');
    const first = await startEmbeddedPostgres({ dir, durable: false });
    expect(uidOf(runningServer(data))).toBe(65_534);
    await first.stop();
    chownSync(data, 0, 0);
    chownSync(join(data, 'PG_VERSION'), 0, 0);
    chmodSync(dir, 0o700); // nobody must be able to pass
    const second = await startEmbeddedPostgres({ dir, durable: false });
    expect(statSync(join(data, 'PG_VERSION')).uid).toBe(65_534);
    await second.stop();
  });

  it.runIf(isRoot)('runs as themself for an ordinary user, and as the same user when root comes later', async () => {
    const dir = throwAwayFolder();
    chownSync(dir, 1, 1); // 'daemon' everywhere
    const holder = startHolder(dir, { uid: 1, gid: 1 });
    await holder.ready();
    expect(uidOf(runningServer(join(dir, 'postgres')))).toBe(1);
    await holder.stop();
    expect(runningServer(join(dir, 'postgres'))).toBeUndefined();

    for (const name of ['postgres.lock', 'postgres.log']) rmSync(join(dir, name)); // root makes new ones
    const root = await startEmbeddedPostgres({ dir, durable: false });
    expect(uidOf(runningServer(join(dir, 'postgres')))).toBe(1);
    await root.stop();
    const again = startHolder(dir, { uid: 1, gid: 1 });
    await again.ready();
    await again.stop();
  });

  it('hands no secret of the service on to the server', async () => {
    const dir = await folderWithDatabase();
    const holder = startHolder(dir, { env: { SESSION_SECRET: 'canary' } });
    await holder.ready();
    expect(readFileSync(`/proc/${holder.pid}/environ`, 'utf8')).toContain('canary');
    const pid = serverOf(dir);
    for (const one of serverProcesses(pid))
      expect(readFileSync(`/proc/${one}/environ`, 'utf8')).not.toContain('canary');
    await holder.stop();
  });
});

describe('a path too long for a socket', () => {
  it('puts the socket into a private folder that every start finds', async () => {
    const name = 'x'.repeat(120);
    const dir = join(throwAwayFolder(name), name);
    const first = await startEmbeddedPostgres({ dir, durable: false });
    const folder = new URL(first.url('postgres')).searchParams.get('host') ?? '';
    expect(folder.startsWith(dir)).toBe(false);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    expect(statSync(folder).uid).toBe(serverUid);
    const second = await startEmbeddedPostgres({ dir, durable: false });
    expect(second.url('postgres')).toBe(first.url('postgres'));
    await Promise.all([first.stop(), second.stop()]);
    rmSync(folder, { recursive: true });

    symlinkSync(dir, folder); // laid out by somebody else
    await expect(startEmbeddedPostgres({ dir, durable: false })).rejects.toThrow(/belongs to user \d+/);
    rmSync(folder);
    if (!isRoot) return;
    mkdirSync(folder);
    chownSync(folder, 1, 1);
    await expect(startEmbeddedPostgres({ dir, durable: false })).rejects.toThrow('belongs to user 1');
    rmSync(folder, { recursive: true });
  });
});

describe('the log of the server', () => {
  it('R67: holds no statement and no value, whatever goes wrong', async () => {
    const dir = await folderWithDatabase();
    const server = await startEmbeddedPostgres({ dir, durable: false });
    const url = server.url('postgres');
    await query(url, "create table child (name text unique); insert into child values ('canary')");
    await expect(query(url, "insert into child values ('canary')")).rejects.toThrow('duplicate key');
    await expect(query(url, "select 'canary'::uuid")).rejects.toThrow('invalid input syntax');
    await expect(query(url, 'select canary from child')).rejects.toThrow('does not exist');
    await expect(query(url, "do $$ begin raise warning 'canary'; raise exception 'canary'; end $$")).rejects.toThrow();
    // A killed backend makes the server report what it was running.
    const killed = query(url, "select 'canary', pg_sleep(30)");
    const outcome = expect(killed).rejects.toThrow();
    const sleepers = "select pid from pg_stat_activity where query like '%pg_sleep(30)%' and pid <> pg_backend_pid()";
    const sleeper = await vi.waitFor(async () => onlyRow(await query<{ pid: number }>(url, sleepers)), 5000);
    process.kill(sleeper.pid, 'SIGKILL');
    await outcome;
    await server.stop();
    const log = readFileSync(join(dir, 'postgres.log'), 'utf8');
    expect(log).toContain('was terminated by signal 9');
    expect(log).not.toContain('canary');
    expect(statSync(join(dir, 'postgres.log')).mode & 0o777).toBe(0o600);
  });

  it('stays small', async () => {
    const dir = await folderWithDatabase();
    appendFileSync(join(dir, 'postgres.log'), 'x'.repeat(1_000_001));
    const server = await startEmbeddedPostgres({ dir, durable: false });
    expect(statSync(join(dir, 'postgres.log')).size).toBeLessThan(10_000);
    expect(statSync(join(dir, 'postgres.log.1')).size).toBe(1_000_001);
    expect(statSync(join(dir, 'postgres.log.1')).mode & 0o777).toBe(0o600);
    await server.stop();
  });
});
