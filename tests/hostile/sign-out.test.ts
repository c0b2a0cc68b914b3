import { afterAll, beforeAll, expect, test } from 'vitest';
import { signIn } from '../support/actors.ts';
import { type App, movableClock, startApp } from '../support/app.ts';
import { addStaff } from '../support/cast.ts';
import { ask, form } from '../support/raw-request.ts';

const clock = movableClock();
let app: App;
beforeAll(async () => {
  app = await startApp({ clock, env: { RATE_LIMIT_SCALE: '0' } });
  await addStaff(app, 'ruth');
});
afterAll(() => app.stop());

const MINUTE = 60_000;
const dashboard = (cookie: string) => ask(app.url, '/admin/parents', { headers: { cookie } });
const isIn = async (cookie: string) => (await dashboard(cookie)).status === 200;
const sidOf = (cookie: string): string => /=s%3A([^.]+)\./.exec(cookie)?.[1] ?? '';
const row = (sid: string) => app.db('sessions').where({ sid }).first<{ sid: string } | undefined>();

test('R43: signing out ends the session on the server: the cookie is worth nothing afterwards', async () => {
  const ruth = await signIn(app, 'ruth');
  const other = await signIn(app, 'ruth');
  expect(await isIn(ruth.cookie)).toBe(true);
  const out = await ask(app.url, '/admin/sign-out', {
    headers: { cookie: ruth.cookie },
    body: form({ _csrf: ruth.csrf }),
  });
  expect(out.status).toBe(303);
  expect(await row(sidOf(ruth.cookie))).toBeUndefined();
  expect(out.headers['set-cookie']).toEqual([expect.stringMatching(/^staff=;.*Expires=Thu, 01 Jan 1970/)]);
  const last = await app.db('events').orderBy('id', 'desc').first<{ kind: string; actor: string }>();
  expect(last).toMatchObject({ kind: 'staff.signed-out', actor: 'staff' });
  const replayed = await dashboard(ruth.cookie);
  expect([replayed.status, replayed.location.split('?')[0]]).toEqual([303, '/admin/sign-in']);
  const again = await ask(app.url, '/admin/parents/new', {
    headers: { cookie: ruth.cookie },
    body: form({ _csrf: ruth.csrf, parent_name: 'A', child_name: 'B' }),
  });
  expect(again.status).toBe(403);
  expect(await isIn(other.cookie)).toBe(true);
});

test('R43: a page that began before the sign-out and ends after it does not bring the session back', async () => {
  const ruth = await signIn(app, 'ruth');
  const sid = sidOf(ruth.cookie);
  const [school] = await app.schools.list();
  const held = await app.db.transaction();
  await held.raw('lock table staff in access exclusive mode'); // the page waits behind its session
  const page = ask(app.url, '/admin/school', {
    headers: { cookie: ruth.cookie },
    body: form({ _csrf: ruth.csrf, school: String(school?.id) }), // so that it saves the session
  });
  await expect.poll(() => waitingForLocks(), { interval: 20 }).toBe(1);
  await app.db('sessions').where({ sid }).delete(); // signed out
  await held.rollback();
  expect((await page).status).toBe(303);
  expect(await row(sid)).toBeUndefined();
  expect(await isIn(ruth.cookie)).toBe(false);
});

test('R43: a page that ends later than the choice of a school does not undo it', async () => {
  const ruth = await signIn(app, 'ruth');
  const sid = sidOf(ruth.cookie);
  clock.forward(2 * MINUTE);
  const held = await app.db.transaction();
  await held.raw('lock table staff in access exclusive mode');
  const page = dashboard(ruth.cookie);
  await expect.poll(() => waitingForLocks(), { interval: 20 }).toBe(1);
  const chosen = { sess: app.db.raw(`jsonb_set(sess, '{schoolId}', '77')`) };
  await app.db('sessions').where({ sid }).update(chosen);
  await held.rollback();
  await page;
  const kept = await app.db('sessions').where({ sid }).first<{ sess: { schoolId: number; seenAt: number } }>();
  expect(kept.sess).toMatchObject({ schoolId: 77, seenAt: expect.closeTo(clock.now().getTime(), -4) as number });
});

const waitingForLocks = async (): Promise<number> => {
  const waiting = `select count(*)::int as count from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`;
  return (await app.db.raw<{ rows: { count: number }[] }>(waiting)).rows[0]?.count ?? 0;
};
