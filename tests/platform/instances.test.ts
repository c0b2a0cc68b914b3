import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { type Db, openDb } from '../../src/platform/db.ts';
import { makeHeartbeat, makeListInstances } from '../../src/platform/instances.ts';
import { cloneDatabase } from '../support/database.ts';

let db: Db;
let url: string;
beforeAll(async () => {
  ({ url } = await cloneDatabase());
  db = openDb({ url, max: 2 });
});
afterAll(() => db.destroy());

/** Of a machine that is an hour ahead: the others would hold its process for lost, or alive for ever. */
const wrongClock = { now: () => new Date(Date.now() + 3600_000) };

test('a process says that it lives until it stops; one that was killed is lost after 100 s and forgotten after a day', async () => {
  const list = makeListInstances({ db });
  const names = async () => (await list()).map(({ name }) => name);
  const start = (name: string) => {
    const beat = makeHeartbeat({ db, clock: wrongClock, own: { name, kind: 'web', version: '1.4.2' } });
    beat.start();
    return beat;
  };
  const ages = (by: string) => db('instances').update({ heard_at: db.raw('heard_at - ?::interval', [by]) });
  const killed = start('oakfield-1-1');
  await expect.poll(names).toEqual(['oakfield-1-1']);
  expect(await list()).toMatchObject([{ kind: 'web', version: '1.4.2' }]);
  await ages('101 s');
  expect(await names()).toEqual([]);
  await ages('1 day');
  const second = start('oakfield-2-2');
  await expect.poll(names).toEqual(['oakfield-2-2']);
  await expect.poll(() => db('instances').select('name')).toEqual([{ name: 'oakfield-2-2' }]);
  await second.stop();
  expect(await db('instances')).toEqual([]);
  await killed.stop();
});

/** The program of the worker's health check in compose, whose `$$` is a `$`. */
const healthCheck = (): string => {
  const compose = readFileSync(new URL('../../docker-compose.yml', import.meta.url), 'utf8');
  const [, program = ''] = /\n {2}worker:\n[^]*? {8}- -e\n {8}- \|\n((?: {10}.*\n)+)/.exec(compose) ?? [];
  return program.replaceAll('$$', '$');
};

test('the worker of compose is well while it says that it lives: a web process on its host does not count, nor what it said long ago', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'lives-'));
  onTestFinished(() => rmSync(dir, { recursive: true }));
  writeFileSync(join(dir, 'url'), `${url}\n`);
  const env = { DATABASE_URL_FILE: join(dir, 'url') };
  const exitCode = () =>
    new Promise<number | null>((resolve) => {
      const child = execFile(process.execPath, ['-e', healthCheck()], { env }, () => resolve(child.exitCode));
    });
  const now = Date.now();
  const say = (kind: string, heardAt: number) =>
    db('instances').insert({
      ...{ name: `${hostname()}.1-${kind}-${heardAt}`, kind, version: '1.4.2' },
      ...{ started_at: new Date(heardAt), heard_at: new Date(heardAt) },
    });
  await say('web', now);
  await say('worker', now - 101_000);
  expect(await exitCode()).toBe(1);
  await say('worker', now);
  expect(await exitCode()).toBe(0);
});
