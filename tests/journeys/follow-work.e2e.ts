// The status page while work runs: it follows by itself, leaves the focus alone, and rests while nobody looks.
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { paths } from '../../src/http/paths.ts';
import { type App, startApp } from '../support/app.ts';
import { openContext, startBrowser } from '../support/browser.ts';
import { addStaff, PASSWORD, people } from '../support/cast.ts';
import { giveWork } from '../support/staged-system.ts';

let app: App;
let browser: Browser;
let around: { context: BrowserContext; complaints: string[] };
let page: Page;
beforeAll(async () => {
  app = await startApp();
  await addStaff(app, 'ruth');
  browser = await startBrowser();
  around = await openContext(browser, { width: 1280 });
  page = await around.context.newPage();
  await page.clock.install();
  await page.goto(app.url + paths.signIn);
  await page.locator('#email').fill(people.ruth.email);
  await page.locator('#password').fill(PASSWORD);
  await page.locator('main form button').click();
});
afterAll(async () => {
  await browser.close();
  await app.stop();
});

test('how far it is changes by itself, and what ends is told, without taking the focus', async () => {
  const id = await giveWork(app, { kind: 'doctor', done: 10, total: 40 });
  const other = await giveWork(app, { kind: 'storage-move', done: 1, total: 9 });
  await page.goto(app.url + paths.adminStatus);
  const button = page.locator(`button[name=work][value="${id}"]`);
  await button.focus();
  await app.db('long_work').where({ id }).update({ done: 30 });
  await app.db('long_work').where({ id: other }).update({ state: 'done', ended_at: new Date() });
  await page.clock.fastForward(5000);
  await page.getByText('30 of 40').waitFor();
  expect(await page.locator(`[data-work="${id}"] progress`).getAttribute('value')).toBe('30');
  expect(await page.getByRole('status').last().textContent()).toMatch(/^Move photos: that is over/);
  expect(await page.locator('[data-work]').count()).toBe(1);
  expect(await page.locator(':focus').getAttribute('value')).toBe(String(id));

  await app.db('long_work').where({ id }).update({ state: 'done', ended_at: new Date() });
  await page.clock.fastForward(5000);
  expect(await page.locator('[data-work]').count()).toBe(1); // the focus is in it
  await page.locator('h1').click();
  await page.clock.fastForward(5000);
  await page.getByText('Compare rows and files: that is over').waitFor();
  expect(await page.locator('[data-work]').count()).toBe(0);
  expect(around.complaints).toEqual([]);
});

test('where nobody has touched the page for ten minutes it asks no more: the session ends as it should', async () => {
  await giveWork(app, { kind: 'doctor', done: 10, total: 40 });
  await page.goto(app.url + paths.adminStatus);
  let asked = 0;
  page.on('request', (request) => void (asked += Number(request.resourceType() === 'fetch')));
  const later = async () => {
    await page.clock.fastForward(5000);
    return asked;
  };
  await expect.poll(later).toBeGreaterThan(1);
  await page.clock.fastForward(10 * 60_000);
  const before = await later();
  for (let n = 0; n < 3; n += 1) expect(await later()).toBe(before);
});
