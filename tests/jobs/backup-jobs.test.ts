import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Db, openDb } from '../../src/platform/db.ts';
import { type App, movableClock, startApp } from '../support/app.ts';
import { BACKUP_ENV } from '../support/backups.ts';
import { SOON } from '../support/job-apps.ts';

const HOUR = 3_600_000;
let clock: ReturnType<typeof movableClock>;
let app: App;
const start = async (env: Record<string, string>) => {
  clock = movableClock();
  app = await startApp({ env: { BACKUP_AT: '02:00', SCHOOL_TIME_ZONE: 'Europe/London', ...env }, clock });
};
beforeEach(() => start(BACKUP_ENV));
afterEach(() => app.stop());

const waiting = async () => {
  const counts = await app.queue.count();
  return Object.fromEntries(Object.entries(counts).map(([name, { waiting }]) => [name, waiting]));
};

test('the nightly backup is queued once a night, the rehearsal once a week', async () => {
  expect(await app.runSchedules()).toBe(0); // new: first due at their next time
  clock.forward(25 * HOUR);
  await Promise.all([app.runSchedules(), app.runSchedules()]);
  expect(await waiting()).toMatchObject({ backup: 1 });
  const [started_at, heard_at, ended_at] = [clock.now(), clock.now(), clock.now()];
  await app.db('long_work').insert({ kind: 'backup', state: 'done', started_at, heard_at, ended_at });
  clock.forward(7 * 24 * HOUR);
  await app.runSchedules();
  expect(await waiting()).toMatchObject({ backup: 1, 'backup-rehearsal': 1 });
});

test('it waits until somebody keeps the key that was made up', async () => {
  await app.stop();
  await start({ BACKUP_KEY: '' });
  await app.runSchedules();
  clock.forward(25 * HOUR);
  await app.runSchedules();
  expect(await waiting()).toMatchObject({ backup: 0 });
  expect(await app.backups.confirmKept()).toBe(false); // there is none that somebody could have seen
  expect(await app.backups.isKept()).toBe(false);
  await app.backups.key.get();
  expect(await app.backups.confirmKept()).toBe(true);
  clock.forward(24 * HOUR);
  await app.runSchedules();
  expect(await waiting()).toMatchObject({ backup: 1 });
});

test('the job makes a backup and looks at it afterwards; both tell how they went', async () => {
  await app.db.transaction((trx) => app.queue.enqueue(trx, 'backup', {}));
  app.jobs.start();
  await expect.poll(() => app.longWork.latest('backup-verify', 'done'), { ...SOON, timeout: 20_000 }).toBeDefined();
  const { newest, verified, failed, isRed, ageSeconds } = await app.backups.state();
  expect({ failed, isRed }).toEqual({ failed: undefined, isRed: false });
  expect(newest?.detail).toMatchObject({ faults: 0, places: 1, new_files: 0 });
  expect(verified?.detail).toMatchObject({ id: newest?.detail['id'], faults: 0 });
  expect(ageSeconds).toBeGreaterThanOrEqual(0);
  clock.forward(27 * HOUR);
  expect(await app.backups.state()).toMatchObject({ isOld: true, isRed: true });
});

test('one runs at a time: a second one comes later, and one that its process gave up is tried again', async () => {
  const [one, other] = await Promise.all([app.backups.run(), app.backups.run()]);
  expect([one.ok, other.ok].sort()).toEqual([false, true]);
  await app.db('long_work').insert({ kind: 'backup', started_at: clock.now(), heard_at: clock.now() });
  const never = new AbortController().signal;
  await app.backupJobs.backup({}, { signal: never });
  const [later] = await app.queue.list();
  expect(later).toMatchObject({ name: 'backup', state: 'waiting' });
  expect(later?.startsAt.getTime()).toBeGreaterThan(Date.now() + 60_000);
  await app.db('long_work').where({ state: 'running' }).delete();
  await expect(app.backupJobs.backup({}, { signal: AbortSignal.abort() })).rejects.toThrow('stopped');
});

test('the first backup, when it is cancelled, ends at once, whatever it waits for; nothing is queued to look at it', async () => {
  const owner = openDb({ url: app.ownerUrl, max: 2 });
  const held = await owner.transaction();
  await held.raw('lock table sessions in access exclusive mode');
  const job = app.backupJobs.backup({}, { signal: new AbortController().signal });
  await expect.poll(() => isWaiting(owner), SOON).toBe(true);
  const [work] = await app.longWork.running();
  const asked = performance.now();
  await app.longWork.cancel(work?.id ?? 0);
  await job;
  expect(performance.now() - asked).toBeLessThan(5000); // it would wait for the lock for a minute
  await held.rollback();
  await owner.destroy();
  expect(await app.longWork.latest('backup')).toMatchObject({ state: 'cancelled' });
  expect(await waiting()).toMatchObject({ backup: 0, 'backup-verify': 0 });
  expect(await app.backups.canRehearse()).toBe(false);
});

/** Whether the backup stands before a table that somebody holds. */
const isWaiting = async (owner: Db): Promise<boolean> => {
  const { rows } = await owner.raw<{ rows: object[] }>(
    `select from pg_stat_activity where application_name = 'parent-onboarding-backup' and wait_event_type = 'Lock'
       and datname = current_database()`,
  );
  return rows.length > 0;
};
