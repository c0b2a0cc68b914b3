// Somebody who opens the link on a computer is shown its QR code; a phone does not even load it.
import { expect, test } from 'vitest';
import { to } from '../../src/http/paths.ts';
import { startApp } from '../support/app.ts';
import { openContext, startBrowser } from '../support/browser.ts';
import { addParent } from '../support/cast.ts';

test('the QR code is loaded where there is room for it, and only there', async () => {
  const app = await startApp();
  const browser = await startBrowser();
  const { uniqueId } = await addParent(app);
  for (const [width, shown] of [
    [390, false],
    [1280, true],
  ] as const) {
    const { context, complaints } = await openContext(browser, { width });
    const page = await context.newPage();
    const asked: string[] = [];
    page.on('request', (request) => asked.push(new URL(request.url()).pathname));
    await page.goto(app.url + to.link(uniqueId), { waitUntil: 'networkidle' });
    expect(asked.includes(to.linkQr(uniqueId)), `${width}`).toBe(shown);
    const pixels = await page.evaluate<number>(`document.querySelector('.by-phone img').naturalWidth`);
    expect(pixels > 0, `${width}`).toBe(shown);
    expect(complaints).toEqual([]);
    await context.close();
  }
  await browser.close();
  await app.stop();
});
