// The review in a browser: several photos at once, what leads away from the review, and no script.
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { startBrowser } from '../support/browser.ts';
import { giveChecks } from '../support/checked.ts';
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

test('the grid: ticks are counted, all or none, and one key undoes the batch', async () => {
  const { app, photos, enter, statuses } = review;
  for (const id of photos.slice(0, 3)) await giveChecks(app, id);
  const ben = await enter('ben');
  await ben.getByRole('link', { name: '3 passed every check' }).click();
  await ben.getByText('3 photos ticked').waitFor();
  await ben.getByLabel('Tick all').uncheck();
  await ben.getByText('Nothing ticked').waitFor();
  await ben.locator('[name=id]').nth(1).check();
  await ben.getByText('1 photo ticked').waitFor();
  expect(await ben.evaluate(`document.querySelector('[data-all]').indeterminate`)).toBe(true);
  await ben.getByLabel('Tick all').check();
  await ben.locator('[name=id]').nth(0).uncheck();
  await ben.getByRole('button', { name: 'Approve the ticked photos' }).click();
  await ben.getByText('You approved 2 photos.').waitFor();
  expect(await statuses()).toEqual(['pending', 'approved', 'approved', 'pending', 'pending']);
  await ben.keyboard.press('u');
  await ben.getByText('2 photos wait for review again.').waitFor();
  expect(await statuses()).toEqual(Array(5).fill('pending'));
});

test('something missing, a session that is over, and the back button lead to pages of their own', async () => {
  const { app, enter, sees, statuses } = review;
  const ben = await enter('ben');
  await sees(ben, 'One');
  await ben.keyboard.press('r');
  await ben.getByRole('alert').getByText('Choose what is wrong with the photo').waitFor();
  await ben.getByLabel('Too dark').check();
  await ben.keyboard.press('r');
  await sees(ben, 'Two');
  await ben.goBack();
  await ben.locator('.review').waitFor();
  expect(await ben.locator('main').textContent()).toContain('Review photos');
  review.expectNoComplaints(); // a session that is over is answered 403, which the browser mentions
  await app.db('sessions').delete();
  await ben.keyboard.press('a');
  await ben.waitForURL((url) => !url.pathname.endsWith('/review'));
  expect(await statuses()).toEqual(['rejected', 'pending', 'pending', 'pending', 'pending']);
});

test('without script the same forms do it all, on a phone', async () => {
  const { photos, enter, sees, statuses, claims } = review;
  const ben = await enter('ben', { width: 390, script: false });
  await sees(ben, 'One');
  await ben.getByRole('button', { name: 'Start reviewing' }).click();
  await sees(ben, 'One');
  expect(await claims()).toEqual([photos[0]]);
  expect(await ben.locator('kbd').first().isVisible()).toBe(false);
  await ben.getByRole('button', { name: 'Next' }).click();
  await sees(ben, 'Two');
  await ben.getByRole('button', { name: 'Previous' }).click();
  await sees(ben, 'One');
  await ben.getByRole('button', { name: 'Approve', exact: true }).click();
  await sees(ben, 'Two');
  await ben.getByRole('button', { name: 'Undo' }).click();
  await sees(ben, 'One');
  await ben.getByLabel('Blurred').check();
  await ben.getByRole('button', { name: 'Reject', exact: true }).click();
  await sees(ben, 'Two');
  expect(await statuses()).toEqual(['rejected', 'pending', 'pending', 'pending', 'pending']);
});
