import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { doctorCommand } from '../../src/commands/doctor.ts';
import { makeRunDoctor } from '../../src/jobs/run-doctor.ts';
import type { CheckOptions } from '../../src/photos/check-integrity.ts';
import { type App, movableClock, startApp } from '../support/app.ts';
import { addParent } from '../support/cast.ts';
import { SOON } from '../support/job-apps.ts';
import { portraitsOf } from '../support/portraits.ts';

const HOUR = 3_600_000;
const clock = movableClock();
let app: App;
beforeAll(async () => {
  app = await startApp({ clock, env: { BACKUP_AT: '02:00', SCHOOL_TIME_ZONE: 'Europe/London' } });
  for (let n = 0; n < 3; n += 1) await portraitsOf(app).send(await addParent(app));
});
afterEach(() => app.db('long_work').delete());
afterAll(() => app.stop());

const doctor = (repair = false) => doctorCommand.run(app, { values: { repair }, words: [] });

test('it is queued once a night, an hour after the backup, and what it found is kept', async () => {
  await app.runSchedules();
  clock.forward(25 * HOUR);
  await Promise.all([app.runSchedules(), app.runSchedules()]);
  expect(await app.queue.count()).toMatchObject({ doctor: { waiting: 1 } });
  app.jobs.start();
  await expect.poll(() => app.longWork.latest('doctor', 'done'), SOON).toBeDefined();
  const { detail, done, total } = (await app.longWork.latest('doctor')) ?? {};
  expect(detail).toMatchObject({ photos: 3, orphans: 0, missing: 0, damaged: 0, unbacked: 0, strays: 0 });
  expect([done, total]).toEqual([3, 3]);
});

test('each night reads the photos after those of the last, and begins again at the end', async () => {
  const read: CheckOptions['read'][] = [];
  const checkIntegrity: typeof app.checkIntegrity = (asked) => {
    read.push(asked.read);
    return app.checkIntegrity({ ...asked, read: { from: asked.read?.from ?? '', photos: 2 } });
  };
  const { examineNightly } = makeRunDoctor({ ...app, checkIntegrity });
  for (let night = 0; night < 3; night += 1) await examineNightly({});
  const keys = await app.db('photos').orderByRaw('filename collate "C"').pluck<string[]>('filename');
  expect(read).toMatchObject([
    { from: '', photos: 20_000 },
    { from: keys[1], photos: 20_000 },
    { from: '', photos: 20_000 },
  ]);
});

test('jobs that failed for good and work whose process ended are named, and a repair settles them', async () => {
  await app.db.raw(
    `insert into pgboss.job (name, state, data, output, retry_limit, completed_on)
     values ('photo-check', 'failed', '{"photoId": 1}', '{"message": "no"}', 6, now())`,
  );
  const long = new Date(Date.now() - HOUR);
  await app.db('long_work').insert({ kind: 'backup', started_at: long, heard_at: long });
  const said = await doctor();
  expect(said).toMatchObject({ exit: 1, json: { failed_jobs: 1, lost_work: 1, rows_without_file: 0 } });
  expect(said.text).toContain('--repair lets them be tried once more');
  expect(await doctor(true)).toMatchObject({ exit: 0, json: { failed_jobs: 0, retried: 1, lost_work: 0, closed: 1 } });
  expect(await app.longWork.latest('backup')).toMatchObject({ state: 'failed', failure: 'its process ended' });
});

test('where another one is at work it says so; what is cancelled says that nothing is lost', async () => {
  await app.db('long_work').insert({ kind: 'doctor', started_at: clock.now(), heard_at: clock.now() });
  expect(await doctor()).toMatchObject({ exit: 1, json: { refused: 'running' } });
  await app.db('long_work').delete();
  const stopping = AbortSignal.abort();
  expect(await app.doctor.examine({ repair: false, stopping })).toEqual({ ok: false, reason: 'cancelled' });
});
