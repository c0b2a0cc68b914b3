import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Parent } from '../../src/parents/parent.ts';
import { makeUniqueId } from '../../src/shared/ids.ts';
import { signIn, startAs } from '../support/actors.ts';
import { type App, startApp } from '../support/app.ts';
import { addParent, addStaff } from '../support/cast.ts';
import { type Ask, ask, form } from '../support/raw-request.ts';

let app: App;
let maria: Parent;
beforeAll(async () => {
  app = await startApp({ env: { RATE_LIMIT_SCALE: '0' } });
  await addStaff(app, 'ruth');
  maria = await addParent(app, 'maria');
});
afterAll(() => app.stop());

const askLink = (path: string, how: Ask = {}) => ask(app.url, path, how);

const shapes = (link: string): string[] => [
  ...[link.toUpperCase(), `{${link}}`, `%7B${link}%7D`, `urn:uuid:${link}`, link.replaceAll('-', ''), `${link}0`],
  ...[
    link.slice(0, -1),
    `%20${link}`,
    `${link}%0a`,
    `${link}%00`,
    `%00${link}`,
    `${link}%2f`,
    `%2f${link}`,
    `..%2f${link}`,
  ],
  ...['..', '.', '%2e%2e', '..%2f..%2f..%2fetc%2fpasswd', '%5c..%5c', '%', '%ff', '%c0%af', '%zz', '%u0041', '[]'],
  ...[
    'undefined',
    'null',
    'NaN',
    '0',
    '-1',
    'p',
    '__proto__',
    'constructor',
    'toString',
    `${link},${link}`,
    `${link};x=1`,
  ],
  ...[
    '%F0%9F%91%BB',
    '%D9%A1',
    '%E2%80%AE',
    "'%20or%20'1'='1",
    '%27;drop%20table%20parents;--',
    '00000000-0000-0000-0000-000000000000',
  ],
  ...[
    'ffffffff-ffff-ffff-ffff-ffffffffffff',
    'a'.repeat(10_000),
    '%61'.repeat(3000),
    '<script>',
    '$%7B1%7D',
    '*',
    ':unique_id',
  ],
];

test('R32: odd shapes of a link are refused without a fault, in every place where an id stands', async () => {
  const ruth = await signIn(app, 'ruth');
  const session = await startAs(app, await addParent(app, 'amina'));
  const lines = app.logs.length;
  for (const shape of shapes(maria.uniqueId)) {
    for (const path of [`/onboarding/${shape}`, `/onboarding/${shape}/not-me`, `/onboarding/${shape}/decline`]) {
      for (const body of [undefined, form({ _csrf: 'x', consent: 'v1' })]) {
        const answer = await askLink(path, body ? { body } : {});
        expect([400, 403, 404], `${body ? 'POST' : 'GET'} ${path.slice(0, 100)}: ${answer.status}`).toContain(
          answer.status,
        );
        if (answer.status === 403) expect(path).toMatch(/^\/onboarding\/p(\/|$)/); // the session's pages ask for a token
      }
    }
    const headers = { cookie: session.cookie };
    for (const path of [
      `/onboarding/p/${shape}`,
      `/onboarding/p/${shape}/photo`,
      `/onboarding/p/${shape}/photos/1/full`,
    ]) {
      expect([400, 403, 404], path.slice(0, 100)).toContain((await askLink(path, { headers })).status);
    }
    for (const path of [`/admin/parents/${shape}`, `/admin/parents/${shape}/edit`, `/admin/photos/${shape}/full`]) {
      const { status } = await askLink(path, { headers: { cookie: ruth.cookie } });
      expect(path.includes('/..') || path.includes('/.') ? [200, 400, 404] : [400, 404], path.slice(0, 100)).toContain(
        status,
      );
    }
  }
  for (const query of ['?unique_id[]=1', `?unique_id=${maria.uniqueId}`, '?a[]=1&a[]=2']) {
    expect((await askLink(`/onboarding/${makeUniqueId()}${query}`)).status).toBe(404);
  }
  expect(app.logs.slice(lines).filter((line) => /"level":"(error|fatal)"/.test(line))).toEqual([]);
});

test('R32: numbers of rows in odd shapes are not found', async () => {
  const ruth = await signIn(app, 'ruth');
  const lines = app.logs.length;
  for (const shape of [
    '1e3',
    '01',
    '+1',
    '1.0',
    '0x1',
    '9'.repeat(15),
    '9'.repeat(19),
    '9'.repeat(400),
    '1%00',
    '%D9%A1',
    '1;',
    '1%0a',
  ]) {
    for (const path of [`/admin/parents/${shape}`, `/admin/photos/${shape}/full`, `/admin/photos/${shape}/rejection`]) {
      expect((await askLink(path, { headers: { cookie: ruth.cookie } })).status, path).toBe(404);
    }
    const body = form({ _csrf: ruth.csrf, decision: 'approve' });
    const decided = await askLink(`/admin/photos/${shape}/decision`, { body, headers: { cookie: ruth.cookie } });
    expect(decided.status, shape).toBe(404);
  }
  expect(app.logs.slice(lines).filter((line) => /"level":"(error|fatal)"/.test(line))).toEqual([]);
});
