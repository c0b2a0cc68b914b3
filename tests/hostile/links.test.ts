import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Parent } from '../../src/parents/parent.ts';
import { makeUniqueId } from '../../src/shared/ids.ts';
import { linkToken } from '../support/actors.ts';
import { type App, movableClock, startApp } from '../support/app.ts';
import { addParent } from '../support/cast.ts';
import { everything } from '../support/everything.ts';
import { type Answer, type Ask, ask, form } from '../support/raw-request.ts';
import { makeVisitor } from '../support/visitor.ts';

const clock = movableClock();
let app: App;
let dead: Record<string, string>;
let maria: Parent;
beforeAll(async () => {
  app = await startApp({ clock, env: { TRUST_PROXY: 'loopback' } });
  maria = await addParent(app, 'maria');
  // Recorded languages differ from what the browser asks for: an answer in the parent's own would tell that there is one.
  const make = () => addParent(app, 'kwame', { locale: 'es' });
  const [revoked, archived, halted, renewed] = [await make(), await make(), await make(), await make()];
  const [school] = await app.schools.list();
  if (!school) throw new Error('no school');
  const office = { kind: 'cli' } as const;
  await app.onboardingLink.revoke(office, school, revoked.id, '');
  await app.leaving.archive(office, school.id, archived.id, '');
  await app.choices.sayNotMe(halted.id);
  await app.onboardingLink.renew(office, school, renewed.id);
  dead = {
    revoked: revoked.uniqueId,
    archived: archived.uniqueId,
    'halted by This is not me': halted.uniqueId,
    replaced: renewed.uniqueId,
    malformed: 'abc',
    'in capitals': maria.uniqueId.toUpperCase(),
    'a UUID of another version': 'f47ac10b-58cc-1372-8567-0e02b2c3d479',
  };
});
afterAll(() => app.stop());

/** Each from an address of its own, so that the limit for guesses does not answer. */
let addresses = 0;
const from = (): string => `203.0.113.${(addresses += 1) % 250}`;
const askLink = (path: string, how: Ask = {}): Promise<Answer> =>
  ask(app.url, path, { ...how, headers: { 'x-forwarded-for': from(), ...how.headers } });

const comparable = ({ status, headers, body }: Answer) => {
  const own = ['date', 'x-request-id'];
  const others = Object.entries(headers).filter(([name]) => !own.includes(name));
  return { status, headers: Object.fromEntries(others), body: body.toString('base64') };
};

test.each([
  ['one school', 'en'],
  ['one school', 'es'],
  ['one school', 'ar'],
  ['one school', undefined],
  ['a district', 'en'],
  ['a district', 'ar'],
])('R31: dead links of every kind are answered alike, byte for byte: %s, %s', async (schools, language) => {
  if (schools === 'a district' && (await app.schools.list()).length === 1) {
    await app.createSchool({ kind: 'cli' }, { name: 'Elmwood School', timeZone: 'UTC' });
    clock.forward(11_000); // each process remembers for 10 s whether there is one school
  }
  const headers: Record<string, string> = language === undefined ? {} : { 'accept-language': language };
  for (const method of ['GET', 'HEAD', 'POST']) {
    const how: Ask = { method, headers, ...(method === 'POST' ? { body: form({ consent: 'v1' }) } : {}) };
    const unknown = await askLink(`/onboarding/${makeUniqueId()}`, how);
    expect(unknown.status).toBe(404);
    if (method !== 'HEAD') expect(unknown.text).toContain(`lang="${language ?? 'en'}"`);
    expect(unknown.text.includes('01632')).toBe(method !== 'HEAD' && schools === 'one school');
    for (const [kind, link] of Object.entries(dead)) {
      // Whoever holds a halted link sees on its page for 'This is not me' that it is; its forms need their token.
      if (method === 'POST' && kind.startsWith('halted')) continue;
      expect(comparable(await askLink(`/onboarding/${link}`, how)), `${method}, ${kind}`).toEqual(comparable(unknown));
    }
  }
});

test('R31: the further pages of dead links are dead alike', async () => {
  for (const page of ['not-me', 'decline', 'photo', 'x/y']) {
    const unknown = comparable(await askLink(`/onboarding/${makeUniqueId()}/${page}`));
    expect(unknown.status).toBe(404);
    for (const [kind, link] of Object.entries(dead)) {
      if (page === 'not-me' && kind.startsWith('halted')) continue;
      expect(comparable(await askLink(`/onboarding/${link}/${page}`)), `${page}, ${kind}`).toEqual(unknown);
    }
  }
});

test('R31: an address that guesses is stopped after 60 misses in ten minutes, for all that it asks; others are not', async () => {
  const headers = { 'x-forwarded-for': '198.51.100.7' };
  const seen: number[] = [];
  for (let guess = 0; guess < 70; guess += 1) {
    seen.push((await ask(app.url, `/onboarding/${makeUniqueId()}`, { headers })).status);
  }
  expect(seen.filter((status) => status === 404)).toHaveLength(61);
  const stopped = await ask(app.url, `/onboarding/${maria.uniqueId}`, { headers });
  expect(stopped.status).toBe(429);
  expect(Number(stopped.headers['retry-after'])).toBeGreaterThan(0);
  expect(stopped.text).not.toContain('Maria');
  expect((await askLink(`/onboarding/${maria.uniqueId}`)).status).toBe(200);
  clock.forward(601_000);
  expect((await ask(app.url, `/onboarding/${maria.uniqueId}`, { headers })).status).toBe(200);
  // A hit is no guess: a whole school shares an address.
  const school = { 'x-forwarded-for': '198.51.100.8' };
  for (let look = 0; look < 70; look += 1) {
    expect((await ask(app.url, `/onboarding/${maria.uniqueId}`, { headers: school })).status).toBe(200);
  }
});

test('R33: what a mail scanner does changes nothing: the parent has not opened the link, and it still works', async () => {
  const oisin = await addParent(app, 'oisin');
  const scanners = [
    'Mozilla/5.0 (compatible; Barracuda Sentinel)',
    'SafeLinks/1.0',
    'Slackbot-LinkExpanding 1.0',
    'WhatsApp/2.23',
  ];
  const before = await everything(app);
  const token = await linkToken(app, oisin);
  for (const page of ['', '/not-me', '/decline']) {
    const path = `/onboarding/${oisin.uniqueId}${page}`;
    for (const agent of scanners) {
      const headers = { 'user-agent': agent };
      expect((await askLink(path, { method: 'HEAD', headers })).status).toBe(200);
      for (let time = 0; time < 5; time += 1) {
        const seen = await askLink(`${path}?lang=en&consent=v1&do=show&_csrf=${token}`, { headers });
        expect(seen.status).toBe(200);
        expect(seen.headers['set-cookie']?.filter((line) => !line.startsWith('lang=')) ?? []).toEqual([]);
      }
      const posts: Ask[] = [
        { method: 'POST', headers },
        { method: 'POST', headers, body: form({ consent: 'v1', do: 'undo' }) },
        { method: 'POST', headers, body: form({ _csrf: '', consent: 'v1' }) },
        {
          method: 'POST',
          headers: { ...headers, 'content-type': 'application/json' },
          body: JSON.stringify({ _csrf: token, consent: 'v1' }),
        },
      ];
      for (const post of posts) expect((await askLink(path, post)).status).toBe(403);
    }
  }
  expect(await everything(app)).toEqual(before);
  expect((await app.parents.findById(oisin.id))?.status).toBe('not_opened');

  const visitor = makeVisitor(app.url, { 'x-forwarded-for': from() });
  const page = await visitor.submit(await visitor.open(`/onboarding/${oisin.uniqueId}`), 'Start', { consent: 'v1' });
  expect(page.url).toBe(`/onboarding/p/${oisin.id}/photo`);
  expect((await app.parents.findById(oisin.id))?.status).toBe('opened');
});
