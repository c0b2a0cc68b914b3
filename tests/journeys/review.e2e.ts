// The review in a browser: by keys, without leaving the page, with the next picture loaded ahead, by two people at once.
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { paths } from '../../src/http/paths.ts';
import { startBrowser } from '../support/browser.ts';
import { openReview, type Review } from '../support/reviewing.ts';

let browser: Browser;
let review: Review;
beforeAll(async () => {
  browser = await startBrowser();
});
afterAll(() => browser.close());
beforeEach(async () => {
  review = await openReview(browser);
});
afterEach(() => review.close());

test('A, 1 to 7, R, U, J, K and Z go through the photos without a page being loaded anew', async () => {
  const { app, photos, enter, sees, statuses } = review;
  const ben = await enter('ben');
  await sees(ben, 'One');
  await ben.evaluate(`window.here = 'the same page'`);
  await ben.keyboard.press('a');
  await sees(ben, 'Two');
  await ben.getByText('You approved Maria One.').waitFor();
  await ben.keyboard.press('2');
  expect(await ben.getByLabel('Blurred').isChecked()).toBe(true);
  await ben.keyboard.press('r');
  await sees(ben, 'Three');
  expect(await statuses()).toEqual(['approved', 'rejected', 'pending', 'pending', 'pending']);
  expect(await app.photos.find(1, photos[1] ?? 0)).toMatchObject({ rejectReasons: ['blurred'] });
  await ben.keyboard.press('u');
  await sees(ben, 'Two');
  await ben.keyboard.press('j');
  await sees(ben, 'Three');
  await ben.keyboard.press('k');
  await sees(ben, 'Two');
  await ben.keyboard.press('u');
  await sees(ben, 'One');
  expect(await statuses()).toEqual(Array(5).fill('pending'));
  expect(await ben.evaluate('window.here')).toBe('the same page');
  expect(await ben.title()).toContain('Review photos');
  expect(await ben.locator('.nav .count').textContent()).toContain('5');

  await ben.goto(app.url + paths.adminParents); // and later
  await ben.goto(app.url + paths.review);
  await ben.keyboard.press('a');
  await ben.getByText('You approved Maria One.').waitFor();
  await ben.goto(app.url + paths.adminParents);
  await ben.goto(app.url + paths.review);
  await ben.getByText('You approved Maria One today').waitFor();
  await ben.keyboard.press('u');
  await ben.getByText('The photo of Maria One waits for review again.').waitFor();
  expect(await statuses()).toEqual(Array(5).fill('pending'));
  review.expectNoComplaints();
  await ben.keyboard.press('z'); // the browser's own page for a picture has styles that the picture's policy refuses
  await ben.waitForURL(`**/admin/photos/${photos[0]}/full`);
});

test('keys mean nothing while somebody types, with a modifier, held down, or switched off, which the browser remembers', async () => {
  const { enter, sees, statuses } = review;
  const ben = await enter('ben');
  await sees(ben, 'One');
  await ben.locator('#note').focus();
  await ben.keyboard.type('Ask again: jku r a 1');
  expect(await ben.locator('#note').inputValue()).toBe('Ask again: jku r a 1');
  await ben.locator('#class').focus();
  await ben.keyboard.press('a');
  await ben.locator('h1').click();
  for (const press of ['Control+a', 'Alt+a', 'Meta+a', 'Shift+a']) await ben.keyboard.press(press);
  await ben.locator('[data-keys]').uncheck();
  for (const key of ['a', 'j', '1']) await ben.keyboard.press(key);
  expect(await ben.locator('button kbd').first().isVisible()).toBe(false);
  await ben.reload();
  expect(await ben.locator('[data-keys]').isChecked()).toBe(false);
  await ben.keyboard.press('a');
  await sees(ben, 'One');
  expect(await ben.locator('[name=reason]:checked').count()).toBe(0);
  expect(await statuses()).toEqual(Array(5).fill('pending'));
  await ben.locator('[data-keys]').check();
  await ben.keyboard.down('a');
  await sees(ben, 'Two');
  await ben.keyboard.down('a'); // still held: a repeat
  await ben.keyboard.up('a');
  expect((await statuses()).filter((status) => status === 'approved')).toHaveLength(1);
});

test('the next picture is loaded ahead and shown at once; the log says what was loaded, and what was looked at', async () => {
  const { photos, enter, sees, eventsOf } = review;
  const ben = await enter('ben');
  await sees(ben, 'One');
  await expect.poll(() => eventsOf('photo.loaded-ahead')).toEqual([photos[1]]);
  expect(await eventsOf('photo.shown'), 'loaded is not looked at').toEqual([photos[0]]);
  const asked: string[] = [];
  ben.on('request', (request) => asked.push(`${request.method()} ${new URL(request.url()).pathname}`));
  await ben.keyboard.press('a');
  await sees(ben, 'Two');
  const picture = ben.locator('.review .photo img');
  expect(await picture.getAttribute('src')).toMatch(/^blob:/);
  const decoded = `document.querySelector('.review .photo img').decode().then(() => document.images[0].naturalWidth)`;
  expect(await ben.evaluate(decoded)).toBe(400);
  await expect.poll(() => eventsOf('photo.shown')).toEqual([photos[0], photos[1]]);
  await expect.poll(() => eventsOf('photo.loaded-ahead')).toEqual([photos[1], photos[2]]);
  expect(asked.filter((one) => one.includes(`/photos/${photos[1]}/full`))).toEqual([
    `HEAD /admin/photos/${photos[1]}/full`,
  ]);
});

test('two reviewers get a photo each; a link away gives it back, and so does signing out', async () => {
  const { app, photos, enter, sees, claims } = review;
  const ben = await enter('ben');
  await sees(ben, 'One');
  await expect.poll(claims).toEqual([photos[0]]);
  const ruth = await enter('ruth');
  await sees(ruth, 'Two');
  await expect.poll(claims).toEqual([photos[0], photos[1]]);
  await ben.keyboard.press('a');
  await sees(ben, 'Three');
  await ruth.keyboard.press('a');
  await sees(ruth, 'Four');
  expect(await claims()).toEqual([photos[2], photos[3]]);
  await ruth.goto(`${app.url}${paths.review}?photo=${photos[2]}`);
  await ruth.getByText('Ben Okafor is looking at this photo.').waitFor();

  await ben.locator('.nav a').first().click();
  await ben.waitForURL('**/admin/parents');
  await expect.poll(claims).toEqual([photos[3]]);
  await ruth.getByRole('button', { name: 'Sign out' }).click();
  await expect.poll(claims).toEqual([]);
});

test('two who open the same photo in the same moment: one of them goes on to another', async () => {
  const { app, photos, enter, sees, claims } = review;
  const ben = await enter('ben');
  await expect.poll(claims).toEqual([photos[0]]);
  const held = Promise.withResolvers<undefined>();
  await ben.route('**/review/claim', async (route) => {
    await held.promise;
    await route.continue();
  });
  await app.db('review_claims').delete();
  await ben.reload();
  await sees(ben, 'One');
  const ruth = await enter('ruth');
  await sees(ruth, 'One');
  await expect.poll(claims).toEqual([photos[0]]);
  held.resolve(undefined);
  await sees(ben, 'Two');
  await expect.poll(claims).toEqual([photos[0], photos[1]]);
});
