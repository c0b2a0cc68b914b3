import { afterAll, beforeAll, expect, test } from 'vitest';
import { to } from '../../src/http/paths.ts';
import type { Parent } from '../../src/parents/parent.ts';
import { givePhoto } from '../support/actors.ts';
import { type App, movableClock, startApp } from '../support/app.ts';
import { addParent, addStaff } from '../support/cast.ts';
import { enterOffice, expectSound, namesOn, noticeOn } from '../support/office-visitor.ts';
import { makeVisitor, type Page, type Visitor } from '../support/visitor.ts';

const clock = movableClock();
const DAY = 24 * 3600 * 1000;
let app: App;
let ruth: Visitor;
beforeAll(async () => {
  app = await startApp({ clock });
  await addStaff(app, 'ruth');
  ruth = await enterOffice(app, 'ruth');
});
afterAll(() => app.stop());

const open = (parent: Parent) => ruth.open(to.adminParent(parent.id));
const linkOn = (page: Page) => page.root.querySelector('#link')?.getAttribute('value') ?? '';
const whatLinkSays = async (uniqueId: string) => (await makeVisitor(app.url).open(`/onboarding/${uniqueId}`)).status;
const history = (page: Page) => page.root.querySelector('.timeline')?.text.replace(/\s+/g, ' ') ?? '';
const token = (page: Page) => page.root.querySelector('input[name=_csrf]')?.getAttribute('value') ?? '';

test('a new link replaces the old one, which is dead at once; looking at the question changes nothing', async () => {
  const parent = await addParent(app, 'maria');
  let page = await ruth.follow(await open(parent), 'Make a new link');
  expect(page.text).toContain('Make a new link for Maria?');
  expect(page.text).toContain('The new link works for 30 days');
  expectSound(page);
  expect(await whatLinkSays(parent.uniqueId), 'R33').toBe(200);
  page = await ruth.submit(page, 'Make a new link');
  expect(noticeOn(page)).toBe('The new link is ready. The old one no longer works.');
  const renewed = linkOn(page).slice(-36);
  expect(renewed).not.toBe(parent.uniqueId);
  expect(await whatLinkSays(parent.uniqueId)).toBe(404);
  expect(await whatLinkSays(renewed)).toBe(200);
  expect(history(page)).toContain('New link made, the old one stopped');
});

test('a link is turned off with a reason for staff, and stays off until there is a new one', async () => {
  const parent = await addParent(app, 'kwame');
  let page = await ruth.follow(await open(parent), 'Turn off link');
  expectSound(page);
  page = await ruth.submit(page, 'Turn off link', { why: 'x'.repeat(301) });
  expect(page.status).toBe(422);
  expect(page.root.querySelector('#why')?.getAttribute('value')).toBe('x'.repeat(301));
  expectSound(page);
  page = await ruth.submit(page, 'Turn off link', { why: 'Moved to <Leeds>' });
  expect(noticeOn(page)).toBe('The link is off.');
  expect(history(page)).toContain('Link turned off');
  expect(page.html).toContain('Moved to &lt;Leeds&gt;');
  expect(linkOn(page)).toBe('');
  expect(page.html).not.toContain(parent.uniqueId);
  expect(page.text).not.toContain('30 more days');
  expect(await whatLinkSays(parent.uniqueId)).toBe(404);
  await ruth.post(to.adminLinkExtension(parent.id), new URLSearchParams({ _csrf: token(page) }));
  expect(await whatLinkSays(parent.uniqueId), 'more days do not bring it back').toBe(404);
  page = await ruth.submit(await ruth.follow(page, 'Make a new link'), 'Make a new link');
  expect(await whatLinkSays(linkOn(page).slice(-36))).toBe(200);
});

test('an expired link gets 30 more days, counted from now', async () => {
  const parent = await addParent(app, 'amina');
  await app
    .db('parents')
    .where({ id: parent.id })
    .update({ link_expires_at: new Date(clock.now().getTime() - DAY), link_lapsed: true });
  let page = await open(parent);
  expect(page.text).toContain('Link expired');
  expect(page.text).toContain('Expired on');
  page = await ruth.submit(page, '30 more days');
  expect(noticeOn(page)).toBe('The link works longer now.');
  expect(page.text).toContain('Works until');
  const changed = await app.parents.findById(parent.id);
  expect(changed?.linkExpiresAt.getTime()).toBeGreaterThan(clock.now().getTime() + 30 * DAY - 60_000);
  expect(changed?.linkExpiresAt.getTime()).toBeLessThanOrEqual(clock.now().getTime() + 30 * DAY);
});

test('“This is not me” is a red notice until the office clears it; the link stands still meanwhile', async () => {
  const parent = await addParent(app, 'oisin', { email: 'oisin@example.org' });
  await app.choices.sayNotMe(parent.id);
  let page = await open(parent);
  expect(page.text).toContain('Someone said “This is not me”');
  expect(page.root.querySelector('.notice-bad')?.text).toContain('oisin@example.org');
  expect(linkOn(page)).toBe('');
  expectSound(page);
  expect(await whatLinkSays(parent.uniqueId)).toBe(404);
  const bare = await ruth.post(to.adminAlert(parent.id), new URLSearchParams({ _csrf: token(page) }));
  expect(bare.status).toBe(400);
  expect(await whatLinkSays(parent.uniqueId)).toBe(404);
  page = await ruth.submit(page, 'Clear, it was a mistake');
  expect(noticeOn(page)).toBe('The alert is cleared. The link works again.');
  expect(page.text).not.toContain('Someone said');
  expect(await whatLinkSays(parent.uniqueId)).toBe(200);
});

test('an archived parent is on no list, the link is off, and comes back whole', async () => {
  const parent = await addParent(app, 'maria', { surname: 'Archiva' });
  await givePhoto(app, parent);
  let page = await ruth.follow(await open(parent), 'Archive');
  expectSound(page);
  page = await ruth.submit(page, 'Archive', { why: 'Left in July' });
  expect(noticeOn(page)).toBe('Maria Archiva is archived. You find archived parents under Archived.');
  expect(namesOn(page)).not.toContain('Maria Archiva');
  expect(await whatLinkSays(parent.uniqueId)).toBe(404);
  expect((await ruth.open('/admin/review')).text, 'R36').not.toContain('Archiva');
  page = await ruth.follow(page, 'Archived');
  expect(namesOn(page)).toEqual(['Maria Archiva']);
  page = await ruth.follow(page, 'Maria Archiva');
  expect(page.text).toContain('Maria Archiva is archived');
  expect(page.text).toContain('Left in July');
  for (const words of ['Approve', 'Make a new link', 'Edit']) expect(page.text).not.toContain(words);
  expectSound(page);
  for (const path of [to.adminParentEdit(parent.id), to.adminLinkNew(parent.id), to.adminLinkRevocation(parent.id)]) {
    expect((await ruth.open(path)).status, path).toBe(404);
  }
  page = await ruth.submit(page, 'Bring back');
  expect(noticeOn(page)).toBe('Maria Archiva is back on the lists.');
  expect(await whatLinkSays(parent.uniqueId)).toBe(200);
  expect((await ruth.open('/admin/parents?q=archiva')).text).toContain('Maria Archiva');
});

test('deleting for good asks for the surname, and leaves no row and no file', async () => {
  const parent = await addParent(app, 'oisin', { surname: "Ó'Sé-Núñez" });
  const other = await addParent(app, 'kwame', { surname: 'Stays' });
  await givePhoto(app, parent);
  const kept = await givePhoto(app, other);
  let page = await ruth.follow(await open(parent), 'Delete for good');
  expect(page.text).toContain('Type the surname to confirm');
  expectSound(page);
  for (const typed of ['', 'Oisín', 'Stays']) {
    page = await ruth.submit(page, 'Delete for good', { typed });
    expect(page.status, typed).toBe(422);
    expect(page.root.querySelector('[role=alert] a')?.getAttribute('href')).toBe('#typed');
    expectSound(page);
  }
  expect(await app.parents.findById(parent.id)).toBeDefined();
  page = await ruth.submit(page, 'Delete for good', { typed: ' o’se nunez ' });
  expect(noticeOn(page)).toBe('Everything about this parent is deleted.');
  expect(await app.parents.findById(parent.id)).toBeUndefined();
  expect(await app.checkIntegrity({ repair: false })).toMatchObject({ orphanFiles: 0, rowsWithoutFile: 0 });
  expect(await app.photos.find(other.schoolId, kept)).toBeDefined();
  expect((await open(parent)).status).toBe(404);
});

test('a parent with one name is confirmed by that name', async () => {
  const parent = await addParent(app, 'maria', { name: 'محمد', surname: '' });
  let page = await ruth.open(to.adminErasure(parent.id));
  expect(page.text).toContain('Type the name to confirm');
  page = await ruth.submit(page, 'Delete for good', { typed: 'محمد' });
  expect(page.url).toBe('/admin/parents?done=erased');
});
