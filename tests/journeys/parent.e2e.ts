import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { drawFace } from '../../src/photos/draw-face.ts';
import { to } from '../../src/http/paths.ts';
import type { Parent } from '../../src/parents/parent.ts';
import { type App, startApp } from '../support/app.ts';
import { inspect, lightViews, openContext, startBrowser, views } from '../support/browser.ts';
import { addParent, addStaff } from '../support/cast.ts';

let app: App;
let browser: Browser;
let ruth: { kind: 'staff'; staffId: number };
let face: Buffer;

beforeAll(async () => {
  app = await startApp();
  browser = await startBrowser();
  ruth = { kind: 'staff', staffId: await addStaff(app, 'ruth') };
  face = await drawFace({ seed: 7 });
});
afterAll(async () => {
  await browser.close();
  await app.stop();
});

const file = (buffer: Buffer, name = 'me.jpg', mimeType = 'image/jpeg') => ({ buffer, name, mimeType });
const linkOf = (parent: Parent) => app.url + to.link(parent.uniqueId);

const start = async (page: Page, parent: Parent) => {
  await page.goto(linkOf(parent));
  await page.locator('#consent').check();
  await page.getByRole('button', { name: 'Start' }).click();
  await page.waitForURL('**/photo');
};

test('with script, on a phone: preview, progress, receipt; every page without a fault', async () => {
  const parent = await addParent(app);
  const { context, complaints } = await openContext(browser, { touch: true });
  const page = await context.newPage();
  await page.goto(linkOf(parent));
  expect(await inspect(page, 'parent-welcome')).toEqual([]);
  await page.getByRole('button', { name: 'Start' }).click(); // the browser itself asks for the tick
  expect(await page.locator('#consent:invalid').count()).toBe(1);
  await start(page, parent);
  expect(await inspect(page, 'parent-photo')).toEqual([]);

  await page.locator('input[name=photo]').setInputFiles(file(Buffer.from('%PDF-1.4'), 'a.pdf', 'application/pdf'));
  expect(await page.locator('[data-error]').textContent()).toContain('not a photo');
  await page.locator('input[name=photo]').setInputFiles(file(face));
  await page.getByRole('heading', { name: 'Check your photo' }).waitFor();
  expect(await inspect(page, 'parent-confirm')).toEqual([]);
  await page.getByRole('button', { name: 'Send this photo' }).click();
  await page.waitForURL(`**${to.parent(parent.id)}`);
  expect(await page.locator('h1').textContent()).toContain('We have your photo');
  expect(await inspect(page, 'parent-pending')).toEqual([]);
  expect((await app.photos.listOfParent(parent.id)).map((photo) => photo.status)).toEqual(['pending']);

  await page.goto(linkOf(parent)); // the link shows words, the face only when asked
  expect(await page.locator('main img').count()).toBe(0);
  expect(await inspect(page, 'parent-receipt')).toEqual([]);
  await page.getByRole('button', { name: 'Show my photo' }).click();
  await page.locator('main img').waitFor();
  expect(complaints).toEqual([]);
  await context.close();
});

test('approved, rejected and deleted, as the parent sees them', async () => {
  const parent = await addParent(app, 'amina');
  const { context, complaints } = await openContext(browser);
  const page = await context.newPage();
  await start(page, parent);
  const send = async () => {
    await page.locator('input[name=photo]').setInputFiles(file(face));
    await page.getByRole('button', { name: 'Send this photo' }).click();
    await page.getByRole('heading', { name: 'We have your photo' }).waitFor();
    const [newest] = await app.photos.listOfParent(parent.id);
    return newest?.id ?? 0;
  };
  await app.reviewPhoto.reject(ruth, 1, await send(), {
    reasons: ['too-dark'],
    note: 'Please try near the window.',
    seen: 'pending',
  });
  await page.reload();
  expect(await page.locator('main').textContent()).toContain('Please try near the window.');
  expect(await inspect(page, 'parent-rejected')).toEqual([]);
  await app.reviewPhoto.approve(ruth, 1, await send());
  await page.reload();
  expect(await inspect(page, 'parent-approved')).toEqual([]);
  await page.getByText('Delete my photo').click();
  await page.waitForURL('**/deletion');
  expect(await inspect(page, 'parent-delete')).toEqual([]);
  await page.getByRole('button', { name: 'Delete my photo' }).click();
  await page.getByRole('heading', { name: 'Your photo is deleted' }).waitFor();
  expect(await inspect(page, 'parent-delete-done')).toEqual([]);
  expect(await app.photos.listOfParent(parent.id)).toEqual([]);
  expect(complaints).toEqual([]);
  await context.close();
});

test('without script, in Arabic: the same by plain forms', async () => {
  const parent = await addParent(app, 'kwame', { locale: 'ar' });
  const { context, complaints } = await openContext(browser, { script: false });
  const page = await context.newPage();
  await page.goto(linkOf(parent));
  expect(await page.locator('html').getAttribute('dir')).toBe('rtl');
  await page.locator('#consent').check();
  await page.locator('form:has(#consent) button').click();
  await page.waitForURL('**/photo');
  await page.locator('input[name=photo]').setInputFiles(file(face));
  await page.locator('form[enctype] button:visible').first().click();
  await page.waitForURL(`**${to.parent(parent.id)}`);
  expect(await page.locator('main img').count()).toBe(1);
  expect((await app.photos.listOfParent(parent.id)).map((photo) => photo.status)).toEqual(['pending']);
  expect(complaints).toEqual([]);
  await context.close();
});

test('every other page of a parent, in three languages, has no fault', async () => {
  const { context, complaints } = await openContext(browser);
  const page = await context.newPage();
  const visit = async (path: string, name: string) => {
    await page.goto(app.url + path);
    for (const language of ['en', 'es', 'ar']) {
      await page.goto(`${app.url}${path}${path.includes('?') ? '&' : '?'}lang=${language}`);
      expect(await inspect(page, `${name}-${language}`, language === 'en' ? views : lightViews)).toEqual([]);
    }
    await page.goto(`${app.url}/onboarding/x?lang=en`);
  };
  const parent = await addParent(app, 'oisin');
  await visit(to.link(parent.uniqueId), 'parent-welcome');
  await visit(to.linkNotMe(parent.uniqueId), 'parent-not-me');
  await visit(to.linkDecline(parent.uniqueId), 'parent-decline');
  await visit('/onboarding/x', 'link-invalid');
  await visit(to.parent(999), 'parent-session-ended');
  await app.choices.decline(parent.id, '');
  await visit(to.linkDecline(parent.uniqueId), 'parent-decline-done');
  await app.choices.undoDecline(parent.id);
  await start(page, parent);
  const problems = ['too-big', 'heic', 'not-an-image', 'too-small', 'too-large', 'too-long', 'unreadable', 'busy'];
  for (const problem of [...problems, 'too-many', 'malformed', 'no-file']) {
    await visit(`${to.parentPhoto(parent.id)}?problem=${problem}`, `parent-${problem}`);
  }
  await app
    .db('parents')
    .where({ id: parent.id })
    .update({ link_expires_at: new Date(0) });
  await visit(to.link(parent.uniqueId), 'link-expired');
  await app
    .db('parents')
    .where({ id: parent.id })
    .update({ link_expires_at: new Date(Date.now() + 1e9) });
  await app.choices.sayNotMe(parent.id);
  await visit(to.linkNotMe(parent.uniqueId), 'parent-not-me-done');
  const unexpected = complaints.filter((complaint) => !/status of (403|404|410)/.test(complaint));
  expect(unexpected).toEqual([]);
  await context.close();
});
