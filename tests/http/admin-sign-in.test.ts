import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { safeNext } from '../../src/http/admin/safe-next.ts';
import { type App, startApp } from '../support/app.ts';
import { addStaff, PASSWORD, people } from '../support/cast.ts';
import { enterOffice, expectSound } from '../support/office-visitor.ts';
import { makeVisitor } from '../support/visitor.ts';

let app: App;
beforeAll(async () => {
  app = await startApp();
  await addStaff(app, 'ruth');
  await addStaff(app, 'gita');
});
afterAll(() => app.stop());

const ruth = { email: people.ruth.email, password: PASSWORD };

test('Ruth signs in, works, and signs out; then the page asks her to sign in and brings her back', async () => {
  const visitor = makeVisitor(app.url);
  let page = await visitor.open('/admin/parents?status=pending&q=a%2Fb');
  expect(page.url).toMatch(/^\/admin\/sign-in\?next=/);
  expect(page.text).toContain('Sign in to Oakfield Primary School');
  expectSound(page);
  page = await visitor.submit(page, 'Sign in', ruth);
  expect(page.url).toBe('/admin/parents?status=pending&q=a%2Fb');
  expect(page.root.querySelector('.me')?.text).toContain('Ruth Adeyemi');
  page = await visitor.open('/admin/sign-in');
  expect(page.url).toBe('/admin/parents'); // signed in already

  const old = new Map(visitor.cookies);
  page = await visitor.submit(page, 'Sign out');
  expect(page.url).toBe('/admin/sign-in');
  for (const [name, value] of old) visitor.cookies.set(name, value);
  page = await visitor.open('/admin/parents');
  expect(page.url, 'R43: the old cookie is worth nothing').toMatch(/^\/admin\/sign-in/);
});

test('R43: signing in gives a new session id', async () => {
  const visitor = makeVisitor(app.url);
  const form = await visitor.open('/admin/sign-in');
  const before = [...visitor.cookies.values()];
  await visitor.submit(form, 'Sign in', ruth);
  expect(before).not.toHaveLength(0);
  expect([...visitor.cookies.values()]).not.toEqual(before);
});

test('R47: an unknown address and a wrong password read the same', async () => {
  const tries = [
    { email: people.ruth.email, password: 'not this one at all' },
    { email: 'nobody@oakfield.example.org', password: PASSWORD },
  ];
  const texts = [];
  for (const fields of tries) {
    const visitor = makeVisitor(app.url);
    const page = await visitor.submit(await visitor.open('/admin/sign-in'), 'Sign in', fields);
    expect(page.status).toBe(422);
    expect(page.root.querySelector('#email')?.getAttribute('value')).toBe(fields.email); // what was typed is kept
    expect(page.root.querySelector('[role=alert] a')?.getAttribute('href')).toBe('#email');
    expect(page.html).not.toContain(fields.password);
    expectSound(page);
    texts.push(page.text);
  }
  expect(texts[0]).toBe(texts[1]);
});

test('R45: too many tries are told so, with the time to wait', async () => {
  const visitor = makeVisitor(app.url);
  const wrong = { email: people.gita.email, password: 'not this one at all' };
  let page = await visitor.open('/admin/sign-in');
  for (let n = 0; n < 10; n++) page = await visitor.submit(page, 'Sign in', wrong);
  expect(page.status).toBe(422);
  page = await visitor.submit(page, 'Sign in', wrong);
  expect(page.status).toBe(429);
  expect(Number(page.headers.get('retry-after'))).toBeGreaterThan(60);
  expect(page.text).toMatch(/Wait 1[45] minutes/);
  expectSound(page);
});

describe('R52: next= leads to own relative paths only', () => {
  test.each([
    '/admin',
    '/admin/parents',
    '/admin/parents/7',
    '/admin/review?class=3B',
    '/admin/parents?q=a%2Fb&sort=-name',
  ])('%s is taken', (next) => {
    expect(safeNext(next)).toBe(next);
  });

  test.each([
    'https://evil.example/admin',
    '//evil.example/admin',
    '/\\evil.example',
    '\\\\evil.example',
    '/admin//evil.example',
    '/admin/\\evil.example',
    '/admin/../evil',
    '/admin/./parents',
    '/admin/%2e%2e/evil',
    '/admin/%2F%2Fevil.example',
    '/admin/%5Cevil.example',
    '/admin/%252e%252e',
    '/admin/%0d%0aSet-Cookie:x=1',
    '/admin\r\nSet-Cookie: x=1',
    '/admin\t/parents',
    '/admin/a\tb',
    '/admin/a\r\nSet-Cookie: x=1',
    '/admin/a b',
    ' /admin',
    '/admin\u0000',
    '/admin#@evil.example',
    '/admin@evil.example',
    '/administrator',
    '/onboarding/x',
    'admin',
    'javascript:alert(1)',
    '/admin/sign-in?next=/admin',
    '/admin/sign-out',
    '',
    `/admin/${'x'.repeat(3000)}`,
    undefined,
    ['/admin'],
    { toString: () => '/admin' },
  ])('%j is refused', (next) => {
    expect(safeNext(next)).toBeUndefined();
  });

  test('a refused one is neither in the form nor followed', async () => {
    const visitor = makeVisitor(app.url);
    let page = await visitor.open('/admin/sign-in?next=//evil.example/x');
    expect(page.html).not.toContain('evil.example');
    const forged = new URLSearchParams({ ...ruth, next: 'https://evil.example/' });
    forged.set('_csrf', page.root.querySelector('input[name=_csrf]')?.getAttribute('value') ?? '');
    page = await visitor.post('/admin/sign-in', forged);
    expect(page.url).toBe('/admin/parents');
  });
});

test('R41: signing in and out need the token', async () => {
  const visitor = makeVisitor(app.url);
  await visitor.open('/admin/sign-in');
  expect((await visitor.post('/admin/sign-in', new URLSearchParams(ruth))).status).toBe(403);
  const inside = await enterOffice(app, 'ruth');
  const page = await inside.post('/admin/sign-out', new URLSearchParams());
  expect(page.status).toBe(403);
  expect(page.text).toContain('Nothing was changed');
  expectSound(page);
  expect((await inside.open('/admin/parents')).status).toBe(200);
});

test('R50: the gate has no page yet: 403 everywhere but signing out', async () => {
  const { page, ...gita } = await enterOffice(await freshLimits(), 'gita');
  expect(page.status).toBe(403);
  expect(page.text).toContain('Your account cannot open this page');
  expect(page.root.querySelector('.nav')).toBeNull();
  expectSound(page);
  expect((await gita.open('/admin/review')).status).toBe(403);
  expect((await gita.submit(page, 'Sign out')).url).toBe('/admin/sign-in');
});

/** The test above has used up the gate's tries. */
const freshLimits = async (): Promise<App> => {
  await app.db('rate_limits').delete();
  return app;
};
