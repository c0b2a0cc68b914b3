import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { to } from '../../src/http/paths.ts';
import { linkQr } from '../../src/parents/link-qr.ts';
import type { Parent } from '../../src/parents/parent.ts';
import { CONSENT_VERSION } from '../../src/parents/parent-choices.ts';
import { csrfOn } from '../support/actors.ts';
import { type App, startApp } from '../support/app.ts';
import { addParent } from '../support/cast.ts';
import { makeVisitor } from '../support/visitor.ts';

let app: App;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.stop());

const consentsOf = (parent: Parent) => app.db('consents').where({ parent_id: parent.id }).orderBy('id');
const reread = async (parent: Parent): Promise<Parent> => {
  const found = await app.parents.findById(parent.id);
  if (!found) throw new Error('the parent is gone');
  return found;
};
const tokenOf = async (parent: Parent) => csrfOn(await makeVisitor(app.url).open(to.linkNotMe(parent.uniqueId)));
const post = async (parent: Parent, fields: Record<string, string>, visitor = makeVisitor(app.url)) => {
  const body = new URLSearchParams({ _csrf: await tokenOf(parent), ...fields });
  return visitor.post(to.link(parent.uniqueId), body);
};

describe('the welcome page', () => {
  test('on a computer it has a picture of the link, to go on with a phone; a dead link has none', async () => {
    const parent = await addParent(app);
    const page = await makeVisitor(app.url).open(to.link(parent.uniqueId));
    const src = page.root.querySelector('.by-phone img')?.getAttribute('src') ?? '';
    const picture = await fetch(app.url + src);
    expect([picture.status, picture.headers.get('content-type')]).toEqual([200, 'image/svg+xml; charset=utf-8']);
    expect(picture.headers.get('cache-control')).toBe('no-store');
    const url = `${app.config.BASE_URL}${to.link(parent.uniqueId)}`;
    expect(await picture.text()).toContain(`<path fill="#17203a" d="${linkQr(url).path}"/>`);
    await app.db('parents').where({ id: parent.id }).update({ link_revoked_at: new Date() });
    const dead = await fetch(app.url + src);
    expect([dead.status, dead.headers.get('content-type')]).toEqual([404, 'text/html; charset=utf-8']);
  });

  test('R33: looking changes nothing, however often and by whatever method', async () => {
    const parent = await addParent(app);
    const everything = async () => ({
      parent: await reread(parent),
      consents: await consentsOf(parent),
      events: (await app.db('events').where({ parent_id: parent.id })).length,
      sessions: (await app.db('sessions')).length,
    });
    const before = await everything();
    for (const path of [to.link, to.linkNotMe, to.linkDecline, to.linkQr].map((address) => address(parent.uniqueId))) {
      await fetch(app.url + path, { method: 'HEAD' });
      for (let time = 0; time < 5; time++) {
        const answer = await fetch(app.url + path);
        expect(answer.status).toBe(200);
        expect(answer.headers.getSetCookie()).toEqual([]);
      }
    }
    await fetch(app.url + to.link(parent.uniqueId), { method: 'POST' }); // a scanner's
    expect(await everything()).toEqual(before);
    expect((await makeVisitor(app.url).open(to.link(parent.uniqueId))).text).toContain('Hello Maria');
  });

  test('R34: it tells no cache, no search machine and no other site', async () => {
    const parent = await addParent(app);
    const page = await makeVisitor(app.url).open(to.link(parent.uniqueId));
    expect(page.headers.get('cache-control')).toBe('no-store');
    expect(page.headers.get('x-robots-tag')).toContain('noindex');
    expect(page.headers.get('referrer-policy')).toBe('no-referrer');
    expect(page.root.querySelector('title')?.text).toBe('Send us your photo - Oakfield Primary School');
  });

  test('without the tick nothing starts, and the page says where the tick is missing', async () => {
    const parent = await addParent(app);
    const visitor = makeVisitor(app.url);
    const page = await visitor.submit(await visitor.open(to.link(parent.uniqueId)), 'Start');
    expect(page.status).toBe(422);
    expect(page.root.querySelector('title')?.text).toMatch(/^Error: /);
    expect(page.root.querySelector('[role=alert] a')?.getAttribute('href')).toBe('#consent');
    expect(page.root.querySelector('#consent')?.getAttribute('aria-invalid')).toBe('true');
    expect(await consentsOf(parent)).toEqual([]);
    expect((await reread(parent)).openedAt).toBeNull();
  });

  test('a consent to older words is asked for again', async () => {
    const parent = await addParent(app);
    const page = await post(parent, { consent: 'v0' });
    expect(page.status).toBe(422);
    expect(page.text).toContain('These words have changed');
    expect(await consentsOf(parent)).toEqual([]);
  });

  test('R55: odd fields count as not sent', async () => {
    const parent = await addParent(app);
    const token = await tokenOf(parent);
    const body = `_csrf=${token}&consent=${CONSENT_VERSION}&consent=${CONSENT_VERSION}&__proto__=1&do[a]=show`;
    const page = await makeVisitor(app.url).post(to.link(parent.uniqueId), body, {
      'content-type': 'application/x-www-form-urlencoded',
    });
    expect(page.status).toBe(422);
  });

  test('the tick opens a session whose address has no secret; the consent keeps the language and the version', async () => {
    const parent = await addParent(app);
    const visitor = makeVisitor(app.url, { 'accept-language': 'en' });
    await visitor.open(`${to.link(parent.uniqueId)}?lang=es`); // the switch
    const welcome = await visitor.open(to.link(parent.uniqueId));
    expect(welcome.html).toContain('<html lang="es"');
    const page = await visitor.submit(welcome, 'Empezar', { consent: CONSENT_VERSION });
    expect(page.url).toBe(to.parentPhoto(parent.id));
    expect(page.text).toContain('Hágase una foto');
    expect(await consentsOf(parent)).toMatchObject([{ text_version: CONSENT_VERSION, locale: 'es' }]);
    expect((await reread(parent)).openedAt).toBeInstanceOf(Date);
  });

  test('a double tap and a second tab are no error, and both tabs go on', async () => {
    const parent = await addParent(app);
    const visitor = makeVisitor(app.url);
    const [first, second] = [
      await visitor.open(to.link(parent.uniqueId)),
      await visitor.open(to.link(parent.uniqueId)),
    ];
    const taps = await Promise.all(
      [first, second].map((tab) => visitor.submit(tab, 'Start', { consent: CONSENT_VERSION })),
    );
    expect(taps.map(({ status }) => status)).toEqual([200, 200]);
    expect((await visitor.open(to.parentPhoto(parent.id))).status).toBe(200);
  });

  test('the session that the redirect names already holds the token of its forms', async () => {
    // A browser follows the redirect at once; a token made by the next page could be lost to a late save of this one.
    const parent = await addParent(app);
    const body = new URLSearchParams({ _csrf: await tokenOf(parent), consent: CONSENT_VERSION });
    const answer = await fetch(app.url + to.link(parent.uniqueId), { method: 'POST', body, redirect: 'manual' });
    const cookie = answer.headers.getSetCookie().find((line) => line.startsWith('parent=')) ?? '';
    const sid = /^parent=s%3A([^.]+)/.exec(cookie)?.[1] ?? '';
    const row = await app.db('sessions').where({ sid }).first<{ sess: Record<string, unknown> }>();
    expect(Object.keys(row.sess).sort()).toEqual(['cookie', 'csrfToken', 'grants']);
  });

  test('two guardians share a phone: the session holds both', async () => {
    const [maria, kwame] = [await addParent(app), await addParent(app, 'kwame')];
    const visitor = makeVisitor(app.url);
    await post(maria, { consent: CONSENT_VERSION }, visitor);
    await post(kwame, { consent: CONSENT_VERSION }, visitor);
    expect((await visitor.open(to.parentPhoto(maria.id))).status).toBe(200);
    expect((await visitor.open(to.parentPhoto(kwame.id))).status).toBe(200);
  });

  test('speaks the language on the record first, then the browser’s, and writes from right to left', async () => {
    const parent = await addParent(app, 'amina', { locale: 'ar' });
    const arabic = await makeVisitor(app.url, { 'accept-language': 'es' }).open(to.link(parent.uniqueId));
    expect(arabic.html).toContain('<html lang="ar" dir="rtl">');
    const spanish = await makeVisitor(app.url, { 'accept-language': 'es' }).open(
      to.link((await addParent(app)).uniqueId),
    );
    expect(spanish.html).toContain('<html lang="es" dir="ltr">');
  });
});
