import { afterAll, beforeAll, expect, test } from 'vitest';
import { type App, startApp } from '../support/app.ts';
import { ask } from '../support/raw-request.ts';
import { addressOf, everybody, PHOTO_ROUTE, rules, type Target, tokenFor, type Who } from '../support/route-rules.ts';
import { type StandOff, standOff } from '../support/standoff.ts';

let app: App;
let cast: StandOff;
let target: Target;
beforeAll(async () => {
  app = await startApp({ env: { RATE_LIMIT_SCALE: '0' } });
  cast = await standOff(app);
  target = cast.target;
});
afterAll(() => app.stop());

/** Every name that a page or a form reads, and names that programs trip over. */
const QUERY_NAMES = ['q', 'status', 'class', 'sort', 'cursor', 'photo', 'after', 'before', 'back', 'reason', 'problem', 'done', 'of', 'lang', 'next'];
const BODY_NAMES = [
  ...['consent', 'do', 'note', 'email', 'password', 'next', 'school', 'parent_name', 'parent_surname', 'child_name', 'class_name'],
  ...['locale', 'external_id', 'phone', 'more', 'why', 'typed', 'decision', 'reason', 'page', 'back', 'class'],
];
const TRAPS = [
  ...['a=1&a=2', 'a[b]=', 'a[]=1', 'a[b][c]=1', '__proto__=1', '__proto__[polluted]=1', '__proto__.polluted=1'],
  ...['constructor=1', 'constructor[prototype][polluted]=1', 'prototype=1', 'toString=1', 'hasOwnProperty=1', 'valueOf=1', 'length=99'],
  ...['settings[view options]=1', 'settings[view options][client]=1', 'settings[view options][escapeFunction]=process.exit'],
  ...['settings=1', 'cache=0', 'filename=x', 'delimiter=x', 'client=1', 'escape=x', '_locals=x', 'layout=x', 'locals[x]=1', 'view options=1'],
  ...['outputFunctionName=x%3Bprocess.exit()%3B', '_with=0', 'async=1', 'rmWhitespace=1', '=', '&', '&&=&', '%', '%zz=%zz', '%00=%00', '=1'],
].map((trap) => trap.replaceAll(' ', '%20'));

/** How one value can be odd; each is tried for every name. */
const KINDS: Record<string, (name: string) => string> = {
  twice: (name) => `${name}=1&${name}=2`,
  list: (name) => `${name}[]=1&${name}[]=2`,
  object: (name) => `${name}[b]=1`,
  prototype: (name) => `${name}[__proto__][polluted]=1&${name}.constructor=1`,
  empty: (name) => `${name}=`,
  bare: (name) => name,
  nul: (name) => `${name}=%00`,
  'nul inside': (name) => `${name}=a%00b`,
  controls: (name) => `${name}=%01%0d%0a%1b%7f%c2%85`,
  'broken UTF-8': (name) => `${name}=%ff%fe%c0%af`,
  'half a surrogate': (name) => `${name}=%ed%a0%80`,
  'right to left': (name) => `${name}=%e2%80%ae%d9%85%f0%9f%98%80`,
  wild: (name) => `${name}=%25_%5c%27%22%3b--%3cb%3e%24%7b1%7d%7b%7b1%7d%7d`,
  huge: (name) => `${name}=9223372036854775808`,
  negative: (name) => `${name}=-1`,
  name: (name) => `${name}=__proto__`,
  inherited: (name) => `${name}=constructor`,
};

const faults = (from: number): string[] => app.logs.slice(from).filter((line) => /"level":"(error|fatal)"/.test(line));

/** Somebody who sees the page, the office first: it reads the most. */
const reader = (route: string): Who => {
  const may = rules[route]?.may ?? [];
  return (['admin', 'maria', ...everybody] as const).find((who) => may.includes(who)) ?? 'anonymous';
};

const gets = Object.keys(rules).filter((route) => route.startsWith('GET '));
const posts = Object.keys(rules).filter((route) => route.startsWith('POST ') && route !== PHOTO_ROUTE);

test.each(gets)('R55: %s takes any query without a fault', async (route) => {
  const from = app.logs.length;
  const address = addressOf(route, target);
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
      const all = Object.values(KINDS).map((kind) => kind(name));
      // Half the names are read by no page at all: those are tried together, the list's and the review's one by one.
      if (route === 'GET /admin/parents' || route === 'GET /admin/review') for (const query of all) await look(query);
      else await look(all.join('&'));
    }
  }
  for (const kind of Object.values(KINDS)) await look(QUERY_NAMES.map(kind).join('&'));
  await look(`q=${'x'.repeat(12_000)}`);
  await look('a&'.repeat(5000));
  expect(faults(from)).toEqual([]);
});

test('R55: a cursor that nobody wrote is the first page', async () => {
  const from = app.logs.length;
  const { cookie } = cast.actors.admin;
  const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const cursors = [
    ...['x', '%', '....', 'bnVsbA', 'W10', 'e30', 'IiI', 'A'.repeat(1999)],
    ...[null, [], {}, '', 0, ['name'], ['name', 'after', 1, 1], ['name', 'after', 1, 1, null], ['name', 'after', 0, 1, 'a']].map(encode),
    ...[['name', 'after', 1, 1e15, 'a'], ['name', 'after', 1, 2 ** 53, 'a'], ['name', 'after', 1e9, 1, '\0'], ['name', 'before', 1, 1, "'--"]].map(encode),
    ...[['changed', 'after', 1, 1, 'x'], ['changed', 'after', 1, 1, '9999999999999999'], ['-changed', 'before', 2, 3, '0']].map(encode),
    ...[['name', 'after', 1, 1, '\ud800'], ['child', 'after', 1, 1, { a: 1 }], ['__proto__', 'after', 1, 1, 'a']].map(encode),
  ];
  for (const cursor of cursors) {
    for (const sort of ['name', '-child', 'changed', '-changed']) {
      for (const more of ['', '&q=quill', '&status=pending&class=3-Quill']) {
        const answer = await ask(app.url, `/admin/parents?sort=${sort}&cursor=${cursor}${more}`, { headers: { cookie } });
        expect(answer.status, `${sort} ${cursor}`).toBe(200);
      }
    }
  }
  expect(faults(from)).toEqual([]);
});

test.each(posts)('R55: %s takes any form without a fault', async (route) => {
  const from = app.logs.length;
  const sacrificed = await cast.makeTarget();
  const address = addressOf(route, sacrificed);
  const who = reader(route);
  const first = who === 'maria' ? await cast.anew(who, sacrificed) : cast.actors[who];
  const csrfOfFirst = await tokenFor(app, route, sacrificed, first);
  const send = async (fields: string) => {
    const ends = route.endsWith('sign-out');
    const actor = ends ? await cast.anew(who, sacrificed) : first;
    const csrf = ends ? actor.csrf : csrfOfFirst;
    const headers = { cookie: actor.cookie, 'content-type': 'application/x-www-form-urlencoded' };
    const answer = await ask(app.url, address, { headers, body: `_csrf=${encodeURIComponent(csrf)}&${fields}` });
    expect(answer.status, `${fields.slice(0, 200)}: ${answer.text.slice(0, 100)}`).toBeLessThan(500);
    expect(answer.status, 'the token was not taken').not.toBe(403);
  };
  for (let at = 0; at < TRAPS.length; at += 20) await send(TRAPS.slice(at, at + 20).join('&'));
  const right = rules[route]?.fields?.(sacrificed) ?? {};
  const names = BODY_NAMES.filter((name) => name in right || OWN[route]?.includes(name));
  for (const kind of Object.values(KINDS)) {
    await send(BODY_NAMES.map(kind).join('&'));
    for (const odd of names) {
      const others = Object.entries(right).filter(([name]) => name !== odd && name !== 'typed');
      await send(`${new URLSearchParams(others).toString()}&${kind(odd)}`);
    }
  }
  expect(faults(from)).toEqual([]);
});

/** The fields that a form has beyond those that it needs. */
const OWN: Record<string, string[]> = {
  'POST /admin/parents/new': ['parent_surname', 'class_name', 'email', 'locale', 'external_id', 'phone', 'more'],
  'POST /admin/parents/:parent_id/edit': ['parent_surname', 'class_name', 'email', 'locale', 'external_id', 'phone'],
  'POST /admin/photos/:photo_id/decision': ['decision', 'reason', 'note', 'page', 'back', 'class'],
  'POST /onboarding/:unique_id/decline': ['note', 'do'],
  'POST /onboarding/:unique_id': ['consent', 'do'],
};

test('R55: a rejection that lacks something is shown again, whatever stands in its other fields', async () => {
  const from = app.logs.length;
  const waiting = await cast.makeTarget();
  const { cookie, csrf } = cast.actors.admin;
  for (const [about, kind] of Object.entries(KINDS)) {
    for (const field of ['class', 'note', 'back', 'page']) {
      for (const page of ['review', 'rejection']) {
        const body = `_csrf=${csrf}&decision=reject&page=${page}&${kind(field)}`;
        const headers = { cookie, 'content-type': 'application/x-www-form-urlencoded' };
        const answer = await ask(app.url, `/admin/photos/${waiting.photoId}/decision`, { headers, body });
        expect([400, 422], `${about}, ${field}`).toContain(answer.status);
      }
    }
  }
  expect(faults(from)).toEqual([]);
});

test('R55: nothing of all that reached the prototype of objects', () => {
  expect(Object.keys(Object.prototype)).toEqual([]);
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
});
