import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { wireSystemStatus } from '../../src/wiring-status.ts';
import { statusCommand } from '../../src/commands/status.ts';
import { paths } from '../../src/http/paths.ts';
import { withoutTables } from '../support/ask-everything.ts';
import { noticeOn } from '../support/office-visitor.ts';
import { giveErrors, giveInstances } from '../support/staged-system.ts';
import { concernsOn, startSystemPage, tilesOn } from '../support/system-page.ts';

let at: Awaited<ReturnType<typeof startSystemPage>>;
beforeAll(async () => {
  at = await startSystemPage();
});
afterAll(() => at.stop());
beforeEach(() => at.reset());

const rowsOf = (section: string, page: Awaited<ReturnType<typeof at.open>>) =>
  page.root
    .querySelectorAll(`#${section} tbody tr`)
    .map((row) => row.childNodes.map(({ text }) => text.replace(/\s+/g, ' ').trim()).filter((text) => text !== ''));

test('without errors it says so; without processes too', async () => {
  const page = await at.open();
  expect(page.text).toContain('No errors in the last 7 days, or all of them are done.');
  expect(page.text).toContain('No process has said that it runs.');
  expect(concernsOn(page)).toEqual([]);
});

test('kinds of errors with count, first, last and an example; a new one needs a look, one of last week is not listed', async () => {
  await giveErrors(at.app, [
    { fingerprint: 'e4b91c00', place: 'job photo-removal', times: 3, firstHoursAgo: 50, lastHoursAgo: 2 },
    { fingerprint: '77a0d2aa', code: '42P01', times: 1200, firstHoursAgo: 3, lastHoursAgo: 1 },
    { fingerprint: '0badcafe', firstHoursAgo: 400, lastHoursAgo: 170 },
  ]);
  const page = await at.open();
  const [newest, older, ...none] = rowsOf('errors', page);
  expect(none).toEqual([]);
  expect(newest?.slice(0, 3)).toEqual(['77a0d2aa New', 'TypeError 42P01 GET /admin/parents', '1,200']);
  expect(older?.[0]).toBe('e4b91c00');
  expect(older?.slice(-2)).toEqual(['7F3K-92QX', 'Done: e4b91c00']);
  expect(concernsOn(page)).toEqual(['1 kind of error is new or back. Ask the people who run this service.']);
  expect(page.root.querySelector('.bul a')?.getAttribute('href')).toBe('#errors');
  expect(tilesOn(page)[0]).toBe('LookWebsite and database');
});

test('an error of ours is listed with the id that its page showed, without what it quotes', async () => {
  const from = at.app.logs.length;
  const failed = await withoutTables(at.app, ['parent_counts'], () => at.ruth.open(`${paths.adminParents}?q=Maria`));
  expect(failed.status).toBe(500);
  await expect.poll(() => at.app.db('error_kinds').select(), { timeout: 5000 }).toHaveLength(1);
  const [row] = rowsOf('errors', await at.open());
  expect(failed.text).toContain(row?.at(-2));
  expect(row?.[1]).toBe('error 42P01 GET /admin/parents');
  const lines = at.app.logs.slice(from).filter((line) => line.includes('"level":"error"'));
  expect(lines).toHaveLength(2);
  const [one, two] = lines.map((line) => JSON.parse(line) as { fingerprint: string; msg: string });
  expect(one?.msg).toBe('request failed');
  expect(two).toMatchObject({ msg: 'an error of a new kind; the status page lists it', fingerprint: one?.fingerprint });
  expect(JSON.stringify([row, lines])).not.toContain('Maria');
});

test('a kind that is done is off the list until it happens again; only a fingerprint is taken', async () => {
  await giveErrors(at.app, [{ fingerprint: '77a0d2aa', firstHoursAgo: 40, lastHoursAgo: 1 }]);
  const page = await at.open();
  const after = await at.ruth.submit(page, 'Done: 77a0d2aa');
  expect(noticeOn(after)).toBe('The error is off the list. When it happens again it is listed again.');
  expect(after.text).toContain('No errors in the last 7 days, or all of them are done.');
  const done = { kind: 'system.error-done', data: { fingerprint: '77a0d2aa' }, staffId: at.ruthId };
  expect(await at.events()).toEqual([done]);
  await at.ruth.submit(page, 'Done: 77a0d2aa'); // the other tab
  expect(await at.events()).toEqual([done]);
  await at.app.db('error_kinds').update({ last_at: new Date(Date.now() + 1000), times: 2 });
  const again = await at.open();
  expect(rowsOf('errors', again)[0]?.[0]).toBe('77a0d2aa Back');
  expect(concernsOn(again)).toEqual(['1 kind of error is new or back. Ask the people who run this service.']);
  const _csrf = again.root.querySelector('input[name=_csrf]')?.getAttribute('value') ?? '';
  const post = async (done: string, seen: string) =>
    (await at.ruth.post(paths.adminStatusError, new URLSearchParams({ _csrf, done, seen }))).status;
  for (const done of ['', '77A0D2AA', "77a0d2a'", '77a0d2aa1'])
    expect(await post(done, '2026-11-27T09:00:00.000Z')).toBe(400);
  for (const seen of ['', 'now', '2026-11-27', '2026-13-27T09:00:00.000Z'])
    expect(await post('77a0d2aa', seen)).toBe(400);
  expect(await post('77a0d2aa', '2099-01-01T00:00:00.000Z')).toBe(200); // never longer than until it happens again
  await at.app.db('error_kinds').update({ last_at: new Date(Date.now() + 2000) });
  expect(rowsOf('errors', await at.open())[0]?.[0]).toBe('77a0d2aa Back');
});

test('what happened after the page was loaded is not done with it', async () => {
  await giveErrors(at.app, [{ fingerprint: '77a0d2aa', firstHoursAgo: 40, lastHoursAgo: 1 }]);
  const page = await at.open();
  await at.app.db('error_kinds').update({ last_at: new Date(), times: 2 });
  await at.ruth.submit(page, 'Done: 77a0d2aa');
  expect(rowsOf('errors', await at.open())[0]?.[0]).toBe('77a0d2aa Back');
});

test('the processes that live, with what each runs', async () => {
  await giveInstances(at.app, [
    { name: 'oakfield-1', kind: 'web', version: '1.4.2', heardSecondsAgo: 10 },
    { name: 'oakfield-2', kind: 'worker', version: '1.4.1', heardSecondsAgo: 90 },
    { name: 'gone', kind: 'web', version: '1.4.1', heardSecondsAgo: 110 },
  ]);
  const rows = rowsOf('instances', await at.open());
  expect(rows.map((row) => row.slice(0, 3))).toEqual([
    ['oakfield-1', 'Pages', '1.4.2'],
    ['oakfield-2', 'Jobs only', '1.4.1'],
  ]);
});

test('`status` says the same to a shell: exit 1 when something needs a person', async () => {
  await giveInstances(at.app, [{ name: 'oakfield-1', kind: 'web', version: '1.4.2', heardSecondsAgo: 10 }]);
  const service = { ...at.app, ...at.staged.parts };
  const fine = await statusCommand.run(service, { values: {}, words: [] });
  expect(fine).toMatchObject({
    exit: 0,
    json: {
      instances: [{ name: 'oakfield-1', kind: 'web', version: '1.4.2' }],
      database: { version: expect.any(String) as string, migrations: { missing: 0 } },
      storage: { writable: true },
      errors: [],
      attention: [],
    },
  });
  expect(fine.text).toMatch(/^Version \d+\.\d+\.\d+\nProcesses: 1\n[^]*\nEverything works\.$/);
  await giveErrors(at.app, [{ fingerprint: '77a0d2aa', firstHoursAgo: 3, lastHoursAgo: 1 }]);
  const found = await statusCommand.run(service, { values: {}, words: [] });
  expect(found.exit).toBe(1);
  expect(found.json['attention']).toEqual(['1 kind of error is new or back. Ask the people who run this service.']);
  expect(found.text).toContain('77a0d2aa TypeError, GET /admin/parents, 1 times');
});

test('`status` sees that no process lives, and with JOBS=worker the page and /metrics see that no worker does', async () => {
  const service = { ...at.app, ...at.staged.parts };
  const attention = async (config = service.config) =>
    (await statusCommand.run({ ...service, config }, { values: {}, words: [] })).json['attention'];
  const noWeb = 'No process lives that answers parents and the office.';
  const noWorker = 'No process that runs jobs lives. Ask the people who run this service to start the worker.';
  const config = { ...service.config, JOBS: 'worker' as const };
  expect(await attention()).toEqual([noWeb]);
  expect(await attention(config)).toEqual([noWeb, noWorker]);
  await giveInstances(at.app, [{ name: 'oakfield-1', kind: 'web', version: '1.4.2', heardSecondsAgo: 10 }]);
  expect(await attention(config)).toEqual([noWorker]);
  expect(await wireSystemStatus({ ...service, config })()).toMatchObject({ jobsServed: { ok: false } }); // jobs_up
  await giveInstances(at.app, [{ name: 'oakfield-2', kind: 'worker', version: '1.4.2', heardSecondsAgo: 10 }]);
  expect(await attention(config)).toEqual([]);
});
