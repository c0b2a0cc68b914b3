import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { migrate, openDb } from '../../src/platform/db.ts';
import { startApp } from '../support/app.ts';
import { describeSchema } from '../support/describe-schema.ts';
import { type ExternalPostgres, startExternalPostgres } from '../support/external-postgres.ts';
import { collector, lookedAfter, SOON, troubles } from '../support/job-apps.ts';
import { scene } from '../support/pictures.ts';
import { addSender, sendPhoto } from '../support/sender.ts';
import { makeHome } from '../support/service.ts';
import { job, testJobs } from '../support/test-jobs.ts';

let postgres: ExternalPostgres;
beforeAll(async () => {
  postgres = await startExternalPostgres();
});
afterAll(() => postgres.stop());

const environment = async (sslCa = postgres.ca) => {
  const { url, ownerUrl } = await postgres.database();
  return { DATABASE_URL: url, MIGRATION_DATABASE_URL: ownerUrl, DATABASE_SSL_CA: sslCa };
};

test('a PostgreSQL 15 elsewhere, by TLS: the service makes its tables there and takes a photo', async () => {
  const env = await environment();
  const app = await startApp({ env });
  const { rows } = await app.db.raw<{ rows: { version: string; ssl: boolean; role: string }[] }>(
    `select current_setting('server_version') as version, (select ssl from pg_stat_ssl where pid = pg_backend_pid()) as ssl, current_user as role`,
  );
  expect(rows).toMatchObject([{ version: expect.stringMatching(/^15\./) as string, ssl: true, role: 'app' }]);
  const maria = await addSender(app);
  expect((await sendPhoto(maria, await scene(900, 1200).jpeg().toBuffer())).status).toBe(303);
  expect(await app.checkIntegrity({ repair: false })).toMatchObject({ photos: 1, orphanFiles: 0, rowsWithoutFile: 0 });
  await app.stop();
});

test('jobs on a PostgreSQL 15 elsewhere: enqueued, run and looked after as the app’s role', async () => {
  const { done, handler } = collector();
  const app = await startApp({ env: await environment(), jobs: testJobs({ collect: handler }) });
  await app.db.transaction((trx) => app.queue.enqueue(trx, job('collect'), { n: 1 }));
  app.jobs.start();
  await expect.poll(() => done, SOON).toEqual([1]);
  await lookedAfter(app);
  expect(troubles(app)).toEqual([]);
  await app.stop();
});

test('R68: the app’s role may add to the event log, and neither change, delete nor empty it, nor alter a table', async () => {
  const env = await environment();
  const app = await startApp({ env });
  const before = await app.db('events').select();
  expect(before.length).toBeGreaterThan(0);
  for (const sql of [
    `update events set kind = 'x.y'`,
    'delete from events',
    'truncate events',
    'drop table events',
    'alter table events disable trigger all',
    'alter table parents add column x int',
    'create table x (id int)',
    'delete from knex_migrations',
  ]) {
    await expect(app.db.raw(sql), sql).rejects.toMatchObject({ code: '42501' });
  }
  expect(await app.db('events').select()).toEqual(before);
  await app.stop();
});

test('a certificate that DATABASE_SSL_CA did not sign: no connection, not even when the address asks for less', async () => {
  const env = await environment(postgres.otherCa);
  await expect(startApp({ env })).rejects.toThrow(/certificate/);
  const lax = {
    ...env,
    DATABASE_URL: `${env.DATABASE_URL}?sslmode=no-verify`,
    MIGRATION_DATABASE_URL: `${env.MIGRATION_DATABASE_URL}?sslmode=disable`,
  };
  await expect(startApp({ env: lax })).rejects.toThrow(/certificate/);
});

test('a certificate for another name: no connection', async () => {
  const env = await environment();
  const named = Object.fromEntries(
    Object.entries(env).map(([name, value]) => [name, value.replace('127.0.0.1', 'localhost')]),
  );
  await expect(startApp({ env: named })).rejects.toThrow(/certificate|altnames/);
});

test('a connection without TLS is refused by this server', async () => {
  const { url } = await postgres.database();
  const db = openDb({ url, max: 1 });
  await expect(db.raw('select 1')).rejects.toMatchObject({ code: '28000' });
  await db.destroy();
});

test('the schema on PostgreSQL 15 is the one of docs/schema.sql', async () => {
  const env = await environment();
  const app = await startApp({ env });
  const owner = openDb({ url: env.MIGRATION_DATABASE_URL, max: 1, sslCa: postgres.ca });
  const described = await describeSchema(owner);
  await owner.destroy();
  await app.stop();
  expect(described).toBe(readFileSync(fileURLToPath(new URL('../../docs/schema.sql', import.meta.url)), 'utf8'));
});

test('four that migrate one empty database at once all succeed, as processes and in step', async () => {
  const { ownerUrl } = await postgres.database();
  const pools = Array.from({ length: 4 }, () => openDb({ url: ownerUrl, max: 3, sslCa: postgres.ca }));
  const ran = await Promise.all(pools.map((db) => migrate(db, { appRole: 'app' })));
  expect(ran.filter(({ names }) => names.length > 0)).toHaveLength(1);
  for (const db of pools) await db.destroy();

  const env = { ...(await environment()), SESSION_SECRET: 'a secret that only tests know' };
  const home = makeHome(); // what follows is the database alone: no photo folder, no school
  const outcomes = await Promise.all(Array.from({ length: 4 }, () => home.cli(['migrate', '--json'], env)));
  expect(existsSync(join(home.dir, 'uploads'))).toBe(false);
  await home.remove();
  for (const outcome of outcomes) expect(outcome).toEqual({ code: 0, stdout: '{"migrated":true}', stderr: '' });
  const owner = openDb({ url: env.MIGRATION_DATABASE_URL, max: 1, sslCa: postgres.ca });
  expect(await owner('schools').select()).toEqual([]);
  await owner.destroy();
});

test('R68: an app that owns its tables works, and each start says that the event log is not safe from it', async () => {
  const { ownerUrl } = await postgres.database();
  const app = await startApp({
    env: { DATABASE_URL: ownerUrl, MIGRATION_DATABASE_URL: '', DATABASE_SSL_CA: postgres.ca },
  });
  expect(app.logs.join('')).toContain('the app owns its tables and could change the event log');
  await addSender(app);
  await app.stop();
  const apart = await startApp({ env: await environment() });
  expect(apart.logs.join('')).not.toContain('owns its tables');
  await apart.stop();
});
