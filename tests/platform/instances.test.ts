import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Db, openDb } from '../../src/platform/db.ts';
import { makeHeartbeat, makeListInstances } from '../../src/platform/instances.ts';
import { movableClock } from '../support/app.ts';
import { cloneDatabase } from '../support/database.ts';

let db: Db;
beforeAll(async () => {
  db = openDb({ url: (await cloneDatabase()).url, max: 2 });
});
afterAll(() => db.destroy());

test('a process says that it lives until it stops; one that was killed is lost after 100 s and forgotten after a day', async () => {
  const clock = movableClock();
  const list = makeListInstances({ db, clock });
  const names = async () => (await list()).map(({ name }) => name);
  const start = (name: string) => {
    const beat = makeHeartbeat({ db, clock, own: { name, kind: 'web', version: '1.4.2' } });
    beat.start();
    return beat;
  };
  const killed = start('oakfield-1-1');
  await expect.poll(names).toEqual(['oakfield-1-1']);
  expect(await list()).toMatchObject([{ kind: 'web', version: '1.4.2' }]);
  clock.forward(101_000);
  expect(await names()).toEqual([]);
  clock.forward(86_400_000);
  const second = start('oakfield-2-2');
  await expect.poll(names).toEqual(['oakfield-2-2']);
  await expect.poll(() => db('instances').select('name')).toEqual([{ name: 'oakfield-2-2' }]);
  await second.stop();
  expect(await db('instances')).toEqual([]);
  await killed.stop();
});
