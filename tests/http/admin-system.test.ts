import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { paths } from '../../src/http/paths.ts';
import { failureSentence } from '../../src/http/presenters/failure-sentence.ts';
import { makeI18n } from '../../src/platform/i18n.ts';
import { type App, startApp } from '../support/app.ts';
import { addStaff } from '../support/cast.ts';
import { enterOffice, expectSound, noticeOn } from '../support/office-visitor.ts';
import { ago, giveJobs, giveWork, goodBackups, makeStaged, NO_BACKUPS } from '../support/staged-system.ts';
import type { Page, Visitor } from '../support/visitor.ts';

const DAY = 24 * 3600_000;
const staged = makeStaged();
const good = { ...staged.now };
let app: App;
let ruth: Visitor;
let ruthId: number;
beforeAll(async () => {
  app = await startApp({ parts: staged.parts, env: { CHECKS: 'basic' } });
  ruthId = await addStaff(app, 'ruth');
  await addStaff(app, 'ben');
  ruth = await enterOffice(app, 'ruth');
});
afterAll(() => app.stop());
beforeEach(async () => {
  Object.assign(staged.now, good);
  staged.asked.length = 0;
  await app.db('long_work').delete();
  await app.db.raw('delete from pgboss.job');
});

const open = async (): Promise<Page> => {
  const page = await ruth.open(paths.adminStatus);
  expect(page.status).toBe(200);
  expectSound(page);
  return page;
};
const tilesOn = (page: Page) => page.root.querySelectorAll('.tile').map(({ text }) => text);
const concernsOn = (page: Page) => page.root.querySelectorAll('.bul a').map(({ text }) => text);
const checksOn = (page: Page) => page.root.querySelectorAll('.checks li').map((row) => row.text.trim());
const events = async () => {
  const rows = await app
    .db('events')
    .where('kind', 'like', 'system.%')
    .orderBy('id', 'desc')
    .select<{ kind: string; data: object; staff_id: string }[]>('kind', 'data', 'staff_id');
  return rows.map(({ kind, data, staff_id }) => ({ kind, data, staffId: Number(staff_id) }));
};

test('all is well: admins alone see it, and find it in the menu', async () => {
  await giveWork(app, { kind: 'doctor', state: 'done', detail: { photos: 2406, orphans: 0, missing: 0 } });
  const page = await ruth.follow(await ruth.open(paths.adminParents), 'System status');
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
  const ben = await enterOffice(app, 'ben');
  expect((await ben.open(paths.adminStatus)).status).toBe(403);
  expect((await ben.open(paths.review)).text).not.toContain('System status');
});

test('failed jobs: what failed, without what messages quote, and all of the kind are tried again', async () => {
  await giveJobs(app, { failed: 3 }, `Error ECONNREFUSED /uploads/Maria Santos/onboarding/0b7c`);
  const page = await open();
  expect(concernsOn(page)).toEqual(['Check photos: 3 jobs have failed.']);
  expect(page.root.querySelector('.bul a')?.getAttribute('href')).toBe('#jobs');
  expect(tilesOn(page).slice(1, 3)).toEqual(['LookPhoto checks', 'LookJobs']);
  expect(page.text).toContain('A part of the service could not be reached.Failed003');
  expect(page.html).not.toMatch(/Maria|0b7c|ECONNREFUSED/);
  const after = await ruth.submit(page, 'Try again');
  expect(noticeOn(after)).toBe('The failed jobs are tried again.');
  expect(await app.queue.count()).toEqual({ 'photo-check': { waiting: 3, running: 0, failed: 0 } });
  expect((await events())[0]).toEqual({
    kind: 'system.jobs-retried',
    data: { job: 'photo-check', jobs: 3 },
    staffId: ruthId,
  });
  expect(noticeOn(await ruth.submit(page, 'Try again'))).toContain('No job of this kind has failed any more.');
  expect(await events()).toHaveLength(1);
});

test('jobs that nobody runs are told of after ten minutes', async () => {
  await giveJobs(app, { created: 2 });
  await app.db.raw(`update pgboss.job set start_after = now() - interval '9 minutes'`);
  expect(concernsOn(await open())).toEqual([]);
  await app.db.raw(`update pgboss.job set start_after = now() - interval '11 minutes'`);
  expect(concernsOn(await open())[0]).toMatch(/^Check photos: a job could have been run .* and was not\.$/);
  await app.db.raw(`update pgboss.job set state = 'active' where id = (select id from pgboss.job limit 1)`);
  expect(concernsOn(await open())).toEqual([]); // they come in their turn
});

test('work that runs: who started it, how far it is, how long it takes; it can be cancelled once', async () => {
  await giveWork(app, { startedBy: ruthId, done: 142, total: 289, startedAt: ago(6 * 60_000) });
  await giveWork(app, { kind: 'doctor' });
  const page = await open();
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
  const after = await ruth.submit(page, 'Cancel');
  expect(noticeOn(after)).toBe('It was asked to end and does so soon.');
  expect(await app.longWork.running()).toMatchObject([
    { kind: 'backup', cancelAskedAt: expect.any(Date) as Date },
    { cancelAskedAt: null },
  ]);
  expect(after.root.querySelectorAll('#jobs > .card button')).toHaveLength(1);
  expect((await events())[0]).toMatchObject({ kind: 'system.work-cancelled', staffId: ruthId });
  await app.db('long_work').update({ state: 'done', ended_at: new Date() });
  expect(noticeOn(await ruth.submit(page, 'Cancel'))).toContain('It had ended already.');
});

test('somebody of another school who started it is not named', async () => {
  const elmwood = await app.createSchool({ kind: 'cli' }, { name: 'Elmwood School', timeZone: 'UTC' });
  const startedBy = await addStaff(app, 'walter', elmwood.id);
  await giveWork(app, { startedBy });
  const page = await open();
  expect(page.text).toMatch(/Back up, started .* by someone of another school/);
  expect(page.html).not.toContain('Walter');
});

describe('backups', () => {
  test('how old, how large, in how many places, verified and rehearsed; each can be asked for', async () => {
    expect(checksOn(await open())).toEqual([
      expect.stringMatching(/^Database13 hours old: .*, 48\u00a0MB, in 2 places$/),
      expect.stringMatching(/^Photos13 hours old: .*, 1\.9\u00a0GB, 12 new$/),
      expect.stringMatching(/^Verified.*: every checksum is right \(2,406 files\)$/),
      expect.stringMatching(/^Restore rehearsed9 days ago: \d+ \w+ \d{4}, took 4 minutes$/),
    ]);
    for (const button of ['Rehearse a restore', 'Verify', 'Back up now']) {
      const after = await ruth.submit(await open(), button);
      expect(noticeOn(after)).toBe('It starts in a moment. You can leave this page.');
    }
    expect(staged.asked).toEqual([
      `backup-rehearsal by ${ruthId}`,
      `backup-verify by ${ruthId}`,
      `backup by ${ruthId}`,
    ]);
    expect((await events()).slice(0, 3).map(({ kind }) => kind)).toEqual([
      'system.backup-asked',
      'system.backup-verify-asked',
      'system.backup-rehearsal-asked',
    ]);
  });

  test.each([
    ['none yet', NO_BACKUPS, ['There is no backup yet.', 'The backup key is kept in one place only.'], 'Look'],
    ['none yet, for too long', { ...NO_BACKUPS, isKeyKept: true, isRed: true }, ['There is no backup yet.'], 'Failed'],
    ['27 hours old', goodBackups({ newest: newestAt(27 * 3600_000) }), ['The last backup is 27 hours old.'], 'Failed'],
    ['25 hours old', goodBackups({ newest: newestAt(25 * 3600_000) }), [], 'Working'],
    ['one failed since', goodBackups({ lastFailure: failedAt(3600_000) }), ['The last backup has failed.'], 'Failed'],
    ['one failed before', goodBackups({ lastFailure: failedAt(14 * 3600_000) }), [], 'Working'],
    [
      'verified 9 days ago',
      goodBackups({ verified: { at: ago(9 * DAY), files: 1, faults: 0 } }),
      ['The backups were last verified 9 days ago.'],
      'Look',
    ],
    ['never verified', goodBackups({ verified: undefined }), ['The backups were never verified.'], 'Look'],
    [
      'altered',
      goodBackups({ verified: { at: ago(DAY), files: 9, faults: 1 } }),
      ['A backup is not as it was made.'],
      'Failed',
    ],
    [
      'rehearsed 31 days ago',
      goodBackups({ rehearsed: { at: ago(31 * DAY), seconds: 9, faults: 0 } }),
      ['The last rehearsal of a restore is 31 days old.'],
      'Look',
    ],
    ['rehearsed 29 days ago', goodBackups({ rehearsed: { at: ago(29 * DAY), seconds: 9, faults: 0 } }), [], 'Working'],
    [
      'rehearsed with differences',
      goodBackups({ rehearsed: { at: ago(DAY), seconds: 9, faults: 2 } }),
      ['The last rehearsal of a restore found differences.'],
      'Failed',
    ],
  ] as const)('%s', async (_, state, concerns, word) => {
    staged.now.backups = state;
    const page = await open();
    expect(concernsOn(page)).toEqual(concerns);
    expect(tilesOn(page)[3]).toBe(`${word}Backups`);
  });

  test('the key has to be kept somewhere else, which is confirmed once', async () => {
    staged.now.backups = goodBackups({ isKeyKept: false });
    const page = await open();
    expect(page.text).toContain('Keep the backup key somewhere elseWithout the key no backup can be opened');
    expect(noticeOn(await ruth.submit(page, 'The key is kept somewhere else'))).toMatch(/^Thank you\./);
    expect(staged.asked).toEqual([`key by ${ruthId}`]);
    expect((await events())[0]).toMatchObject({ kind: 'system.key-kept', staffId: ruthId });
    Object.assign(staged.now, good);
    expect((await open()).text).not.toContain('Keep the backup key');
  });

  test('that do not answer, or hang, leave the rest of the page as it is', async () => {
    for (const how of ['fails', 'hangs'] as const) {
      staged.now.backups = how;
      const page = await open();
      expect(concernsOn(page)).toEqual(['We cannot see how the backups are.']);
      expect(tilesOn(page)).toEqual([
        'WorkingWebsite and database',
        'WorkingPhoto checks',
        'WorkingJobs',
        'FailedBackups',
      ]);
      expect(page.text).toContain('Load this page again in a minute.');
    }
    Object.assign(staged.now, good);
    await expect.poll(async () => concernsOn(await open()), { timeout: 10_000 }).toEqual([]);
  }, 20_000);
});

test('what differs, and copies that are late', async () => {
  await giveWork(app, {
    kind: 'doctor',
    state: 'done',
    detail: { photos: 100, orphans: 1, missing: 2, damaged: 3, strays: 0 },
  });
  staged.now.mirror = { copied: 90, waiting: 10, oldestAt: ago(2 * 3600_000) };
  const page = await open();
  expect(page.text).toContain('95 agree, 6 differ');
  expect(page.text).toContain('90, 10 waiting, the oldest for 2 hours');
  expect(concernsOn(page)).toEqual([
    '6 photos and their rows differ. Ask the people who run this service.',
    'A photo has been waiting for its copy in S3 for 2 hours.',
  ]);
});

test('forms that are none of ours change nothing', async () => {
  await giveJobs(app, { failed: 1 });
  const _csrf = (await open()).root.querySelector('input[name=_csrf]')?.getAttribute('value') ?? '';
  const post = async (path: string, fields: Record<string, string>) =>
    (await ruth.post(path, new URLSearchParams({ _csrf, ...fields }))).status;
  for (const job of ['', 'x'.repeat(41), 'Maria', "x'y", 'photo-check\u0000'])
    expect(await post(paths.adminStatusRetry, { job })).toBe(400);
  for (const work of ['', '-1', '1e3', '9'.repeat(30)]) expect(await post(paths.adminStatusCancel, { work })).toBe(400);
  for (const work of ['', 'doctor', 'storage-move']) expect(await post(paths.adminStatusWork, { work })).toBe(400);
  expect((await ruth.post(paths.adminStatusRetry, new URLSearchParams({ job: 'photo-check' }))).status).toBe(403);
  expect(await app.queue.count()).toMatchObject({ 'photo-check': { failed: 1 } });
  expect(staged.asked).toEqual([]);
});

test('a service without backups and copies shows none', async () => {
  const other = await startApp();
  await addStaff(other, 'ruth');
  const page = await (await enterOffice(other, 'ruth')).open(paths.adminStatus);
  expectSound(page);
  expect(tilesOn(page)).toEqual(['WorkingWebsite and database', 'OffPhoto checks', 'WorkingJobs']);
  expect(page.text).not.toMatch(/Backups|Copied to S3/);
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

function newestAt(ms: number) {
  const { newest } = goodBackups();
  return newest && { ...newest, at: ago(ms) };
}

function failedAt(ms: number) {
  return { at: ago(ms), failure: 'Error ENOSPC' };
}
