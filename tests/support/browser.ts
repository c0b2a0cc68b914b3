import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Browser, chromium, type Page, type Request } from 'playwright-core';
import type { Language } from '../../src/platform/languages.ts';
import { picturesDir } from './environment.ts';

const axe = readFileSync(fileURLToPath(import.meta.resolve('axe-core/axe.min.js')), 'utf8');

const quiet = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'];
const closed = ['--disable-background-networking', '--disable-component-update', '--disable-sync'];
/** All our pages are of one site: one process draws them, instead of one a page, and keeps what it has compiled; a sixth less CPU. */
const together = ['--process-per-site', '--renderer-process-limit=1', '--disable-site-isolation-trials'];
const warm = '--js-flags=--no-flush-bytecode';

/** The same engine without what only a screen needs, which costs a third; or the whole program, where that is all there is. */
const HEADLESS = '/usr/bin/chromium-headless-shell';
const executablePath = existsSync(HEADLESS) ? HEADLESS : '/usr/bin/chromium';

export const startBrowser = (): Promise<Browser> =>
  chromium.launch({ executablePath, args: [...quiet, ...closed, ...together, warm] });

/**
 * `colours`: only the rules about colours, for a scheme changes nothing else (tests/http/assets.test.ts) and the others hold
 * at this width already; `words`: only those that words can break; `glance`: only whether it scrolls sideways.
 */
type View = { width: 390 | 1280; scheme: 'light' | 'dark'; only?: 'colours' | 'words' | 'glance' };
const both = [
  { width: 390, scheme: 'light' },
  { width: 1280, scheme: 'dark' },
] as const;
const crossed = [
  { width: 390, scheme: 'dark', only: 'colours' },
  { width: 1280, scheme: 'light', only: 'colours' },
] as const;

/**
 * A page is looked at whole in its first state, at both widths in both schemes. In its further states each width and each
 * scheme is seen once: a width changes the colour of one kind of words, and shows or hides others that are listed
 * (tests/http/assets.test.ts).
 */
export type Depth = 'whole' | 'further';

type Options = { width?: number; script?: boolean; locale?: string; touch?: boolean };

/** The console says so of every answer of 400 and more; the requests themselves are looked at instead. */
const isAboutLoading = (text: string) => text.startsWith('Failed to load resource:');

/** Whether the page needed it: pages may be refused themselves, and what a script sends is the script's to explain. */
const isPart = (request: Request) =>
  !request.isNavigationRequest() && !['xhr', 'fetch'].includes(request.resourceType());

/**
 * A browser of its own. `complaints` is whatever it objects to: CSP reports, console errors and warnings, faults of
 * scripts, pictures and styles that are missing; `reports` is those of the CSP alone.
 */
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
  const reports: string[] = [];
  const report = (what: string) => {
    complaints.push(`CSP: ${what}`);
    reports.push(what);
  };
  context.on('console', (message) => {
    const text = message.text();
    if (text.includes('Content Security Policy')) report(text);
    else if (['error', 'warning'].includes(message.type()) && !isAboutLoading(text)) complaints.push(text);
  });
  context.on('response', (answer) => {
    if (answer.status() >= 400 && isPart(answer.request())) complaints.push(`${answer.status()} ${answer.url()}`);
  });
  context.on('requestfailed', (request) => {
    const why = request.failure()?.errorText ?? '';
    if (!script && request.resourceType() === 'script') return; // named in the page, and not for this browser
    if (why !== 'net::ERR_ABORTED' && isPart(request)) complaints.push(`${why} ${request.url()}`); // aborted: left
  });
  context.on('weberror', (fault) => complaints.push(String(fault.error())));
  if (script) {
    // axe is larger than all that a page loads: it comes once, and runs where it is asked for.
    await context.exposeFunction('reportViolation', report);
    await context.addInitScript({
      content: `globalThis.loadAxe = () => {${axe}};
        document.addEventListener('securitypolicyviolation', (violation) =>
        reportViolation(violation.violatedDirective + ' ' + violation.blockedURI))`,
    });
  }
  return { context, complaints, reports };
};

/** Where the script never comes a page differs in small parts only: in further states it is looked at whole narrow, wide in its colours. */
export const viewsWithoutScript = (depth: Depth): readonly View[] =>
  depth === 'whole' || picturesDir !== undefined ? [...both, ...crossed] : [both[0], { ...both[1], only: 'colours' }];

/** A translation changes words, not colours; one from right to left turns the whole page, which is looked at in its first state. */
export const viewsIn = (language: Language, depth: Depth): readonly View[] => {
  if (language === 'en') return depth === 'whole' || picturesDir !== undefined ? [...both, ...crossed] : both;
  return [
    { width: 390, scheme: 'light', ...(language === 'ar' && depth === 'whole' ? {} : { only: 'words' }) },
    { width: 1280, scheme: 'light', only: 'glance' },
  ];
};

/** What axe has against the page at this moment (WCAG 2.0 to 2.2 A and AA, best practice), a line a violation. */
const runAxe = (rules?: string[]) => `axe.run(document, {
    resultTypes: ['violations'], ${rules ? `runOnly: { type: 'rule', values: ${JSON.stringify(rules)} }` : ''}
  }).then(({ violations }) =>
    violations.map(({ id, nodes }) => id + ': ' + nodes.map(({ html }) => html.slice(0, 120)).join(' | ')))`;
/** Languages, and what has a name by its words: controls, links, pictures, tables, parts of the page. */
// prettier-ignore
const aboutWords = [
  'html-has-lang', 'html-lang-valid', 'html-xml-lang-mismatch', 'valid-lang', 'document-title', 'empty-heading',
  'button-name', 'input-button-name', 'input-image-alt', 'image-alt', 'svg-img-alt', 'role-img-alt', 'label',
  'select-name', 'summary-name', 'link-name', 'label-title-only', 'aria-command-name', 'aria-input-field-name',
  'aria-progressbar-name', 'aria-dialog-name', 'image-redundant-alt', 'empty-table-header', 'table-duplicate-name',
  'landmark-unique', 'aria-valid-attr-value', 'autocomplete-valid', 'scrollable-region-focusable',
];
const axeFor = {
  all: runAxe(),
  colours: runAxe(['color-contrast', 'link-in-text-block']),
  words: runAxe(aboutWords),
};

/** Looks at the page at these widths and in these schemes: axe is content and nothing scrolls sideways. */
export const inspect = async (page: Page, name: string, seen: readonly View[]): Promise<string[]> => {
  const faults: string[] = [];
  const before = page.viewportSize();
  await page.evaluate('loadAxe()');
  await page.evaluate(`document.querySelectorAll('details.more').forEach((more) => (more.open = true))`);
  for (const { width, scheme, only = 'all' } of seen) {
    await page.setViewportSize({ width, height: 844 });
    await page.emulateMedia({ colorScheme: scheme });
    const where = `${name} ${width} ${scheme}`;
    const violations = only === 'glance' ? [] : await page.evaluate<string[]>(axeFor[only]);
    faults.push(...violations.map((fault) => `${where}: ${fault}`));
    const root = 'document.documentElement';
    if (await page.evaluate(`${root}.scrollWidth > ${root}.clientWidth`)) faults.push(`${where}: scrolls sideways`);
    if (picturesDir !== undefined) {
      await page.screenshot({ path: join(picturesDir, `${where.replace(/\W+/g, '-')}.png`), fullPage: true });
    }
  }
  if (before) await page.setViewportSize(before);
  return faults;
};
