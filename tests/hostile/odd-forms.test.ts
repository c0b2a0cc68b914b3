import { afterAll, beforeAll, expect, test } from 'vitest';
import { type App, startApp } from '../support/app.ts';
import { faults, KINDS, reader, TRAPS } from '../support/odd-values.ts';
import { ask } from '../support/raw-request.ts';
import { addressOf, PHOTO_ROUTE, rules, tokenFor } from '../support/route-rules.ts';
import { type StandOff, standOff } from '../support/standoff.ts';

let app: App;
let cast: StandOff;
beforeAll(async () => {
  app = await startApp({ env: { RATE_LIMIT_SCALE: '0' } });
  cast = await standOff(app);
});
afterAll(() => app.stop());

/** Every name that a form of ours has. */
const BODY_NAMES = [
  ...[
    'consent',
    'do',
    'note',
    'email',
    'password',
    'next',
    'school',
    'parent_name',
    'parent_surname',
    'child_name',
    'class_name',
  ],
  ...['locale', 'external_id', 'phone', 'more', 'why', 'typed', 'decision', 'reason', 'page', 'back', 'class'],
];
const posts = Object.keys(rules).filter((route) => route.startsWith('POST ') && route !== PHOTO_ROUTE);

test.each(posts)('R55: %s takes any form without a fault', async (route) => {
  const from = app.logs.length;
  const sacrificed = await cast.makeTarget();
  const address = addressOf(route, sacrificed);
  const who = reader(route);
  const first = who === 'maria' ? await cast.anew(who, sacrificed) : cast.actors[who];
  const csrfOfFirst = await tokenFor(app, route, sacrificed, first);
  const ends = route.endsWith('sign-out'); // then each try needs a session of its own
  const send = async (fields: string) => {
    const actor = ends ? await cast.anew(who, sacrificed) : first;
    const csrf = ends ? actor.csrf : csrfOfFirst;
    const headers = { cookie: actor.cookie, 'content-type': 'application/x-www-form-urlencoded' };
    const answer = await ask(app.url, address, { headers, body: `_csrf=${encodeURIComponent(csrf)}&${fields}` });
    expect(answer.status, `${fields.slice(0, 200)}: ${answer.text.slice(0, 100)}`).toBeLessThan(500);
    expect(answer.status, 'the token was not taken').not.toBe(403);
  };
  for (let at = 0; at < TRAPS.length; at += 20) await send(TRAPS.slice(at, at + 20).join('&'));
  const right = rules[route]?.fields?.(sacrificed) ?? {};
  // Each try at signing in hashes a password, which is dear on purpose.
  const names = BODY_NAMES.filter((name) => OWN[route]?.includes(name) ?? (name in right && name !== 'password'));
  const kinds = Object.values(KINDS).slice(0, ends ? 4 : undefined);
  for (const kind of kinds) {
    await send(BODY_NAMES.map(kind).join('&'));
    for (const odd of names) {
      const others = Object.entries(right).filter(([name]) => name !== odd && name !== 'typed');
      await send(`${new URLSearchParams(others).toString()}&${kind(odd)}`);
    }
  }
  expect(faults(app, from)).toEqual([]);
});

/** The fields that are tried one by one, where they are others than those that the form needs. */
const OWN: Record<string, string[]> = {
  'POST /admin/parents/new': [
    'parent_name',
    'parent_surname',
    'class_name',
    'email',
    'locale',
    'external_id',
    'phone',
    'more',
  ],
  'POST /admin/parents/:parent_id/edit': ['child_name', 'email', 'external_id'],
  'POST /admin/photos/:photo_id/decision': ['decision', 'reason', 'note', 'page', 'back', 'class'],
  'POST /onboarding/:unique_id/decline': ['note', 'do'],
  'POST /onboarding/:unique_id': ['consent', 'do'],
};

test('R55: a rejection that lacks something is shown again, whatever stands in its other fields', async () => {
  const from = app.logs.length;
  const waiting = await cast.makeTarget();
  const { cookie, csrf } = cast.actors.admin;
  for (const [about, kind] of Object.entries(KINDS)) {
    for (const field of ['class', 'note']) {
      for (const page of ['review', 'rejection']) {
        const body = `_csrf=${csrf}&decision=reject&page=${page}&${kind(field)}`;
        const headers = { cookie, 'content-type': 'application/x-www-form-urlencoded' };
        const answer = await ask(app.url, `/admin/photos/${waiting.photoId}/decision`, { headers, body });
        expect(answer.status, `${about}, ${field}`).toBe(422);
      }
    }
  }
  expect(faults(app, from)).toEqual([]);
});

test('R55: nothing of all that reached the prototype of objects', () => {
  expect(Object.keys(Object.prototype)).toEqual([]);
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
});
