import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Browser } from 'playwright-core';
import { to } from '../../src/http/paths.ts';
import { type App, startApp } from '../support/app.ts';
import { openContext, startBrowser } from '../support/browser.ts';
import { addParent } from '../support/cast.ts';
import { weighPage } from '../support/weigh-page.ts';

const ICON = '/images/crest.svg';

let app: App;
let browser: Browser;
beforeAll(async () => {
  app = await startApp();
  browser = await startBrowser();
});
afterAll(async () => {
  await browser.close();
  await app.stop();
});

test('Chromium loads a link’s page with what we count, nothing twice and nothing in a chain, under 30 KB', async () => {
  const { uniqueId } = await addParent(app);
  const { context, complaints } = await openContext(browser);
  const page = await context.newPage();
  const network = await context.newCDPSession(page);
  await network.send('Network.enable');
  const asked: { path: string; by: string }[] = [];
  let bytes = 0;
  network.on('Network.requestWillBeSent', ({ request, initiator }) => {
    asked.push({ path: new URL(request.url).pathname, by: initiator.type });
  });
  network.on('Network.loadingFinished', ({ encodedDataLength }) => (bytes += encodedDataLength));
  await page.goto(app.url + to.link(uniqueId), { waitUntil: 'networkidle' });
  await page.waitForTimeout(1200); // Chromium says that a preload was for nothing after a moment

  const weighed = await weighPage(app.url + to.link(uniqueId));
  // A browser without a window asks for no icon.
  const missed = weighed.parts.filter(({ path }) => path.endsWith(ICON) && !asked.some((one) => one.path === path));
  const counted = weighed.parts.filter((part) => !missed.includes(part));
  const paths = counted.map(({ path }) => new URL(path, app.url).pathname);
  expect(asked.map(({ path }) => path).sort()).toEqual(paths.sort());
  expect(asked.filter(({ by }) => by === 'script')).toEqual([]);
  for (const { bytes: unasked } of missed) bytes += unasked;
  expect(Math.abs(bytes - weighed.bytes)).toBeLessThan(weighed.bytes / 20);
  expect(bytes).toBeLessThan(30_000);
  expect(complaints).toEqual([]);
  await context.close();
});
