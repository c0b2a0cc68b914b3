import { afterEach, beforeEach, expect, test } from 'vitest';
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
