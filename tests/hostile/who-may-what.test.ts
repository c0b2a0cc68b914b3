import { afterAll, beforeAll, expect, test } from 'vitest';
import { type App, startApp } from '../support/app.ts';
import { everything } from '../support/everything.ts';
import { type Answer, ask } from '../support/raw-request.ts';
import { addressOf, askAs, everybody, rules, type Target, type Who } from '../support/route-rules.ts';
import { findRoutes } from '../support/routes.ts';
import { OF_MARIA, type StandOff, standOff } from '../support/standoff.ts';

let app: App;
let cast: StandOff;
beforeAll(async () => {
  app = await startApp({ env: { RATE_LIMIT_SCALE: '0' } });
  cast = await standOff(app);
});
afterAll(() => app.stop());

test('R36: every route has a rule that says who may, and every rule a route', () => {
  const found = findRoutes(app.server).routes.map(({ method, path }) => `${method} ${path}`);
  const missing = found.filter((route) => !(route in rules));
  expect(missing, 'who may use these routes? Write a rule for each in tests/support/route-rules.ts').toEqual([]);
  expect(found.toSorted()).toEqual(Object.keys(rules).toSorted());
});

test('R36: every route of the office and of a parent has its guard, with the roles of its rule', () => {
  const roles = ['admin', 'reviewer', 'gate'] as const;
  for (const { method, path, guards } of findRoutes(app.server).routes) {
    const route = `${method} ${path}`;
    if (path.startsWith('/onboarding/p')) {
      expect(guards, `${route} is not behind requireParent`).toMatchObject([{ guards: 'parent' }]);
    } else if (path.startsWith('/admin') && path !== '/admin/sign-in') {
      const allowed = roles.filter((role) => rules[route]?.may.includes(role));
      expect(guards, `${route} is not behind requireStaff(${allowed.join(', ')})`).toMatchObject([
        { guards: 'staff', allowed },
      ]);
    }
  }
});

/** How somebody is refused who may not: never by a 2xx, never by anything but their own place. */
const expectRefused = (answer: Answer, route: string, who: Who): void => {
  const signedIn = who === 'admin' || who === 'reviewer' || who === 'gate' || who === 'elsewhere';
  const about = `${route} as ${who}`;
  if (route.includes(' /onboarding/')) expect(answer.status, about).toBe(403);
  else if (signedIn) expect(answer.status, about).toBe(who === 'elsewhere' ? 404 : 403);
  else {
    expect(answer.status, about).toBe(303);
    expect(answer.location, about).toMatch(/^\/admin\/sign-in(\?next=%2Fadmin|$)/);
  }
  expect(answer.text, about).not.toMatch(OF_MARIA);
  expect(answer.headers['content-type'] ?? '', about).not.toMatch(/image/);
  expect(answer.body.includes(Buffer.from([0xff, 0xd8, 0xff])), `${about}: a JPEG`).toBe(false);
};

const expectAllowed = (answer: Answer, route: string, who: Who, target: Target): void => {
  const rule = rules[route];
  const about = `${route} as ${who}: ${answer.text.slice(0, 300)}`;
  if (typeof rule?.gets === 'function') {
    expect(answer.status, about).toBe(303);
    expect(answer.location, about).toMatch(/^\/(?!\/)/);
    expect(answer.location.startsWith(rule.gets(target)), `${about}: sent to ${answer.location}`).toBe(true);
  } else expect(answer.status, about).toBe(rule?.gets);
  if (who === 'elsewhere' && !route.includes(':unique_id')) expect(answer.text, about).not.toMatch(OF_MARIA);
};

test.each(Object.keys(rules))('R36: %s, asked by everybody with ids that exist', async (route) => {
  const rule = rules[route];
  if (!rule) throw new Error('no rule');
  const refused = everybody.filter((who) => !rule.may.includes(who) && !rule.gets303?.includes(who));
  const before = await everything(app);
  for (const who of refused) expectRefused(await askAs(app, route, cast.target, cast.actors[who]), route, who);
  for (const who of rule.gets303 ?? []) {
    const answer = await askAs(app, route, cast.target, cast.actors[who]);
    expect([answer.status, answer.location]).toEqual([303, '/admin/parents']);
  }
  expect(await everything(app), 'somebody who was refused changed something').toEqual(before);

  for (const who of rule.may) {
    const posts = route.startsWith('POST ');
    const target = posts && route.includes(':') ? await cast.makeTarget() : cast.target;
    // A start renews the session, a sign-out ends it, and a new Maria needs one of her own.
    const renewed = posts && (who === 'maria' || who === 'kwame' || route.endsWith('sign-out'));
    const actor = renewed ? await cast.anew(who, target) : cast.actors[who];
    expectAllowed(await askAs(app, route, target, actor), route, who, target);
  }
});

test('R36: HEAD, OPTIONS and odd methods do no more than they should', async () => {
  const before = await everything(app);
  for (const route of Object.keys(rules)) {
    const address = addressOf(route, cast.target);
    const linked = route.includes(':unique_id');
    for (const method of ['HEAD', 'OPTIONS', 'PUT', 'DELETE', 'TRACE']) {
      for (const who of ['kwame', 'elsewhere'] as const) {
        const { status, text } = await ask(app.url, address, { method, headers: { cookie: cast.actors[who].cookie } });
        const about = `${method} ${address} as ${who}`;
        expect(status, about).toBeLessThan(500);
        if (method !== 'HEAD' && method !== 'OPTIONS') expect(status, about).toBeGreaterThanOrEqual(400);
        if (!linked) expect(text, about).not.toMatch(OF_MARIA);
      }
    }
  }
  expect(await everything(app)).toEqual(before);
});

test("R36: an own grant opens nobody else's photo, and another school's ids are not found in any place", async () => {
  const { target, actors, kwame } = cast;
  const headers = { cookie: actors.kwame.cookie };
  for (const size of ['full', 'thumb', 'portrait']) {
    const answer = await ask(app.url, `/onboarding/p/${kwame.id}/photos/${target.photoId}/${size}`, { headers });
    expect(answer.status).toBe(404);
    expect(answer.headers['content-type']).toMatch(/^text\/html/);
  }
  const asWalter = { headers: { cookie: actors.elsewhere.cookie } };
  const review = [`photo=${target.photoId}`, `after=${target.photoId - 1}`, `done=approved&of=${target.id}`];
  const lists = [
    'q=quil',
    'q=quilfether',
    'q=01632',
    `done=archived&of=${target.id}`,
    `done=created-more&of=${target.id}`,
  ];
  for (const address of [
    ...review.map((query) => `/admin/review?${query}`),
    ...lists.map((query) => `/admin/parents?${query}`),
  ]) {
    const answer = await ask(app.url, address, asWalter);
    expect(answer.status, address).toBe(200);
    expect(answer.text, address).not.toMatch(/Marivelle|Quillf|Thaddeus|3-Quill/i);
  }
});
