import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { noticeOn } from '../support/office-visitor.ts';
import { ago, goodBackups, NO_BACKUPS } from '../support/staged-system.ts';
import { checksOn, concernsOn, startSystemPage, tilesOn } from '../support/system-page.ts';

const DAY = 24 * 3600_000;
let at: Awaited<ReturnType<typeof startSystemPage>>;
beforeAll(async () => {
  at = await startSystemPage();
});
afterAll(() => at.stop());
beforeEach(() => at.reset());

const newestAt = (ms: number) => {
  const { newest } = goodBackups();
  return newest && { ...newest, at: ago(ms) };
};
const failedAt = (ms: number) => ({ at: ago(ms), failure: 'Error ENOSPC' });

test('how old, how large, in how many places, verified and rehearsed; each can be asked for', async () => {
  expect(checksOn(await at.open())).toEqual([
    expect.stringMatching(/^Database13 hours old: .*, 48\u00a0MB, in 2 places$/),
    expect.stringMatching(/^Photos13 hours old: .*, 1\.9\u00a0GB, 12 new$/),
    expect.stringMatching(/^Verified.*: every checksum is right \(2,406 files\)$/),
    expect.stringMatching(/^Restore rehearsed9 days ago: \d+ \w+ \d{4}, took 4 minutes$/),
  ]);
  for (const button of ['Rehearse a restore', 'Verify', 'Back up now']) {
    const after = await at.ruth.submit(await at.open(), button);
    expect(noticeOn(after)).toBe('It starts in a moment. You can leave this page.');
  }
  expect(at.staged.asked).toEqual([
    `backup-rehearsal by ${at.ruthId}`,
    `backup-verify by ${at.ruthId}`,
    `backup by ${at.ruthId}`,
  ]);
  expect((await at.events()).slice(0, 3).map(({ kind }) => kind)).toEqual([
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
  [
    'a look that failed',
    goodBackups({ hasVerifyFailed: true, isRed: true }),
    ['The last look at the backups failed. Ask the people who run this service.'],
    'Failed',
  ],
  [
    'a rehearsal that failed',
    goodBackups({ hasRehearsalFailed: true, isRed: true }),
    ['The last rehearsal of a restore failed. Ask the people who run this service.'],
    'Failed',
  ],
] as const)('%s', async (_, state, concerns, word) => {
  at.staged.now.backups = state;
  const page = await at.open();
  expect(concernsOn(page)).toEqual(concerns);
  expect(tilesOn(page)[3]).toBe(`${word}Backups`);
});

test('the key has to be kept somewhere else, which is confirmed once', async () => {
  at.staged.now.backups = goodBackups({ isKeyKept: false });
  const page = await at.open();
  expect(page.text).toContain('Keep the backup key somewhere elseWithout the key no backup can be opened');
  expect(noticeOn(await at.ruth.submit(page, 'The key is kept somewhere else'))).toMatch(/^Thank you\./);
  expect(at.staged.asked).toEqual([`key by ${at.ruthId}`]);
  expect((await at.events())[0]).toMatchObject({ kind: 'system.key-kept', staffId: at.ruthId });
  at.staged.now.hasKey = false;
  expect(noticeOn(await at.ruth.submit(page, 'The key is kept somewhere else'))).toMatch(/^There is no backup key yet/);
  expect((await at.events()).filter(({ kind }) => kind === 'system.key-kept')).toHaveLength(1);
  at.staged.now.backups = goodBackups({ isKeyKept: false, isKeyOfEachMachine: true });
  expect((await at.open()).text).toContain('give all machines the same key');
  at.heal();
  expect((await at.open()).text).not.toContain('Keep the backup key');
});

test('that do not answer, or hang, leave the rest of the page as it is', async () => {
  for (const how of ['fails', 'hangs'] as const) {
    at.staged.now.backups = how;
    const page = await at.open();
    expect(concernsOn(page)).toEqual(['We cannot see how the backups are.']);
    expect(tilesOn(page)).toEqual([
      'WorkingWebsite and database',
      'WorkingPhoto checks',
      'WorkingJobs',
      'FailedBackups',
    ]);
    expect(page.text).toContain('Load this page again in a minute.');
  }
  at.heal();
  await expect.poll(async () => concernsOn(await at.open()), { timeout: 10_000 }).toEqual([]);
}, 20_000);
