import { join } from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import { type Browser, chromium, type Page } from 'playwright-core';
import { picturesDir } from './environment.ts';

const quiet = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'];
const closed = ['--disable-background-networking', '--disable-component-update', '--disable-sync'];

export const startBrowser = (): Promise<Browser> =>
  chromium.launch({ executablePath: '/usr/bin/chromium', args: [...quiet, ...closed] });

type View = { width: 390 | 1280; scheme: 'light' | 'dark' };
export const views: readonly View[] = [
  { width: 390, scheme: 'light' },
  { width: 390, scheme: 'dark' },
  { width: 1280, scheme: 'light' },
  { width: 1280, scheme: 'dark' },
];

type Options = { width?: number; script?: boolean; locale?: string; touch?: boolean };

/** A browser of its own that writes down whatever it complains about: CSP reports, console errors, failed requests. */
export const openContext = async (browser: Browser, options: Options = {}) => {
  const { width = 390, script = true, locale = 'en-GB', touch = false } = options;
  const context = await browser.newContext({
    viewport: { width, height: 844 },
    javaScriptEnabled: script,
    locale,
    hasTouch: touch,
    reducedMotion: 'reduce',
  });
  const complaints: string[] = [];
  context.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  context.on('weberror', (fault) => complaints.push(String(fault.error())));
  if (script) {
    await context.exposeFunction('reportViolation', (what: string) => complaints.push(`CSP: ${what}`));
    await context.addInitScript({
      content: `document.addEventListener('securitypolicyviolation', (violation) =>
        reportViolation(violation.violatedDirective + ' ' + violation.blockedURI))`,
    });
  }
  return { context, complaints };
};

/** A translation changes words and direction, not colours: it is looked at once more at each width. */
export const lightViews = views.filter((view) => view.scheme === 'light');

/** What axe has against the page at this moment (WCAG 2.0 to 2.2 A and AA, best practice), a line a violation. */
const axe = async (page: Page): Promise<string[]> => {
  const { violations } = await new AxeBuilder({ page }).setLegacyMode().analyze();
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html.slice(0, 120)).join(' | ')}`);
};

/** Looks at the page at 390 and 1280 pixels, light and dark: axe is content and nothing scrolls sideways. */
export const inspect = async (page: Page, name: string, seen: readonly View[] = views): Promise<string[]> => {
  const faults: string[] = [];
  const before = page.viewportSize();
  for (const { width, scheme } of seen) {
    await page.setViewportSize({ width, height: 844 });
    await page.emulateMedia({ colorScheme: scheme });
    const where = `${name} ${width} ${scheme}`;
    faults.push(...(await axe(page)).map((fault) => `${where}: ${fault}`));
    const root = 'document.documentElement';
    if (await page.evaluate(`${root}.scrollWidth > ${root}.clientWidth`)) faults.push(`${where}: scrolls sideways`);
    if (picturesDir !== undefined) {
      await page.screenshot({ path: join(picturesDir, `${name}-${width}-${scheme}.png`), fullPage: true });
    }
  }
  await page.emulateMedia({ colorScheme: 'light' });
  if (before) await page.setViewportSize(before);
  return faults;
};
