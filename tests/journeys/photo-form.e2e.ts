import type { Browser, Page, Route } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { drawFace } from '../../src/photos/draw-face.ts';
import { to } from '../../src/http/paths.ts';
import type { Parent } from '../../src/parents/parent.ts';
import { type App, startApp } from '../support/app.ts';
import { openContext, startBrowser } from '../support/browser.ts';
import { addParent } from '../support/cast.ts';

let app: App;
let browser: Browser;
let face: Buffer;
beforeAll(async () => {
  app = await startApp({ env: { MAX_UPLOAD_MB: '1' } });
  browser = await startBrowser();
  face = await drawFace({ seed: 3 });
});
afterAll(async () => {
  await browser.close();
  await app.stop();
});

const SMALL_PHONE = { width: 390, height: 667 };

const choose = (page: Page, buffer = face, name = 'me.jpg', mimeType = 'image/jpeg') =>
  page.locator('input[name=photo]').setInputFiles({ buffer, name, mimeType });
const press = (page: Page, name: string) => page.getByRole('button', { name }).click();
const arrived = (page: Page) => page.getByRole('heading', { name: 'We have your photo' }).waitFor();
const idOf = (route: Route) => /name="upload_id"\r\n\r\n([0-9a-f-]{36})/.exec(route.request().postData() ?? '')?.[1];
const photosOf = (parent: Parent) => app.photos.listOfParent(parent.id);

/** Whoever looks at the screen sees all of the sentence without scrolling, and waiting. */
const expectOnScreen = async (page: Page, words: string) => {
  const sentence = page.getByText(words);
  await sentence.waitFor();
  const { y = -1, height = 0 } = (await sentence.boundingBox()) ?? {};
  expect(y).toBeGreaterThanOrEqual(0);
  expect(y + height).toBeLessThanOrEqual(SMALL_PHONE.height);
};

/** The photo page in a browser with script; `ids` are the upload ids that it sends. */
const open = async () => {
  const parent = await addParent(app);
  const { context, complaints } = await openContext(browser);
  const page = await context.newPage();
  await page.setViewportSize(SMALL_PHONE);
  await page.goto(app.url + to.link(parent.uniqueId));
  await page.locator('#consent').check();
  await press(page, 'Start');
  await page.waitForURL('**/photo');
  const ids: (string | undefined)[] = [];
  /** Answers the next photos by the given ways, one each; later ones go through. */
  const answer = (...ways: ((route: Route) => Promise<void>)[]) =>
    page.route('**/photo', async (route) => {
      if (route.request().method() !== 'POST') return route.continue();
      ids.push(idOf(route));
      return (ways.shift() ?? ((next: Route) => next.continue()))(route);
    });
  return { parent, context, complaints, page, ids, answer };
};

test('busy: counts down, then sends the same photo with the same id; the receipt shows one', async () => {
  const { parent, context, page, ids, answer } = await open();
  await answer((route) => route.fulfill({ status: 503, headers: { 'Retry-After': '2' }, body: '' }));
  await choose(page);
  await press(page, 'Send this photo');
  await expectOnScreen(page, 'We try again in 2 seconds.');
  await page.getByText('We try again in 1 second.').waitFor();
  await arrived(page);
  expect(ids).toHaveLength(2);
  expect(ids[0]).toMatch(/^[0-9a-f-]{36}$/);
  expect(ids[1]).toBe(ids[0]);
  expect(await photosOf(parent)).toHaveLength(1);
  await context.close();
});

test('the network breaks: the choice stays, and pressing again sends it; the server may have had it already', async () => {
  const { parent, context, page, ids, answer } = await open();
  await answer(async (route) => {
    await route.fetch(); // it arrives, the answer does not
    await route.abort('connectionreset');
  });
  await choose(page);
  await press(page, 'Send this photo');
  await expectOnScreen(page, 'Your photo was not sent. Check your internet connection');
  expect(await page.locator('[data-preview] img').isVisible()).toBe(true);
  await press(page, 'Send this photo');
  await arrived(page);
  expect(ids[1]).toBe(ids[0]);
  expect(await photosOf(parent)).toHaveLength(1);
  await context.close();
});

test('offline: waits and sends by itself when the network is back', async () => {
  const { parent, context, page } = await open();
  await choose(page);
  await context.setOffline(true);
  await press(page, 'Send this photo');
  await expectOnScreen(page, 'You have no internet connection now');
  await context.setOffline(false);
  await arrived(page);
  expect(await photosOf(parent)).toHaveLength(1);
  await context.close();
});

test('stopping sends nothing, and another photo gets another id', async () => {
  const { parent, context, page, ids, answer } = await open();
  await answer(() => new Promise(() => undefined)); // never answers
  await choose(page);
  await press(page, 'Send this photo');
  await expect.poll(() => ids.length).toBe(1);
  await press(page, 'Stop sending');
  await expectOnScreen(page, 'We stopped. Your photo was not sent.');
  await press(page, 'Choose another photo');
  await page.getByRole('heading', { name: 'Take a photo of yourself' }).waitFor();
  expect(await page.locator('[data-steps]').textContent()).toContain('Step 2 of 3');
  await choose(page, await drawFace({ seed: 4 }));
  await press(page, 'Send this photo');
  await arrived(page);
  expect(ids).toHaveLength(2);
  expect(ids[1]).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(ids[1]).not.toBe(ids[0]);
  expect(await photosOf(parent)).toHaveLength(1);
  await context.close();
});

test('a big photo is made smaller before it is sent, upright', async () => {
  const { parent, context, complaints, page } = await open();
  const noise = { type: 'gaussian', mean: 128, sigma: 40 } as const;
  const big = await sharp({ create: { width: 1800, height: 2400, channels: 3, background: '#888', noise } })
    .jpeg({ quality: 90 })
    .withMetadata({ orientation: 6 })
    .toBuffer();
  expect(big.length).toBeGreaterThan(1024 * 1024); // the server takes 1 MB
  await choose(page, big);
  await press(page, 'Send this photo');
  await arrived(page);
  const [photo] = await photosOf(parent);
  expect(photo).toMatchObject({ width: 1200, height: 900 });
  expect(complaints).toEqual([]);
  await context.close();
});

/** Chooses a file by the script: Playwright fills in a type by the name, and some Android pickers give none. */
const chooseUntyped = (page: Page, name: string, bytes: Buffer, type = '') =>
  page.evaluate(`{
    const input = document.querySelector('input[name=photo]');
    const bytes = Uint8Array.from(atob('${bytes.toString('base64')}'), (sign) => sign.charCodeAt(0));
    const choice = new DataTransfer();
    choice.items.add(new File([bytes], '${name}', { type: '${type}' }));
    input.files = choice.files;
    input.dispatchEvent(new Event('change'));
  }`);

test('a file that names no type is sent, and the server says what it is', async () => {
  const { parent, context, complaints, page } = await open();
  await chooseUntyped(page, '1000012345', Buffer.from('not a photo at all'), 'application/pdf');
  await expectOnScreen(page, 'This file is not a photo. Choose');
  await chooseUntyped(page, '1000012345', Buffer.from('not a photo at all'));
  await press(page, 'Send this photo');
  await page.getByRole('heading', { name: 'This file is not a photo' }).waitFor();
  await chooseUntyped(page, '1000012346', face);
  await page.locator('[data-preview] img').waitFor();
  await press(page, 'Send this photo');
  await arrived(page);
  expect(await photosOf(parent)).toHaveLength(1);
  expect(complaints).toEqual([]);
  await context.close();
});

test('what the server refuses is shown by its own page, which takes another photo', async () => {
  const { parent, context, page } = await open();
  const tiny = await sharp({ create: { width: 100, height: 120, channels: 3, background: '#888' } })
    .jpeg()
    .toBuffer();
  await choose(page, tiny);
  await press(page, 'Send this photo');
  await page.getByRole('heading', { name: 'This photo is too small' }).waitFor();
  expect(await page.evaluate('document.activeElement.tagName')).toBe('H1');
  await choose(page);
  await press(page, 'Send this photo');
  await arrived(page);
  expect(await photosOf(parent)).toHaveLength(1);
  await context.close();
});

test('a session that ended meanwhile is told as a page', async () => {
  const { context, page } = await open();
  await choose(page);
  await context.clearCookies();
  await press(page, 'Send this photo');
  await page.getByRole('heading', { name: 'Open your link again' }).waitFor();
  await context.close();
});
