import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { Client } from 'pg';
import { describe, expect, it } from 'vitest';
import { startEmbeddedPostgres } from '../../src/platform/embedded-postgres.ts';
import { shutDownServer } from '../../src/platform/embedded-postgres-server.ts';
import { runningServer } from '../../src/platform/postgres-pid-file.ts';
import {
  countStarts,
  onlyRow,
  query,
  serverOf,
  serverProcesses,
  startHolder,
  throwAwayFolder,
  folderWithDatabase,
  killHard,
} from '../support/postgres-holder.ts';

/** How many milliseconds the database takes to answer again; throws after 10 s. */
const msUntilAnswer = async (url: string): Promise<number> => {
  const began = performance.now();
  for (;;) {
    try {
      await query(url, 'select 1');
      return performance.now() - began;
    } catch (error) {
      if (performance.now() - began > 10_000) throw error;
      await wait(20);
    }
  }
};

const FIVE_SECONDS = 5000; // R61

describe('when the service dies', () => {
  it('R64: survives Ctrl-C until the service has drained, then stops with it', async () => {
    const dir = await folderWithDatabase();
    const holder = startHolder(dir, { detached: true }); // a process group of its own, as a terminal gives it
    await holder.ready();
    process.kill(-holder.pid, 'SIGINT');
    await holder.exited;
    expect(holder.heard.slice(1)).toEqual([{ drained: true }, { stopped: true }]);
    expect(countStarts(dir)).toBe(1); // it was not just brought back
    expect(runningServer(join(dir, 'postgres'))).toBeUndefined();
  });

  it('R58: goes on running after kill -9 of the service, and the next start attaches to it', async () => {
    const dir = await folderWithDatabase();
    const holder = startHolder(dir);
    const url = await holder.ready();
    await query(url, 'create table child (name text)');
    const pid = serverOf(dir);
    await holder.kill();
    expect(await query(url, 'select * from child')).toEqual([]);

    const next = await startEmbeddedPostgres({ dir, durable: false });
    expect(serverOf(dir)).toBe(pid);
    await next.stop();
    expect(runningServer(join(dir, 'postgres'))).toBeUndefined();
  });

  it('R58: starts from nothing after kill -9 in the middle of initdb', async () => {
    const dir = throwAwayFolder();
    for (const progress of ['PG_VERSION', 'base', 'pg_wal']) {
      const holder = startHolder(dir);
      const half = () => readdirSync(dir).some((name) => existsSync(join(dir, name, progress)));
      while (!half()) await wait(5);
      await holder.kill();
      expect(existsSync(join(dir, 'postgres'))).toBe(false);
    }
    const server = await startEmbeddedPostgres({ dir, durable: false });
    expect(await query(server.url('postgres'), 'select 1 as one')).toEqual([{ one: 1 }]);
    await server.stop();
    await (await startEmbeddedPostgres({ dir, durable: false })).stop(); // an initdb may have been at work before
    expect(readdirSync(dir).filter((name) => name.includes('.new-'))).toEqual([]);
  });
});

describe('when the server dies', () => {
  it('R61: is back within 5 s of kill -9 of the server, of all its processes and of one backend, and says so', async () => {
    const dir = await folderWithDatabase();
    const said: string[] = [];
    const note = (_: object, message: string) => said.push(message);
    const server = await startEmbeddedPostgres({
      dir,
      durable: false,
      logger: { info: note, warn: note, error: note },
    });
    const url = server.url('postgres');

    process.kill(serverOf(dir), 'SIGKILL');
    expect(await msUntilAnswer(url)).toBeLessThan(FIVE_SECONDS);
    await expect
      .poll(() => said)
      .toEqual(['database started', 'the database is gone, bringing it back', 'database started']);

    for (const pid of serverProcesses(serverOf(dir))) killHard(pid);
    expect(await msUntilAnswer(url)).toBeLessThan(FIVE_SECONDS);

    const pid = serverOf(dir);
    const client = new Client(url);
    client.on('error', () => undefined);
    const ended = new Promise((resolve) => client.once('end', () => resolve(undefined)));
    await client.connect();
    const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
    process.kill(onlyRow(rows).pid, 'SIGKILL');
    await ended;
    expect(await msUntilAnswer(url)).toBeLessThan(FIVE_SECONDS);
    expect(serverOf(dir)).toBe(pid); // PostgreSQL recovers from this by itself
    expect(countStarts(dir)).toBe(3);
    await server.stop();
    expect(runningServer(join(dir, 'postgres'))).toBeUndefined();
  });

  it('R61: is brought back by whoever is attached, also when its starter is dead', async () => {
    const dir = await folderWithDatabase();
    const starter = startHolder(dir);
    const url = await starter.ready();
    const attached = await startEmbeddedPostgres({ dir, durable: false });
    await starter.kill();
    process.kill(serverOf(dir), 'SIGKILL');
    expect(await msUntilAnswer(url)).toBeLessThan(FIVE_SECONDS);
    expect(countStarts(dir)).toBe(2);
    await attached.stop();
  });

  it('R61: is started once by several that notice at the same time, again and again', async () => {
    const dir = await folderWithDatabase();
    const holders = [startHolder(dir), startHolder(dir)];
    const own = await startEmbeddedPostgres({ dir, durable: false });
    await Promise.all(holders.map((holder) => holder.ready()));
    for (let round = 1; round <= 4; round += 1) {
      process.kill(serverOf(dir), 'SIGKILL');
      expect(await msUntilAnswer(own.url('postgres'))).toBeLessThan(FIVE_SECONDS);
      expect(countStarts(dir)).toBe(1 + round);
    }
    await Promise.all([own.stop(), ...holders.map((holder) => holder.stop())]);
    expect(runningServer(join(dir, 'postgres'))).toBeUndefined();
  });

  it('R61: stops while the server is being brought back', async () => {
    const dir = await folderWithDatabase();
    const server = await startEmbeddedPostgres({ dir, durable: false });
    process.kill(serverOf(dir), 'SIGKILL');
    await wait(30);
    await server.stop();
    await wait(500);
    expect(runningServer(join(dir, 'postgres'))).toBeUndefined();
  });

  it('R61: stops in bounded time, and leaves it alone, when the server is frozen', async () => {
    const dir = await folderWithDatabase();
    const server = await startEmbeddedPostgres({ dir, durable: false });
    const frozen = serverProcesses(serverOf(dir));
    for (const pid of frozen) process.kill(pid, 'SIGSTOP');
    const began = performance.now();
    await server.stop().finally(() => frozen.forEach((pid) => process.kill(pid, 'SIGCONT')));
    expect(performance.now() - began).toBeLessThan(10_000);
    expect(serverOf(dir)).toBe(frozen[0]);
  });

  it('R61: goes on to an immediate shutdown when the fast one hangs', async () => {
    const dir = await folderWithDatabase();
    const data = join(dir, 'postgres');
    const holder = startHolder(dir);
    const url = await holder.ready();
    await query(url, 'create table child (name text)');
    await holder.kill();
    const [child] = serverProcesses(serverOf(dir)).slice(1);
    if (child === undefined) throw new Error('the server has no processes');
    process.kill(child, 'SIGSTOP'); // one that does not react
    expect(await shutDownServer(data, 500)).toBe(true);

    const next = await startEmbeddedPostgres({ dir, durable: false });
    expect(await query(next.url('postgres'), 'select * from child')).toEqual([]);
    await next.stop();
  });
});
