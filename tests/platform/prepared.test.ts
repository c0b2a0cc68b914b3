import { afterAll, beforeAll, expect, test } from 'vitest';
import { openDb, type Trx } from '../../src/platform/db.ts';
import { askPrepared, insertPrepared } from '../../src/platform/prepared.ts';
import { type App, startApp } from '../support/app.ts';

let app: App;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.stop());

test('a question is kept by its connection, and asked anew when a migration changed the type of its answer', async () => {
  const owner = openDb({ url: app.ownerUrl, max: 1 });
  await owner.raw('create table kept (id int); insert into kept values (7); grant select on kept to app');
  const ask = () => askPrepared<{ id: unknown }>(app.db, 'select id from kept where id = $1', [7]);
  expect(await Promise.all([ask(), ask(), ask(), ask()])).toEqual(Array(4).fill([{ id: 7 }]));
  await owner.raw('alter table kept alter column id type bigint');
  await owner.destroy();
  for (let time = 0; time < 8; time += 1) expect(await ask()).toEqual([{ id: '7' }]);
  await expect(askPrepared(app.db, 'select nonsense', [])).rejects.toMatchObject({ code: '42703' });
});

test('a transaction that meets an outdated plan is lost, and the next one is not', async () => {
  const [owner, one] = [openDb({ url: app.ownerUrl, max: 1 }), openDb({ url: app.ownerUrl, max: 1 })];
  await owner.raw('create table counted (id int); insert into counted values (7)');
  const ask = () =>
    one.transaction((trx) => askPrepared<{ id: unknown }>(trx, 'select id from counted where id = $1', [7]));
  expect(await ask()).toEqual([{ id: 7 }]);
  await owner.raw('alter table counted alter column id type bigint');
  await expect(ask()).rejects.toMatchObject({ code: '0A000' });
  expect(await ask()).toEqual([{ id: '7' }]);
  await Promise.all([owner.destroy(), one.destroy()]);
});

test('a transaction that is over is asked nothing: its connection may be another’s', async () => {
  const [trx] = await app.db.transaction(async (open) => Promise.resolve([open]));
  await expect(askPrepared(app.db, 'select 1', [])).resolves.toHaveLength(1);
  await expect(askPrepared(trx as Trx, 'select 1', [])).rejects.toThrow('over');
});

test('a row is inserted with what is given, and the defaults of the table for the rest', async () => {
  const owner = openDb({ url: app.ownerUrl, max: 1 });
  await owner.raw(`create table filled (id bigint generated always as identity, a text default 'usual', b int)`);
  const insert = (row: { a?: string; b: number }) =>
    owner.transaction((trx) => insertPrepared(trx, 'filled', row as Record<string, string | number>));
  expect([await insert({ b: 1 }), await insert({ a: 'other', b: 2 })]).toEqual(['1', '2']);
  expect(await owner('filled').orderBy('id').select('a', 'b')).toEqual([
    { a: 'usual', b: 1 },
    { a: 'other', b: 2 },
  ]);
  await owner.destroy();
});
