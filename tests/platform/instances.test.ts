import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Db, openDb } from '../../src/platform/db.ts';
import { makeHeartbeat, makeListInstances } from '../../src/platform/instances.ts';
import { cloneDatabase } from '../support/database.ts';

let db: Db;
beforeAll(async () => {
  db = openDb({ url: (await cloneDatabase()).url, max: 2 });
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
