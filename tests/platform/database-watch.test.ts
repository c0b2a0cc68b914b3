import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { watchDatabase } from '../../src/platform/database-watch.ts';
import { type Db, openDb } from '../../src/platform/db.ts';
import { cloneDatabase } from '../support/database.ts';

// What it does while the server is frozen is tested in tests/crash/database-faults.test.ts.

/** A fifth of what it is in the service. */
const PATIENCE_MS = 700;

let url: string;
let db: Db;
let said: string[];
let watch: ReturnType<typeof watchDatabase>;
beforeEach(async () => {
  ({ url } = await cloneDatabase());
  db = openDb({ url, max: 2 });
  said = [];
});
afterEach(async () => {
  watch.stop();
  await db.destroy();
});

const start = (address = url) => {
  const note = (message: string) => void said.push(message);
  const connection = { url: address, sslCa: undefined };
  watch = watchDatabase({ db, connection, logger: { warn: note, info: note }, patienceMs: PATIENCE_MS });
};

/** Nothing of this process runs meanwhile. */
const standStill = (ms: number) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);

const watchers = async (): Promise<number> => {
  const { rows } = await db.raw<{ rows: [{ n: number }] }>(
    `select count(*)::int as n from pg_stat_activity
     where application_name = 'parent-onboarding-watch' and datname = current_database()`,
  );
  return rows[0].n;
};

test('a process that stood still itself does not say so of the database, and cuts nothing off', async () => {
  const { rows } = await db.raw<{ rows: [{ pid: number }] }>('select pg_backend_pid() as pid');
  start(); // it has just begun to ask
  for (let n = 0; n < 3; n += 1) {
    standStill(PATIENCE_MS + 1000);
    await wait(700);
  }
  expect(said).toEqual([]);
  const again = await db.raw<{ rows: [{ pid: number }] }>('select pg_backend_pid() as pid');
  expect(again.rows).toEqual(rows);
}, 30_000);

test('a statement that takes its time is left alone', async () => {
  start();
  await db.raw('select pg_sleep(2)');
  expect(said).toEqual([]);
}, 30_000);

test('a server that refuses has answered; one connection is kept for the questions, and none after the end', async () => {
  start(url.replace('/t_', '/missing_'));
  await wait(1200);
  expect(said).toEqual([]);
  expect(await watchers()).toBe(0);
  watch.stop();
  start();
  await expect.poll(watchers).toBe(1);
  await wait(1500);
  expect(await watchers()).toBe(1);
  watch.stop();
  await expect.poll(watchers).toBe(0);
}, 30_000);
