import { afterAll, beforeAll, expect, test } from 'vitest';
import { type App, startApp } from '../support/app.ts';
import { faults, KINDS, reader, TRAPS } from '../support/odd-values.ts';
import { ask } from '../support/raw-request.ts';
import { addressOf, rules } from '../support/route-rules.ts';
import { type StandOff, standOff } from '../support/standoff.ts';

let app: App;
let cast: StandOff;
beforeAll(async () => {
  app = await startApp({ env: { RATE_LIMIT_SCALE: '0' } });
  cast = await standOff(app);
});
afterAll(() => app.stop());

/** Every name that a page reads. */
const QUERY_NAMES = [
  'q',
  'status',
  'class',
  'sort',
  'cursor',
  'photo',
  'after',
  'before',
  'back',
  'reason',
  'problem',
  'done',
  'of',
  'lang',
  'next',
];
/** The names that a page with a query of its own reads. */
const READ: Record<string, string[]> = {
  'GET /admin/parents': ['q', 'status', 'class', 'sort', 'done', 'of'],
  'GET /admin/review': ['class', 'photo', 'after', 'before'],
  'GET /admin/photos/:photo_id/rejection': ['back', 'class', 'reason'],
};

const gets = Object.keys(rules).filter((route) => route.startsWith('GET '));
test.each(gets)('R55: %s takes any query without a fault', async (route) => {
  const from = app.logs.length;
  const address = addressOf(route, cast.target);
  const { cookie } = cast.actors[reader(route)];
  const look = async (query: string) => {
    const answer = await ask(app.url, `${address}?${query}`, { headers: { cookie } });
    expect(answer.status, query.slice(0, 200)).toBeLessThan(500);
    return answer;
  };
  const plain = await look('');
  const trapped = await look(TRAPS.join('&'));
  expect([trapped.status, trapped.location]).toEqual([plain.status, plain.location]);
  if (plain.status === 200) {
    for (const name of QUERY_NAMES) {
      // One by one where the page reads the name: an odd value beside it must not hide a fault.
      const kinds = Object.values(KINDS).map((kind) => kind(name));
      if (READ[route]?.includes(name)) for (const query of kinds) await look(query);
    }
  }
  for (const kind of Object.values(KINDS)) await look(QUERY_NAMES.map(kind).join('&'));
  await look(`q=${'x'.repeat(12_000)}`);
  await look('a&'.repeat(5000));
  expect(faults(app, from)).toEqual([]);
});

test('R55: a cursor that nobody wrote is the first page', async () => {
  const from = app.logs.length;
  const { cookie } = cast.actors.admin;
  const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const cursors = [
    ...['x', '%', '....', 'bnVsbA', 'W10', 'e30', 'IiI', 'A'.repeat(1999)],
    ...[
      null,
      [],
      {},
      '',
      0,
      ['name'],
      ['name', 'after', 1, 1],
      ['name', 'after', 1, 1, null],
      ['name', 'after', 0, 1, 'a'],
    ].map(encode),
    ...[
      ['name', 'after', 1, 1e15, 'a'],
      ['name', 'after', 1, 2 ** 53, 'a'],
      ['name', 'after', 1e9, 1, '\0'],
      ['name', 'before', 1, 1, "'--"],
    ].map(encode),
    ...[
      ['changed', 'after', 1, 1, 'x'],
      ['changed', 'after', 1, 1, '9999999999999999'],
      ['-changed', 'before', 2, 3, '0'],
    ].map(encode),
    ...[
      ['name', 'after', 1, 1, '\ud800'],
      ['child', 'after', 1, 1, { a: 1 }],
      ['__proto__', 'after', 1, 1, 'a'],
    ].map(encode),
  ];
  for (const cursor of cursors) {
    for (const query of [
      'sort=name',
      'sort=-changed',
      'sort=changed&q=quill',
      'sort=-child&status=pending&class=3-Quill',
    ]) {
      const answer = await ask(app.url, `/admin/parents?${query}&cursor=${cursor}`, { headers: { cookie } });
      expect(answer.status, `${query} ${cursor}`).toBe(200);
    }
  }
  expect(faults(app, from)).toEqual([]);
});

test('R55: nothing of all that reached the prototype of objects', () => {
  expect(Object.keys(Object.prototype)).toEqual([]);
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
});
