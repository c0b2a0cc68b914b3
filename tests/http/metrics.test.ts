import { afterAll, beforeAll, expect, test } from 'vitest';
import { type App, movableClock, startApp } from '../support/app.ts';
import { breakDatabase } from '../support/broken-database.ts';
import { ago, giveJobs, giveWork, goodBackups, makeStaged, NO_BACKUPS } from '../support/staged-system.ts';
import { openDb } from '../../src/platform/db.ts';

const TOKEN = 'a token that only the scraper knows';
const HOUR = 3600_000;
const clock = movableClock();
const staged = makeStaged();
let app: App;
beforeAll(async () => {
  app = await startApp({ env: { METRICS_TOKEN: TOKEN }, clock, parts: staged.parts });
});
afterAll(() => app.stop());

const ask = (token = TOKEN) => fetch(`${app.url}/metrics`, { headers: { authorization: `Bearer ${token}` } });

/** What is answered after the seconds for which an answer is kept. */
const metrics = async (): Promise<Record<string, number>> => {
  clock.forward(6000);
  const text = await (await ask()).text();
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  for (const line of lines)
    expect(line).toMatch(
      /^onboarding_[a-z_]+(\{([a-z]+="[a-z-]+"(,[a-z]+="[a-z-]+")*|le="([\d.]+|\+Inf)")\})? [\d.e+-]+$/,
    );
  const types = text.split('\n').filter((line) => line.startsWith('# TYPE'));
  expect(new Set(types).size).toBe(types.length); // Prometheus takes a name once
  const named = lines.map((line) => {
    const [name = '', value] = line.split(' ');
    return [name.replace('onboarding_', ''), Number(value)] as const;
  });
  return Object.fromEntries(named);
};

test('without the token, with a wrong one, with half of it: 401 and nothing else; no session is begun', async () => {
  for (const headers of [
    {},
    { authorization: TOKEN },
    { authorization: `Basic ${TOKEN}` },
    { authorization: 'Bearer ' },
  ]) {
    const answer = await fetch(`${app.url}/metrics`, { headers: headers as Record<string, string> });
    expect(answer.status).toBe(401);
    expect(answer.headers.get('www-authenticate')).toBe('Bearer');
    expect(await answer.text()).not.toContain('onboarding_');
  }
  for (const token of ['wrong', TOKEN.slice(1), `${TOKEN}x`]) expect((await ask(token)).status).toBe(401);
  const right = await ask();
  expect(right.status).toBe(200);
  expect(right.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
  expect(right.headers.get('cache-control')).toBe('no-store');
  expect(right.headers.get('set-cookie')).toBeNull();
  expect(app.logs.join('')).not.toContain(TOKEN);
});

test('without METRICS_TOKEN there is no such page, whatever token is shown', async () => {
  const other = await startApp();
  for (const authorization of ['', 'Bearer ', 'Bearer undefined'])
    expect((await fetch(`${other.url}/metrics`, { headers: { authorization } })).status).toBe(404);
  await other.stop();
});

test('the figures: jobs by kind and state, ages, backups, copies, differences', async () => {
  staged.now.mirror = { copied: 5, waiting: 4, oldestAt: ago(180_000) };
  await giveJobs(app, { failed: 3, active: 1, created: 2 });
  await giveWork(app, { kind: 'doctor', state: 'done', detail: { photos: 9, orphans: 1, missing: 2, damaged: 0 } });
  const figures = await metrics();
  expect(figures).toMatchObject({
    database_up: 1,
    storage_up: 1,
    jobs_up: 1,
    'jobs{kind="photo-check",state="waiting"}': 2,
    'jobs{kind="photo-check",state="running"}': 1,
    'jobs{kind="photo-check",state="failed"}': 3,
    mirror_waiting: 4,
    ...{ backup_failed: 0, backup_needs_person: 0, files_missing: 2 },
    'doctor_differences{what="orphans"}': 1,
    'doctor_differences{what="missing"}': 2,
    'doctor_differences{what="damaged"}': 0,
  });
  expect(figures['mirror_oldest_seconds']).toBeGreaterThanOrEqual(180);
  expect(figures['mirror_oldest_waiting_seconds']).toBeGreaterThanOrEqual(180);
  expect(figures['backup_age_seconds']).toBeGreaterThanOrEqual((13 * HOUR) / 1000);
  expect(figures['backup_rehearsal_age_seconds']).toBeGreaterThanOrEqual((9 * 24 * HOUR) / 1000);
  expect(figures).toHaveProperty(['jobs_oldest_waiting_seconds{kind="photo-check"}']);
});

test('what was counted, and how the process is', async () => {
  await giveWork(app, { state: 'done' }); // a backup
  const before = await metrics();
  for (const path of ['/admin/sign-in', '/nothing', '/healthz', '/readyz']) await fetch(`${app.url}${path}`);
  const figures = await metrics();
  expect(figures['requests_total']).toBe((before['requests_total'] ?? 0) + 2);
  expect(figures['request_latency_ms_count']).toBe(figures['requests_total']);
  expect(figures['request_latency_ms_bucket{le="+Inf"}']).toBe(figures['requests_total']);
  expect(figures).toMatchObject({ request_errors_total: 0, uploads_accepted_total: 0, pool_waiting: 0 });
  expect(figures['rss_bytes']).toBeGreaterThan(50e6);
  expect(figures['disk_free_percent']).toBeLessThanOrEqual(100);
  expect(figures).toMatchObject({ queue_depth: 2, queue_failed: 3, review_backlog: 0, review_oldest_seconds: 0 });
});

test('a backup that failed after the newest one turns it to 1, and so does what is red; before the first there is no age', async () => {
  const failure = 'Error ENOSPC';
  staged.now.backups = goodBackups({ lastFailure: { at: ago(20 * HOUR), failure } });
  expect(await metrics()).toMatchObject({ backup_failed: 0 });
  staged.now.backups = goodBackups({ lastFailure: { at: ago(HOUR), failure } });
  expect(await metrics()).toMatchObject({ backup_failed: 1, backup_needs_person: 1 });
  staged.now.backups = { ...NO_BACKUPS, isRed: true };
  const none = await metrics();
  expect(none).toMatchObject({ backup_failed: 1, backup_needs_person: 1 });
  expect(none).not.toHaveProperty('backup_age_seconds');
});

test('the parts are asked once in five seconds, however often somebody scrapes', async () => {
  staged.now.backups = goodBackups();
  const first = await (await ask()).text();
  await giveJobs(app, { created: 1 });
  expect(await (await ask()).text()).toBe(first);
  clock.forward(6000);
  const [second, third] = await Promise.all([ask(), ask()].map(async (one) => (await one).text()));
  expect(second).not.toBe(first);
  expect(third).toBe(second); // also while they are asked
});

test('a database that is away is told, and so is what can be told without it', async () => {
  const owner = openDb({ url: app.ownerUrl, max: 1 });
  const undo: (() => unknown)[] = [];
  await breakDatabase({ owner, after: (heal) => void undo.push(heal) });
  const figures = await metrics();
  for (const heal of undo) await heal();
  await owner.destroy();
  expect(figures).toMatchObject({ database_up: 0, storage_up: 1, jobs_up: 0, backup_failed: 0 });
  expect(figures).not.toHaveProperty(['jobs{kind="photo-check",state="waiting"}']);
  expect(await metrics()).toMatchObject({ database_up: 1, jobs_up: 1 });
});
