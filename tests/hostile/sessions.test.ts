import { afterAll, beforeAll, expect, test } from 'vitest';
import { to } from '../../src/http/paths.ts';
import { type Actor, cookieOf, csrfOn, signIn, startAs, stranger } from '../support/actors.ts';
import { type App, movableClock, startApp } from '../support/app.ts';
import { addParent, addStaff, PASSWORD, people } from '../support/cast.ts';
import { ask, form } from '../support/raw-request.ts';
import { makeVisitor } from '../support/visitor.ts';

const clock = movableClock();
let app: App;
beforeAll(async () => {
  app = await startApp({ clock, env: { RATE_LIMIT_SCALE: '0' } });
  await addStaff(app, 'ruth');
  await addStaff(app, 'ben');
});
afterAll(() => app.stop());

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const right = { email: people.ruth.email, password: PASSWORD };
const dashboard = (cookie: string) => ask(app.url, '/admin/parents', { headers: { cookie } });
const isIn = async (cookie: string) => (await dashboard(cookie)).status === 200;
const sidOf = (cookie: string): string => /=s%3A([^.]+)\./.exec(cookie)?.[1] ?? '';
const row = (sid: string) => app.db('sessions').where({ sid }).first<{ sid: string; expire: Date } | undefined>();
const setCookies = (headers: { 'set-cookie'?: string[] | undefined }) => headers['set-cookie'] ?? [];

test('R43: signing in makes a new session id; the one before is gone, so nobody can plant one', async () => {
  const before = await stranger(app);
  expect(await row(sidOf(before.cookie))).toBeDefined();
  const answer = await ask(app.url, '/admin/sign-in', {
    headers: { cookie: before.cookie },
    body: form({ _csrf: before.csrf, ...right }),
  });
  expect(answer.status).toBe(303);
  const after = setCookies(answer.headers).find((line) => line.startsWith('staff=')) ?? '';
  expect(sidOf(after)).toHaveLength(32);
  expect(sidOf(after)).not.toBe(sidOf(before.cookie));
  expect(await row(sidOf(before.cookie))).toBeUndefined();
  expect(await isIn(before.cookie)).toBe(false);
  expect(await isIn(after.split(';')[0] ?? '')).toBe(true);
  // An id that somebody made up, signed or not, is not taken either.
  for (const planted of ['staff=s%3Aplanted.sig', 'staff=planted', `staff=s%3A${'a'.repeat(32)}.${'b'.repeat(43)}`]) {
    const seen = await ask(app.url, '/admin/sign-in', { headers: { cookie: planted } });
    expect(setCookies(seen.headers)[0]).toMatch(/^staff=s%3A/);
    expect(setCookies(seen.headers)[0]).not.toContain('planted');
  }
});

test("R43: 'Start' makes a new session id; the one before opens nothing", async () => {
  const maria = await addParent(app, 'maria');
  const kwame = await addParent(app, 'kwame');
  const visitor = makeVisitor(app.url);
  await visitor.submit(await visitor.open(to.link(maria.uniqueId)), 'Start', { consent: 'v1' });
  const first = cookieOf(visitor);
  await visitor.submit(await visitor.open(to.link(kwame.uniqueId)), 'Start', { consent: 'v1' });
  const second = cookieOf(visitor);
  expect(sidOf(second)).not.toBe(sidOf(first));
  const open = async (id: number, cookie: string) =>
    (await ask(app.url, to.parentPhoto(id), { headers: { cookie } })).status;
  expect([await open(maria.id, second), await open(kwame.id, second)]).toEqual([200, 200]); // two guardians, one phone
  expect([await open(maria.id, first), await open(kwame.id, first)]).toEqual([403, 403]);
});

test('R43: a person who is disabled is out with the next request, in every browser; so is one without a role', async () => {
  const [one, two] = [await signIn(app, 'ben'), await signIn(app, 'ben')];
  expect([await isIn(one.cookie), await isIn(two.cookie)]).toEqual([true, true]);
  const ben = app.db('staff').where({ email: people.ben.email });
  await ben.clone().update({ disabled_at: new Date() });
  expect([await isIn(one.cookie), await isIn(two.cookie)]).toEqual([false, false]);
  await ben.clone().update({ disabled_at: null });
  await app.db('staff_roles').whereIn('staff_id', ben.clone().select('id')).delete();
  expect([await isIn(one.cookie), await isIn(two.cookie)]).toEqual([false, false]);
});

/** As if the session had been written that long ago. */
const age = (sid: string, ms: number) =>
  app
    .db('sessions')
    .where({ sid })
    .update({ expire: app.db.raw(`expire - ? * interval '1 millisecond'`, [ms]) });

test('R43: half an hour without a request ends a staff session, and work prolongs it', async () => {
  const ruth = await signIn(app, 'ruth');
  const sid = sidOf(ruth.cookie);
  const minutesLeft = async () => (((await row(sid))?.expire.getTime() ?? 0) - Date.now()) / MINUTE;
  expect(await minutesLeft()).toBeGreaterThan(29);
  expect(await minutesLeft()).toBeLessThanOrEqual(30.1);
  await age(sid, 29 * MINUTE);
  clock.forward(29 * MINUTE);
  expect(await isIn(ruth.cookie)).toBe(true);
  expect(await minutesLeft()).toBeGreaterThan(29);
  await age(sid, 31 * MINUTE);
  clock.forward(31 * MINUTE);
  expect(await isIn(ruth.cookie)).toBe(false);
});

test('R43: a staff session ends after twelve hours, however busy', async () => {
  const ruth = await signIn(app, 'ruth');
  for (let hour = 1; hour < 12; hour += 1) {
    clock.forward(HOUR);
    expect(await isIn(ruth.cookie), `after ${hour} hours`).toBe(true);
  }
  clock.forward(HOUR - 10_000);
  expect(await isIn(ruth.cookie)).toBe(true);
  clock.forward(11_000);
  expect(await isIn(ruth.cookie)).toBe(false);
});

test("R43: a parent's session ends after 24 hours, however busy", async () => {
  const maria = await addParent(app, 'maria');
  const actor = await startAs(app, maria);
  const open = async () => (await ask(app.url, to.parentPhoto(maria.id), { headers: { cookie: actor.cookie } })).status;
  clock.forward(23 * HOUR);
  expect(await open()).toBe(200);
  clock.forward(59 * MINUTE);
  expect(await open()).toBe(200);
  clock.forward(MINUTE);
  expect(await open()).toBe(403);
  const expire = (await row(sidOf(actor.cookie)))?.expire.getTime() ?? Infinity;
  expect(expire - Date.now()).toBeLessThanOrEqual(24 * HOUR + MINUTE);
});

test("R43: a staff session's id in the parent's cookie is worth nothing, and the other way round", async () => {
  const maria = await addParent(app, 'maria');
  const [ruth, mother] = [await signIn(app, 'ruth'), await startAs(app, maria)];
  const cookieNamed = (name: string, { cookie }: Actor) => new RegExp(`${name}=([^;]+)`).exec(cookie)?.[1] ?? '';
  const staffId = cookieNamed('staff', ruth);
  const parentId = cookieNamed('parent', mother);
  expect([staffId, parentId]).not.toContain('');
  expect(await isIn(`staff=${parentId}`)).toBe(false);
  expect(await isIn(`parent=${staffId}`)).toBe(false);
  const photo = await ask(app.url, to.parentPhoto(maria.id), {
    headers: { cookie: `parent=${staffId}; staff=${parentId}` },
  });
  expect(photo.status).toBe(403);
  // Even a row of the other kind that somehow held a person opens no door by the wrong cookie.
  const { id } = await app.db('staff').where({ email: people.ruth.email }).first<{ id: string }>('id');
  const held = app.db('sessions').where({ sid: sidOf(`=${parentId}`) });
  const told = JSON.stringify({ staffId: Number(id), signedInAt: clock.now().getTime() });
  await held.update({ sess: app.db.raw('sess::jsonb || ?::jsonb', [told]) });
  expect(await isIn(`staff=${parentId}`)).toBe(false);
});

test('R43: cookies are HttpOnly, Lax, of this host; with https they are __Host- and Secure, whatever the hop', async () => {
  const plain = await ask(app.url, '/admin/sign-in');
  expect(setCookies(plain.headers)).toHaveLength(1);
  expect(setCookies(plain.headers)[0]).toMatch(/^staff=s%3A[^;]+; Path=\/; HttpOnly; SameSite=Lax$/);

  const secure = await startApp({ env: { BASE_URL: 'https://photos.oakfield.example', RATE_LIMIT_SCALE: '0' } });
  try {
    const page = makeVisitor(secure.url);
    const signInPage = await page.open('/admin/sign-in');
    expect(signInPage.headers.getSetCookie()).toHaveLength(1);
    expect(signInPage.headers.getSetCookie()[0]).toMatch(
      /^__Host-staff=s%3A[^;]+; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
    );
    expect(signInPage.headers.get('strict-transport-security')).toMatch(/max-age=31536000/);
    const maria = await addParent(secure, 'maria');
    const welcome = await page.open(to.link(maria.uniqueId));
    const started = await ask(secure.url, to.link(maria.uniqueId), {
      body: form({ _csrf: csrfOn(welcome), consent: 'v1' }),
    });
    expect(setCookies(started.headers)).toHaveLength(1);
    expect(setCookies(started.headers)[0]).toMatch(
      /^__Host-parent=s%3A[^;]+; Path=\/; Expires=[^;]+; HttpOnly; Secure; SameSite=Lax$/,
    );
    const spoken = await ask(secure.url, `${to.link(maria.uniqueId)}?lang=es`);
    expect(setCookies(spoken.headers)[0]).toMatch(/^lang=es; .*HttpOnly; Secure; SameSite=Lax$/);
  } finally {
    await secure.stop();
  }
});

test('R43: looking does not make sessions: the pages of a link and of errors set no cookie', async () => {
  const maria = await addParent(app, 'maria');
  const count = async () => Number((await app.db('sessions').count<{ count: string }[]>())[0]?.count);
  const before = await count();
  for (const path of [
    '/',
    to.link(maria.uniqueId),
    to.linkNotMe(maria.uniqueId),
    '/onboarding/x',
    '/onboarding/p/1',
    '/nothing',
    '/admin/nothing',
    '/healthz',
  ]) {
    expect(setCookies((await ask(app.url, path)).headers), path).toEqual([]);
  }
  expect(await count()).toBe(before);
});
