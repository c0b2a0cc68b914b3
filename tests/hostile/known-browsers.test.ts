import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type App, movableClock, startApp } from '../support/app.ts';
import { addStaff, PASSWORD, people } from '../support/cast.ts';
import { makeVisitor, type Visitor } from '../support/visitor.ts';

const clock = movableClock();
let app: App;
beforeAll(async () => {
  app = await startApp({ clock }); // everybody comes from one address, as behind a school's router
  await addStaff(app, 'ruth');
  await addStaff(app, 'ben');
  await addStaff(app, 'gita');
});
afterAll(() => app.stop());
beforeEach(() => app.db('rate_limits').delete());

type Who = 'ruth' | 'ben' | 'gita';

const trySignIn = async (visitor: Visitor, who: Who, password = PASSWORD) =>
  visitor.submit(await visitor.open('/admin/sign-in'), 'Sign in', { email: people[who].email, password });

/** A browser that the person has signed in with, and out again. */
const browserOf = async (...staff: Who[]): Promise<Visitor> => {
  const visitor = makeVisitor(app.url);
  for (const who of staff) {
    const page = await trySignIn(visitor, who);
    await visitor.submit(page, 'Sign out');
  }
  return visitor;
};

/** A browser with that cookie and nothing else. */
const browserWith = (cookie: string): Visitor => {
  const visitor = makeVisitor(app.url);
  visitor.cookies.set('known-browser', cookie);
  return visitor;
};

const cookieOf = (visitor: Visitor): string => visitor.cookies.get('known-browser') ?? '';

/** Ten wrong tries from the address that all share: after them it is locked for that account. */
const lockOut = async (who: Who): Promise<void> => {
  const guesser = makeVisitor(app.url);
  for (let n = 0; n < 10; n += 1) expect((await trySignIn(guesser, who, `guess ${n}`)).status).toBe(422);
  expect((await trySignIn(guesser, who)).status).toBe(429);
};

test('R45: a guesser at the school’s own address does not keep Ruth out of the browser that she has signed in with', async () => {
  const ruth = await browserOf('ruth');
  await lockOut('ruth');
  expect((await trySignIn(makeVisitor(app.url), 'ruth')).status).toBe(429);
  expect((await trySignIn(ruth, 'ruth')).url).toBe('/admin/parents');
  // Nor does it when the guesser has used up what the address and the account have, too.
  await app.db('rate_limits').update({ points: 1000 });
  expect((await trySignIn(await signedOut(ruth), 'ruth')).url).toBe('/admin/parents');
  // Her getting in gives the guesser no new tries.
  expect((await trySignIn(makeVisitor(app.url), 'ruth', 'guess 11')).status).toBe(429);
});

const signedOut = async (visitor: Visitor): Promise<Visitor> => {
  await visitor.submit(await visitor.open('/admin/parents'), 'Sign out');
  return visitor;
};

test('R45: a browser that is known has ten tries of its own, and they are nobody else’s', async () => {
  const ruth = await browserOf('ruth');
  const other = await browserOf('ruth');
  for (let n = 0; n < 10; n += 1) expect((await trySignIn(ruth, 'ruth', `guess ${n}`)).status).toBe(422);
  expect((await trySignIn(ruth, 'ruth')).status).toBe(429);
  expect((await trySignIn(other, 'ruth')).url).toBe('/admin/parents');
  expect((await trySignIn(makeVisitor(app.url), 'ruth')).url).toBe('/admin/parents');
});

test('R45: a browser that is known to somebody else, or forged, or out of date gives no tries', async () => {
  const ruth = cookieOf(await browserOf('ruth'));
  const ben = cookieOf(await browserOf('ben'));
  expect(ruth).toMatch(/^\d+\.[\w-]{16}\.[\w-]{16}\.\d{10}\.[\w-]{43}$/);
  const [id = '', ...rest] = ruth.split('.');
  const [benId = ''] = ben.split('.');
  const bent = (at: number, value: string) => ruth.split('.').with(at, value).join('.');
  await lockOut('ruth');
  const useless = {
    'of Ben': ben,
    'of Ben, made out to Ruth': ben.replace(benId, id),
    'for another browser': bent(1, 'A'.repeat(16)),
    'for another password': bent(2, 'A'.repeat(16)),
    'for longer': bent(3, '9999999999'),
    'not signed': bent(4, 'A'.repeat(43)),
    'signature left out': [id, ...rest.slice(0, 3)].join('.'),
    'nothing in it': '....',
    'no such shape': '%7B%7D~~~',
  };
  for (const [what, cookie] of Object.entries(useless)) {
    expect((await trySignIn(browserWith(cookie), 'ruth')).status, what).toBe(429);
  }
  clock.forward(89 * 24 * 3_600_000);
  expect((await trySignIn(browserWith(ruth), 'ruth')).url, 'the cookie itself is good').toBe('/admin/parents');
  clock.forward(2 * 24 * 3_600_000);
  expect((await trySignIn(browserWith(ruth), 'ruth')).status, 'after 90 days').toBe(429);
});

test('R45: it is over when the password changes and while the person is disabled', async () => {
  const ruth = app.db('staff').where({ email: people.ruth.email });
  const row = await ruth.clone().first<{ password_hash: string }>('password_hash');
  const known = cookieOf(await browserOf('ruth'));
  const bens = cookieOf(await browserOf('ben'));
  await lockOut('ruth');
  const { password_hash: other } = await app
    .db('staff')
    .where({ email: people.ben.email })
    .first<{ password_hash: string }>('password_hash');
  await ruth.clone().update({ password_hash: other });
  expect((await trySignIn(browserWith(known), 'ruth')).status).toBe(429);
  expect((await trySignIn(browserWith(bens), 'ruth')).status, 'the person counts, not only the password').toBe(429);
  await ruth.clone().update({ password_hash: row.password_hash, disabled_at: new Date() });
  expect((await trySignIn(browserWith(known), 'ruth')).status).toBe(429);
  await ruth.clone().update({ disabled_at: null });
  expect((await trySignIn(browserWith(known), 'ruth')).url).toBe('/admin/parents');
});

test('R45: people who share a computer are each known in it', async () => {
  const shared = await browserOf('ruth', 'ben', 'ruth');
  expect(cookieOf(shared).split('~')).toHaveLength(2);
  await lockOut('ruth');
  await lockOut('ben');
  await lockOut('gita');
  expect((await trySignIn(shared, 'gita')).status).toBe(429);
  expect((await trySignIn(shared, 'ben')).url).toBe('/admin/parents');
  expect((await trySignIn(await signedOut(shared), 'ruth')).url).toBe('/admin/parents');
});

test('R45: the cookie opens nothing by itself, no script reads it, and with https it is __Host-', async () => {
  const ruth = browserWith(cookieOf(await browserOf('ruth')));
  expect((await ruth.open('/admin/parents')).url).toMatch(/^\/admin\/sign-in/);

  const safe = await startApp({ env: { BASE_URL: 'https://school.example.org' } });
  await addStaff(safe, 'ruth');
  const visitor = makeVisitor(safe.url);
  const form = await visitor.open('/admin/sign-in');
  const fields = new URLSearchParams({ email: people.ruth.email, password: PASSWORD });
  fields.set('_csrf', form.root.querySelector('input[name=_csrf]')?.getAttribute('value') ?? '');
  const cookie = [...visitor.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  const answer = await fetch(new URL('/admin/sign-in', safe.url), {
    ...{ method: 'POST', body: fields, headers: { cookie }, redirect: 'manual' },
  });
  const line = answer.headers.getSetCookie().find((one) => one.startsWith('__Host-known-browser='));
  for (const flag of ['HttpOnly', 'Secure', 'SameSite=Strict', 'Path=/', 'Max-Age=7776000']) {
    expect(line).toContain(flag);
  }
  await safe.stop();
});
