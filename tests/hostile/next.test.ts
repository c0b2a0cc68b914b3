import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Actor, signIn, stranger } from '../support/actors.ts';
import { type App, startApp } from '../support/app.ts';
import { addStaff, PASSWORD, people } from '../support/cast.ts';
import { ask, form } from '../support/raw-request.ts';

let app: App;
let nobody: Actor;
beforeAll(async () => {
  app = await startApp({ env: { RATE_LIMIT_SCALE: '0' } });
  await addStaff(app, 'ruth');
  nobody = await stranger(app);
});
afterAll(() => app.stop());

/** Signs Ruth in with the form; each time from a page of its own. */
const signInTo = async (next: string) => {
  const { cookie, csrf } = await stranger(app);
  const fields = { _csrf: csrf, email: people.ruth.email, password: PASSWORD, next };
  return ask(app.url, '/admin/sign-in', { headers: { cookie }, body: form(fields) });
};

const FOREIGN = [
  ...[
    '//evil.example',
    '//evil.example/admin',
    '///evil.example',
    '/\\evil.example',
    '\\\\evil.example',
    '/\t/evil.example',
  ],
  ...[
    'https://evil.example',
    'https:evil.example',
    'HTTPS://evil.example/admin',
    'http:/evil.example',
    'javascript:alert(1)',
  ],
  ...[
    'data:text/html,x',
    ' https://evil.example',
    '\nhttps://evil.example',
    'evil.example',
    'admin',
    '/',
    '',
    '/onboarding/x',
  ],
  ...[
    '/admin/../..//evil.example',
    '/admin/..//evil.example',
    '/admin//evil.example',
    '/admin/./../x',
    '/admin/%2e%2e/%2e%2e//evil',
  ],
  ...[
    '/admin/%2E./x',
    '/admin/%252e%252e/x',
    '/admin/..%2f..%2f',
    '/admin/..%5c',
    '/admin\\..\\..\\',
    '/admin/%5c%5cevil.example',
  ],
  ...[
    '/admin%0d%0aset-cookie:x=1',
    '/admin/x\r\nset-cookie: x=1',
    '/admin/%0aset-cookie',
    '/admin/x\0',
    '/admin/\u2028x',
  ],
  ...[
    '/adminevil',
    '/admin.evil.example',
    '/admin@evil.example',
    '/Admin/../x',
    '/admin/x#//evil.example',
    '/admin/sign-out',
  ],
  ...[
    '/admin/sign-in',
    '/admin/sign-in?next=//evil.example',
    '/admin/＠evil',
    `/admin/${'x'.repeat(5000)}`,
    '[object Object]',
  ],
];

const expectOwn = (location: string, next: string): void => {
  expect(location, next).toMatch(/^\/admin(\/|$|\?)/);
  expect(location, next).not.toMatch(/[\p{Cc}\\]|\/\/|\.\.|%0d|%0a|%2f|%5c|%2e/iu);
  const url = new URL(location, 'https://own.example');
  expect([url.origin, /^\/admin(\/|$)/.test(url.pathname)], next).toEqual(['https://own.example', true]);
};

test('R52: whatever next says, signing in leads to a page of the office', async () => {
  const ruth = await signIn(app, 'ruth');
  for (const next of FOREIGN) {
    const query = new URLSearchParams({ next }).toString();
    const passing = await ask(app.url, `/admin/sign-in?${query}`, { headers: { cookie: ruth.cookie } });
    expect(passing.status, next).toBe(303);
    expectOwn(passing.location, next);
    const page = await ask(app.url, `/admin/sign-in?${query}`, { headers: { cookie: nobody.cookie } });
    const kept = /name="next" value="([^"]*)"/.exec(page.text)?.[1];
    if (kept !== undefined) expectOwn(kept, next);
  }
  for (const query of ['next=//evil.example&next=/admin/review', 'next[]=//evil.example', 'next[a]=x', 'next=%']) {
    const passing = await ask(app.url, `/admin/sign-in?${query}`, { headers: { cookie: ruth.cookie } });
    expect(passing.location, query).toBe('/admin/parents');
  }
});

test('R52: the same by the form, and an own page is gone on to', async () => {
  for (const next of FOREIGN) {
    const answer = await signInTo(next);
    expect(answer.status, next).toBe(303);
    expectOwn(answer.location, next);
  }
  const next = '/admin/parents?status=pending&q=Maria%20S';
  const sent = await signInTo(next);
  expect(sent.location).toBe(next);
});

test('R52: the way back after signing in is the page that was asked for, however odd its address', async () => {
  for (const path of [
    '/admin/parents?status=pending',
    '/admin/parents//evil.example',
    '/admin/%2e%2e//evil.example',
    '/admin/parents?next=//evil.example',
  ]) {
    const answer = await ask(app.url, path);
    if (answer.status === 404) continue;
    expect(answer.status, path).toBe(303);
    expect(answer.location, path).toMatch(/^\/admin\/sign-in(\?next=%2Fadmin[^/&=]*)?$/);
  }
});
