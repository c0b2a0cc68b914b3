import { afterAll, beforeAll, expect, test } from 'vitest';
import { to } from '../../src/http/paths.ts';
import type { Parent } from '../../src/parents/parent.ts';
import { givePhoto, startAs } from '../support/actors.ts';
import { type App, startApp } from '../support/app.ts';
import { addParent } from '../support/cast.ts';
import { makeVisitor } from '../support/visitor.ts';

let app: App;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.stop());

const statusOf = async (parent: Parent) => (await app.parents.findById(parent.id))?.status;
const noteOf = async (parent: Parent) =>
  (await app.db('notes').where({ parent_id: parent.id })).map(({ body }) => body as string);

test('a parent says no, with a reason, and changes their mind', async () => {
  const parent = await addParent(app);
  const visitor = makeVisitor(app.url);
  let page = await visitor.follow(await visitor.open(to.link(parent.uniqueId)), 'I do not want to send a photo');
  expect(page.text).toContain('You can still collect Sofia');
  const note = 'I do not like\r\nphotos.\u0007';
  page = await visitor.submit(page, 'I do not want to send a photo', { note });
  expect(page.url).toBe(to.linkDecline(parent.uniqueId));
  expect(page.text).toContain('We have told the school');
  expect(await statusOf(parent)).toBe('declined');
  expect(await noteOf(parent)).toEqual(['I do not like\nphotos.']);

  page = await visitor.open(to.link(parent.uniqueId));
  expect(page.text).toContain('We have told the school');
  page = await visitor.submit(page, 'I want to send a photo');
  expect(page.url).toBe(to.link(parent.uniqueId));
  expect(page.text).toContain('Hello Maria');
  expect(await statusOf(parent)).toBe('not_opened');
});

test('the same no from two tabs is one', async () => {
  const parent = await addParent(app);
  const visitor = makeVisitor(app.url);
  const form = await visitor.open(to.linkDecline(parent.uniqueId));
  for (const tab of [form, form]) {
    expect((await visitor.submit(tab, 'I do not want to send a photo')).text).toContain('We have told the school');
  }
  expect(await app.db('events').where({ parent_id: parent.id, kind: 'parent.declined' })).toHaveLength(1);
});

test('a note that is too long comes back with what was typed', async () => {
  const parent = await addParent(app);
  const visitor = makeVisitor(app.url);
  const form = await visitor.open(to.linkDecline(parent.uniqueId));
  const page = await visitor.submit(form, 'I do not want to send a photo', { note: 'long '.repeat(61) });
  expect(page.status).toBe(422);
  expect(page.text).toContain('at most 300 letters');
  expect(page.root.querySelector('textarea')?.text).toContain('long long');
  expect(await statusOf(parent)).toBe('not_opened');
});

test('who has sent a photo is not asked whether to send one', async () => {
  const parent = await addParent(app);
  await givePhoto(app, parent);
  const visitor = makeVisitor(app.url);
  const page = await visitor.open(to.linkDecline(parent.uniqueId));
  expect(page.url).toBe(to.link(parent.uniqueId));
  expect(page.text).toContain('We have your photo');
});

test('in a session a no is shown with the way to a photo', async () => {
  const parent = await addParent(app);
  const { cookie } = await startAs(app, parent);
  await app.choices.decline(parent.id, '');
  const visitor = makeVisitor(app.url, { cookie });
  const page = await visitor.open(to.parent(parent.id));
  expect(page.text).toContain('You said no to a photo');
  expect((await visitor.follow(page, 'I want to send a photo')).text).toContain('Take a photo of yourself');
});

test('"This is not me" tells the office and stops the link; only that page says so, and names nobody', async () => {
  const parent = await addParent(app);
  const { cookie } = await startAs(app, parent);
  const visitor = makeVisitor(app.url);
  const form = await visitor.follow(await visitor.open(to.link(parent.uniqueId)), 'This is not me');
  expect(form.text).toContain('Are you not Maria?');
  let page = await visitor.submit(form, 'Yes, this is not me');
  expect(page.url).toBe(to.linkNotMe(parent.uniqueId));
  expect(page.text).toContain('Thank you for telling us');
  expect(page.html).not.toMatch(/Maria|Sofia|Santos/);
  page = await visitor.submit(form, 'Yes, this is not me'); // a second tap
  expect(page.text).toContain('Thank you for telling us');
  expect(await app.db('events').where({ parent_id: parent.id, kind: 'parent.not-me' })).toHaveLength(1);
  expect((await visitor.open(to.link(parent.uniqueId))).status).toBe(404);
  expect((await makeVisitor(app.url, { cookie }).open(to.parent(parent.id))).text).toContain('Open your link again');
});

test('R41: a form without the token of this very link decides nothing', async () => {
  const [maria, kwame] = [await addParent(app), await addParent(app, 'kwame')];
  const visitor = makeVisitor(app.url);
  const foreign = (await visitor.open(to.linkDecline(kwame.uniqueId))).root.querySelector('[name=_csrf]');
  for (const token of ['', foreign?.getAttribute('value') ?? '']) {
    for (const address of [to.link, to.linkNotMe, to.linkDecline]) {
      const body = new URLSearchParams({ _csrf: token, consent: 'v1' });
      expect((await visitor.post(address(maria.uniqueId), body)).status).toBe(403);
    }
  }
  expect(await statusOf(maria)).toBe('not_opened');
});
