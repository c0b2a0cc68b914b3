import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { makeReadSystemStatus, type SystemStatus } from '../../src/dashboard/system-status.ts';
import { makeListErrors } from '../../src/dashboard/list-errors.ts';
import { makeListInstances } from '../../src/platform/instances.ts';
import { type App, startApp } from '../support/app.ts';
import { giveJobs, giveWork } from '../support/staged-system.ts';

let app: App;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.stop());
beforeEach(async () => {
  await app.db('long_work').delete();
  await app.db.raw('delete from pgboss.job');
});

type Deps = Parameters<typeof makeReadSystemStatus>[0];

const reader = (changes: Partial<Deps> = {}) =>
  makeReadSystemStatus({
    ...app,
    checkJobs: app.queue.check,
    photoDir: app.uploadsDir,
    databaseDir: undefined,
    mirrorBacklog: undefined,
    backupState: app.officeBackups.state,
    listInstances: makeListInstances(app),
    listErrors: makeListErrors(app),
    deadlineMs: 500,
    ...changes,
  });

test('what is wrong with a part, and not just away, is noted', async () => {
  const places: string[] = [];
  const noteError = (_error: unknown, { place }: { place: string }) => {
    places.push(place);
    return { errorId: '', fingerprint: '' };
  };
  const wrong = () => Promise.reject(new TypeError('rows of undefined'));
  await reader({ listErrors: wrong, checkStorage: wrong, noteError })();
  expect(places).toEqual(['status errors']);
});

const jobOf = ({ jobs }: SystemStatus, name: string) =>
  jobs.ok ? jobs.value.find((job) => job.name === name) : undefined;

test('every part says how it is', async () => {
  const status = await reader({ databaseDir: app.uploadsDir })();
  const volume = { used: expect.any(Number) as number, size: expect.any(Number) as number };
  expect(status).toMatchObject({
    database: { ok: true, value: { bytes: expect.any(Number) as number, volume } },
    instances: { ok: true, value: [] },
    errors: { ok: true, value: [] },
    storage: { ok: true },
    photoVolume: { ok: true, value: volume },
    jobs: { ok: true },
    jobsServed: { ok: true },
    works: { ok: true, value: [] },
    doctor: { ok: true, value: undefined },
    mirror: undefined,
    backups: { ok: true, value: { newest: undefined } },
  });
  expect(jobOf(status, 'photo-check')).toMatchObject({ waiting: 0, failed: 0 });
  const { database, photoVolume } = status;
  if (!database.ok || !photoVolume?.ok) throw new Error('they are away');
  expect(database.value.bytes).toBeGreaterThan(1e6);
  expect(database.value).toMatchObject({ version: expect.stringMatching(/^18/) as string, migrations: { missing: 0 } });
  expect(database.value.connections).toBeGreaterThan(0);
  expect(database.value.mostConnections).toBeGreaterThan(database.value.connections);
  expect(database.value.migrations.done).toBeGreaterThan(15);
  expect(photoVolume.value.used).toBeGreaterThan(0);
  expect(photoVolume.value.size).toBeGreaterThan(photoVolume.value.used);
});

test('parts that fail or hang are away, the others are not, and one that hangs is asked once', async () => {
  let asked = 0;
  let answer = (): void => undefined;
  const slow = new Promise<void>((resolve) => (answer = resolve));
  const read = reader({
    checkStorage: () => Promise.reject(new Error('ENOSPC')),
    mirrorBacklog: () => {
      throw new Error('at once');
    },
    backupState: () => {
      asked += 1;
      return slow.then(() => ({ isKeyKept: true, isRed: false }) as never);
    },
    photoDir: '/nowhere/at/all',
  });
  const away = { ok: false, reason: 'away' };
  for (const status of await Promise.all([read(), read(), read()])) {
    expect(status).toMatchObject({ storage: away, mirror: away, backups: away, photoVolume: away });
    expect(status).toMatchObject({ database: { ok: true }, jobs: { ok: true }, works: { ok: true } });
  }
  expect(await read()).toMatchObject({ backups: away });
  expect(asked).toBe(1);
  answer();
  await slow;
  expect(await read()).toMatchObject({ backups: { ok: true, value: { isKeyKept: true } } });
  expect(await read()).toMatchObject({ backups: { ok: true } });
  expect(asked).toBeGreaterThan(1); // what it said once is not said for ever
});

test('a database that hangs is away within the deadline', async () => {
  const locked = await app.db.transaction();
  await locked.raw('lock table long_work in access exclusive mode');
  const status = await reader()();
  expect(status).toMatchObject({
    works: { ok: false },
    doctor: { ok: false },
    jobs: { ok: false },
    storage: { ok: true },
  });
  await locked.rollback();
});

test('the last run of work that takes minutes outlives its job, which is forgotten after a day', async () => {
  await giveJobs(app, { failed: 1 });
  await giveWork(app, { kind: 'photo-check', state: 'done' });
  await app.db('long_work').update({ ended_at: '2031-01-01T00:00:00Z' });
  const lastRunAt = new Date('2031-01-01T00:00:00Z');
  expect(jobOf(await reader()(), 'photo-check')).toMatchObject({ failed: 1, lastRunAt });
});
