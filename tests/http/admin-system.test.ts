import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { paths } from '../../src/http/paths.ts';
import { failureSentence } from '../../src/http/presenters/failure-sentence.ts';
import { makeI18n } from '../../src/platform/i18n.ts';
import { startApp } from '../support/app.ts';
import { addStaff } from '../support/cast.ts';
import { enterOffice, expectSound, noticeOn } from '../support/office-visitor.ts';
import { ago, giveJobs, giveWork } from '../support/staged-system.ts';
import { concernsOn, startSystemPage, tilesOn } from '../support/system-page.ts';

let at: Awaited<ReturnType<typeof startSystemPage>>;
beforeAll(async () => {
  at = await startSystemPage();
});
afterAll(() => at.stop());
beforeEach(() => at.reset());

test('all is well: admins alone see it, and find it in the menu', async () => {
  await giveWork(at.app, { kind: 'doctor', state: 'done', detail: { photos: 2406, orphans: 0, missing: 0 } });
  const page = await at.ruth.follow(await at.ruth.open(paths.adminParents), 'System status');
  expectSound(page);
  expect(page.text).toContain('Everything works.');
  expect(tilesOn(page)).toEqual([
    'WorkingWebsite and database',
    'WorkingPhoto checks',
    'WorkingJobs',
    'WorkingBackups',
  ]);
  expect(page.text).toContain('Check photosIdle000Not lately');
  expect(page.text).toContain('2,406 agree, 0 differ');
  expect(page.text).toMatch(/Copied to S3 ?2,402, 0 waiting/);
  expect(page.text).toMatch(/Version ?\d+\.\d+\.\d+/);
  const ben = await enterOffice(at.app, 'ben');
  expect((await ben.open(paths.adminStatus)).status).toBe(403);
  expect((await ben.open(paths.review)).text).not.toContain('System status');
});

test('failed jobs: what failed, without what messages quote, and all of the kind are tried again', async () => {
  await giveJobs(at.app, { failed: 3 }, `Error ECONNREFUSED /uploads/Maria Santos/onboarding/0b7c`);
  const page = await at.open();
  expect(concernsOn(page)).toEqual(['Check photos: 3 jobs have failed.']);
  expect(page.root.querySelector('.bul a')?.getAttribute('href')).toBe('#jobs');
  expect(tilesOn(page).slice(1, 3)).toEqual(['LookPhoto checks', 'LookJobs']);
  expect(page.text).toContain('A part of the service could not be reached.Failed003');
  expect(page.html).not.toMatch(/Maria|0b7c|ECONNREFUSED/);
  const after = await at.ruth.submit(page, 'Try again');
  expect(noticeOn(after)).toBe('The failed jobs are tried again.');
  expect(await at.app.queue.count()).toMatchObject({ 'photo-check': { waiting: 3, running: 0, failed: 0 } });
  expect((await at.events())[0]).toEqual({
    kind: 'system.jobs-retried',
    data: { job: 'photo-check', jobs: 3 },
    staffId: at.ruthId,
  });
  expect(noticeOn(await at.ruth.submit(page, 'Try again'))).toContain('No job of this kind has failed any more.');
  expect(await at.events()).toHaveLength(1);
});

test('jobs that nobody runs are told of after ten minutes', async () => {
  await giveJobs(at.app, { created: 2 });
  await at.app.db.raw(`update pgboss.job set start_after = now() - interval '9 minutes'`);
  expect(concernsOn(await at.open())).toEqual([]);
  await at.app.db.raw(`update pgboss.job set start_after = now() - interval '11 minutes'`);
  expect(concernsOn(await at.open())[0]).toMatch(/^Check photos: a job could have been run .* and was not\.$/);
  await at.app.db.raw(`update pgboss.job set state = 'active' where id = (select id from pgboss.job limit 1)`);
  expect(concernsOn(await at.open())).toEqual([]); // they come in their turn
});

test('work that runs: who started it, how far it is, how long it takes; it can be cancelled once', async () => {
  await giveWork(at.app, { startedBy: at.ruthId, done: 142, total: 289, startedAt: ago(6 * 60_000) });
  await giveWork(at.app, { kind: 'doctor' });
  const page = await at.open();
  const [backup, doctor] = page.root
    .querySelectorAll('#jobs > .card')
    .map((card) => card.text.replace(/\s+/g, ' ').trim());
  expect(backup).toMatch(
    /^Back up, started .* by Ruth Adeyemi142 of 289About 7 minutes left\. You can leave this page\./,
  );
  expect(doctor).toMatch(/^Compare rows and files, started .*We do not know yet how long it takes\./);
  expect(page.root.querySelectorAll('#jobs progress').map((bar) => bar.getAttribute('value'))).toEqual([
    '142',
    undefined,
  ]);
  expect(page.root.querySelectorAll('#backups button').map((button) => button.text.trim())).toEqual([
    'Rehearse a restore',
    'Verify',
  ]);
  const after = await at.ruth.submit(page, 'Cancel');
  expect(noticeOn(after)).toBe('It was asked to end and does so soon.');
  expect(await at.app.longWork.running()).toMatchObject([
    { kind: 'backup', cancelAskedAt: expect.any(Date) as Date },
    { cancelAskedAt: null },
  ]);
  expect(after.root.querySelectorAll('#jobs > .card button')).toHaveLength(1);
  expect((await at.events())[0]).toMatchObject({ kind: 'system.work-cancelled', staffId: at.ruthId });
  await at.app.db('long_work').update({ state: 'done', ended_at: new Date() });
  expect(noticeOn(await at.ruth.submit(page, 'Cancel'))).toContain('It had ended already.');
});

test('somebody of another school who started it is not named', async () => {
  const elmwood = await at.app.createSchool({ kind: 'cli' }, { name: 'Elmwood School', timeZone: 'UTC' });
  const startedBy = await addStaff(at.app, 'walter', elmwood.id);
  await giveWork(at.app, { startedBy });
  const page = await at.open();
  expect(page.text).toMatch(/Back up, started .* by someone of another school/);
  expect(page.html).not.toContain('Walter');
});

test('what differs, and copies that are late', async () => {
  await giveWork(at.app, {
    kind: 'doctor',
    state: 'done',
    detail: { photos: 100, orphans: 1, missing: 2, damaged: 3, strays: 0 },
  });
  at.staged.now.mirror = { copied: 90, waiting: 10, oldestAt: ago(2 * 3600_000) };
  const page = await at.open();
  expect(page.text).toContain('95 agree, 6 differ');
  expect(page.text).toContain('90, 10 waiting, the oldest for 2 hours');
  expect(concernsOn(page)).toEqual([
    '6 photos and their rows differ. Ask the people who run this service.',
    'A photo has been waiting for its copy in S3 for 2 hours.',
  ]);
});

test('forms that are none of ours change nothing', async () => {
  await giveJobs(at.app, { failed: 1 });
  const _csrf = (await at.open()).root.querySelector('input[name=_csrf]')?.getAttribute('value') ?? '';
  const post = async (path: string, fields: Record<string, string>) =>
    (await at.ruth.post(path, new URLSearchParams({ _csrf, ...fields }))).status;
  for (const job of ['', 'x'.repeat(41), 'Maria', "x'y", 'photo-check\u0000'])
    expect(await post(paths.adminStatusRetry, { job })).toBe(400);
  for (const work of ['', '-1', '1e3', '9'.repeat(30)]) expect(await post(paths.adminStatusCancel, { work })).toBe(400);
  for (const work of ['', 'doctor', 'storage-move']) expect(await post(paths.adminStatusWork, { work })).toBe(400);
  expect((await at.ruth.post(paths.adminStatusRetry, new URLSearchParams({ job: 'photo-check' }))).status).toBe(403);
  expect(await at.app.queue.count()).toMatchObject({ 'photo-check': { failed: 1 } });
  expect(at.staged.asked).toEqual([]);
});

test('a service of its own: no backup yet, and no copies where there is no mirror', async () => {
  const other = await startApp();
  await addStaff(other, 'ruth');
  const page = await (await enterOffice(other, 'ruth')).open(paths.adminStatus);
  expectSound(page);
  expect(tilesOn(page).slice(0, 3)).toEqual(['WorkingWebsite and database', 'OffPhoto checks', 'WorkingJobs']);
  expect(concernsOn(page)).toContain('There is no backup yet.');
  expect(page.text).not.toContain('Copied to S3');
  await other.stop();
});

test('failures in the words of a program become sentences; unknown ones say where to look', async () => {
  const speech = (await makeI18n()).speak('en', 'UTC');
  const said = (failure: string | null) => failureSentence(speech, failure);
  expect(said('Error ENOSPC')).toBe('The disk is full.');
  expect(said('S3ServiceException AccessDenied')).toBe('S3 refused the key that we have.');
  expect(said('NoSuchBucket')).toBe('The bucket in S3 does not exist.');
  expect(said('job timed out')).toBe('A part of the service did not answer in time.');
  expect(said('its process ended')).toBe('The service ended before it was done.');
  expect(said('Error the face checker gave no answer')).toBe('The face checker gave no answer.');
  for (const failure of [null, '', 'Error Maria Santos', 'ZodError'])
    expect(said(failure)).toBe('Something went wrong. The log of the service says what.');
});
