import { afterAll, beforeAll, expect, test } from 'vitest';
import { openDb } from '../../src/platform/db.ts';
import { askPrepared } from '../../src/platform/prepared.ts';
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
