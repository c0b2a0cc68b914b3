import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { request } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { linkToken, stranger } from '../support/actors.ts';
import { type App, startApp } from '../support/app.ts';
import { PASSWORD, people } from '../support/cast.ts';
import { everything, filesIn } from '../support/everything.ts';
import { scene } from '../support/pictures.ts';
import { type Ask, ask, form, photoForm } from '../support/raw-request.ts';
import { addressOf, bodyOf, PHOTO_ROUTE, rules, tokenFor, type Who } from '../support/route-rules.ts';
import { type StandOff, standOff } from '../support/standoff.ts';

let app: App;
let cast: StandOff;
let foreignLinkToken: string;
beforeAll(async () => {
  app = await startApp({ env: { RATE_LIMIT_SCALE: '0' } });
  cast = await standOff(app);
  foreignLinkToken = await linkToken(
    app,
    await app.parents.findById(cast.kwame.id).then((kwame) => kwame ?? cast.kwame),
  );
});
afterAll(() => app.stop());

const posts = Object.keys(rules).filter((route) => route.startsWith('POST '));

/** Somebody who may, so that only the forgery can be the reason for a refusal. */
const victimOf = (route: string): Who => {
  const may = rules[route]?.may ?? [];
  return may.includes('admin') ? 'admin' : 'maria';
};

test.each(posts)(
  'R41: %s takes nothing that another site sends, or that has no token of this very session',
  async (route) => {
    const { actors } = cast;
    const target = await cast.makeTarget();
    const victim = await cast.anew(victimOf(route), target);
    const address = addressOf(route, target);
    const token = await tokenFor(app, route, target, victim);
    const body = await bodyOf(route, target, token);
    const { cookie } = victim;
    const fields = rules[route]?.fields?.(target) ?? {};
    const without = async (csrf: string) => bodyOf(route, target, csrf);
    const others = route.includes(':unique_id')
      ? [foreignLinkToken]
      : [actors.kwame.csrf, actors.gate.csrf, actors.elsewhere.csrf];
    const asText = form({ _csrf: token, ...fields }).toString();
    const forgeries: Record<string, Ask> = {
      'a foreign Origin': { headers: { cookie, origin: 'https://evil.example' }, body },
      'an Origin like ours': { headers: { cookie, origin: 'http://localhost:3000.evil.example' }, body },
      'our host by another scheme': { headers: { cookie, origin: 'https://localhost:3000' }, body },
      'Sec-Fetch-Site: cross-site': { headers: { cookie, 'sec-fetch-site': 'cross-site' }, body },
      'Sec-Fetch-Site: same-site': {
        headers: { cookie, 'sec-fetch-site': 'same-site', origin: 'http://localhost:3000' },
        body,
      },
      'cross-site with a null Origin': { headers: { cookie, 'sec-fetch-site': 'cross-site', origin: 'null' }, body },
      'no token': { headers: { cookie }, body: await without('') },
      'no token, null Origin': { headers: { cookie, origin: 'null' }, body: await without('') },
      'no body at all': { method: 'POST', headers: { cookie } },
      'a made-up token': { headers: { cookie }, body: await without('x'.repeat(token.length)) },
      'a longer token': { headers: { cookie }, body: await without(`${token}x`) },
      'the token in a header': {
        headers: { cookie, 'x-csrf-token': token, 'csrf-token': token },
        body: await without(''),
      },
      'the token as JSON': {
        headers: { cookie, 'content-type': 'application/json' },
        body: JSON.stringify({ _csrf: token, ...fields }),
      },
      'the token as plain text': { headers: { cookie, 'content-type': 'text/plain' }, body: asText },
      'the token without a type': { headers: { cookie, 'content-type': '' }, body: asText },
      'the token twice': {
        headers: { cookie, 'content-type': 'application/x-www-form-urlencoded' },
        body: `_csrf=${token}&${asText}`,
      },
    };
    others.forEach(
      (csrf, i) =>
        void (forgeries[`the token of another (${i})`] = {
          headers: { cookie },
          body: photoForForm(route, csrf, fields),
        }),
    );
    if (route !== PHOTO_ROUTE) {
      const data = photoForm({ _csrf: token, ...fields }, await scene().jpeg().toBuffer());
      forgeries['multipart with a token and a file'] = { headers: { cookie }, body: data };
    }
    const before = await everything(app);
    for (const [how, forgery] of Object.entries(forgeries)) {
      const answer = await ask(app.url, address, forgery);
      // What is no form with a file at all is malformed there, before anybody asks for a token.
      const malformed = route === PHOTO_ROUTE && !(forgery.body instanceof FormData);
      expect(answer.status, `${how}: ${answer.text.slice(0, 200)}`).toBe(malformed ? 400 : 403);
    }
    const asQuery = await ask(app.url, `${address}?_csrf=${token}`, { headers: { cookie }, body: await without('') });
    expect(asQuery.status, 'the token in the address').toBe(403);
    expect(await everything(app), 'a forgery changed something').toEqual(before);
    const honest = await ask(app.url, address, { headers: { cookie }, body: await without(token) });
    expect([303, 422], 'the same by the own form').toContain(honest.status);
  },
);

const photoForForm = (route: string, csrf: string, fields: Record<string, string>) =>
  route === PHOTO_ROUTE
    ? photoForm({ _csrf: csrf, upload_id: randomUUID() }, Buffer.alloc(100))
    : form({ _csrf: csrf, ...fields });

test('R41: our own form is taken, whatever the browser says of where it comes from', async () => {
  const { cookie, csrf } = cast.actors.admin;
  const kinds: Record<string, string>[] = [
    {},
    { origin: 'null', 'sec-fetch-site': 'same-origin' }, // what browsers send under no-referrer
    { origin: 'http://localhost:3000', 'sec-fetch-site': 'same-origin' },
    { origin: 'null' },
    { origin: 'http://localhost:3000' },
  ];
  for (const kind of kinds) {
    const body = form({ _csrf: csrf });
    const answer = await ask(app.url, `/admin/parents/${cast.target.id}/link-extension`, {
      headers: { cookie, ...kind },
      body,
    });
    expect([answer.status, kind]).toEqual([303, kind]);
  }
});

test('R41: a forged photo is refused before a byte of it is kept: file first, no token, a foreign token', async () => {
  const { target, actors } = cast;
  const before = await filesIn(app.uploadsDir);
  const fake = (csrf: string) => `--b\r\ncontent-disposition: form-data; name="_csrf"\r\n\r\n${csrf}\r\n`;
  const heads = { 'no token': '', 'a foreign token': fake(actors.kwame.csrf), 'an empty token': fake('') };
  for (const [how, head] of Object.entries(heads)) {
    const sent = request(`${app.url}/onboarding/p/${target.id}/photo`, {
      method: 'POST',
      headers: { cookie: actors.maria.cookie, 'content-type': 'multipart/form-data; boundary=b' },
    });
    sent.write(
      `${head}--b\r\ncontent-disposition: form-data; name="photo"; filename="a.jpg"\r\ncontent-type: image/jpeg\r\n\r\n`,
    );
    sent.write(Buffer.alloc(512 * 1024, 1));
    await wait(150);
    expect(await filesIn(app.uploadsDir), `${how}: kept while it came`).toEqual(before);
    sent.end(`\r\n${fake(actors.maria.csrf)}--b--\r\n`); // the right token comes too late
    const [answer] = (await once(sent, 'response')) as [IncomingMessage];
    answer.resume();
    expect(answer.statusCode, how).toBe(403);
    expect(await filesIn(app.uploadsDir), how).toEqual(before);
  }
});

test('R42: nobody can be signed in by another site: the form needs the token of the session that gets it', async () => {
  const [victim, attacker] = [await stranger(app), await stranger(app)];
  const right = { email: people.ruth.email, password: PASSWORD };
  const sessions = () => app.db('sessions').whereRaw(`jsonb_exists(sess, 'staffId')`).count<{ count: string }[]>();
  const before = await sessions();
  const forgeries: Ask[] = [
    { body: form(right) },
    { body: form({ _csrf: attacker.csrf, ...right }), headers: { cookie: victim.cookie } },
    { body: form({ _csrf: attacker.csrf, ...right }) },
    {
      body: form({ _csrf: victim.csrf, ...right }),
      headers: { cookie: victim.cookie, origin: 'https://evil.example' },
    },
    {
      body: form({ _csrf: victim.csrf, ...right }),
      headers: { cookie: victim.cookie, 'sec-fetch-site': 'cross-site' },
    },
  ];
  for (const forgery of forgeries) {
    const answer = await ask(app.url, '/admin/sign-in', forgery);
    expect(answer.status).toBe(403);
  }
  expect(await sessions()).toEqual(before);
  const allowed = await ask(app.url, '/admin/sign-in', {
    body: form({ _csrf: victim.csrf, ...right }),
    headers: { cookie: victim.cookie },
  });
  expect(allowed.status).toBe(303);
});
