import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'node-html-parser';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { publicDir } from '../../src/http/app.ts';
import { type App, startApp } from '../support/app.ts';
import { type Asked, askEverything, askForErrors, askWhileBroken } from '../support/ask-everything.ts';
import { ask } from '../support/raw-request.ts';
import { type StandOff, standOff } from '../support/standoff.ts';

let app: App;
let cast: StandOff;
let pages: Asked[];
let errors: Asked[];
let failures: Asked[];

beforeAll(async () => {
  app = await startApp({ env: { RATE_LIMIT_SCALE: '0' } });
  cast = await standOff(app);
  pages = await askEverything(app, cast);
  errors = await askForErrors(app, cast);
  failures = await askWhileBroken(app, cast);
});
afterAll(() => app.stop());

const all = () => [...pages, ...errors, ...failures];
const isPicture = ({ answer }: Asked) => answer.headers['content-type'] === 'image/jpeg';
const isHtml = ({ answer }: Asked) =>
  answer.location === '' && answer.text !== '' && (answer.headers['content-type']?.startsWith('text/html') ?? false);

test('R34: every answer keeps its address to itself: no referrer, no store, no index, no sniffing', () => {
  expect(all().length).toBeGreaterThan(200);
  for (const { about, answer } of all()) {
    expect(answer.headers, about).toMatchObject({
      'referrer-policy': 'no-referrer',
      'x-robots-tag': 'noindex, nofollow',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
    });
    expect(answer.headers['cache-control'], about).toMatch(/^(private, )?no-store$/);
    expect(answer.headers['permissions-policy'], about).toContain('geolocation=()');
    expect(answer.headers['access-control-allow-origin'], about).toBeUndefined();
  }
});

test('R34: no page names another host, and none has anything that a third party would be asked for', () => {
  for (const { about, answer } of all().filter(isHtml)) {
    for (const [address] of answer.text.matchAll(/\b(?:[a-z]{2,12}:)?\/\/[a-z0-9][^\s"'<>)]*/gi)) {
      expect(address, about).toMatch(/^(http:\/\/localhost:3000\/|http:\/\/www\.w3\.org\/)/);
    }
    const root = parse(answer.text);
    for (const element of root.querySelectorAll(
      '[src], [href], [action], [formaction], [srcset], [poster], [data], [ping]',
    )) {
      for (const name of ['src', 'href', 'action', 'formaction', 'srcset', 'poster', 'data', 'ping']) {
        const value = element.getAttribute(name);
        if (value !== undefined) expect(value, `${about}: ${name}`).toMatch(/^(\/(?!\/)|[?#]|tel:|mailto:|$)/);
      }
    }
    expect(root.querySelector('meta[name=referrer]')?.getAttribute('content'), about).toBe('no-referrer');
    expect(root.querySelector('meta[http-equiv=refresh]'), about).toBeNull();
  }
});

test('R34: our own style and script name no other host either', async () => {
  const files = (await readdir(publicDir, { recursive: true })).filter((file) => /\.(css|js|svg)$/.test(file));
  expect(files.length).toBeGreaterThan(3);
  for (const file of files) {
    const text = await readFile(join(publicDir, file), 'utf8');
    const addresses = [...text.matchAll(/(?:https?:)?\/\/[a-z0-9-]+\.[a-z]{2,}[^\s"'`)]*/gi)].map(
      ([address]) => address,
    );
    expect(
      addresses.filter((address) => !address.startsWith('http://www.w3.org/')),
      file,
    ).toEqual([]);
  }
});

test("R34: the link stands in no tab's title, and nowhere on or behind the pages of a session", () => {
  const { uniqueId } = cast.target;
  for (const { about, route, answer } of all()) {
    if (isHtml({ about, route, answer })) {
      expect(parse(answer.text).querySelector('title')?.text ?? '', about).not.toContain(uniqueId);
    }
    if (route.includes('/onboarding/p') || !route.includes('/onboarding/')) {
      expect(answer.location, about).not.toContain(uniqueId);
    }
    if (route.includes('/onboarding/p')) expect(answer.text, about).not.toContain(uniqueId);
  }
  const seen = pages.filter(({ answer }) => answer.text.includes(uniqueId)).map(({ about }) => about);
  const expected = /^GET \/onboarding\/:unique_id|^GET \/admin\/parents\/:parent_id(\/new-link)? as admin$/;
  expect(
    seen.filter((about) => !expected.test(about)),
    'the link is for whoever holds it and for admins',
  ).toEqual([]);
});

const directives = (policy: string): Record<string, string[]> =>
  Object.fromEntries(
    policy.split(';').map((part) => {
      const [name = '', ...sources] = part.trim().split(/\s+/);
      return [name, sources];
    }),
  );

test('R40: every answer has the strict policy: nothing by default, nothing unsafe, no frames, own forms only', () => {
  for (const asked of all()) {
    const policy = asked.answer.headers['content-security-policy'];
    expect(typeof policy, asked.about).toBe('string');
    const found = directives(String(policy));
    expect(found['default-src'], asked.about).toEqual(["'none'"]);
    if (isPicture(asked)) {
      expect(found, asked.about).toEqual({ 'default-src': ["'none'"], sandbox: [] });
      continue;
    }
    expect(found, asked.about).toMatchObject({
      'frame-ancestors': ["'none'"],
      'base-uri': ["'none'"],
      'form-action': ["'self'"],
      'script-src': ["'self'"],
      'style-src': ["'self'"],
    });
    const sources = Object.values(found).flat();
    expect(
      sources.filter((source) => !["'none'", "'self'", 'blob:'].includes(source)),
      asked.about,
    ).toEqual([]);
  }
});

test('R40: no page has script or style of its own in it, which the policy would have to allow', () => {
  for (const { about, answer } of all().filter(isHtml)) {
    const root = parse(answer.text);
    for (const script of root.querySelectorAll('script')) {
      expect(script.getAttribute('src'), about).toMatch(/^\/assets\//);
      expect(script.text.trim(), about).toBe('');
    }
    expect(root.querySelectorAll('style, [style], base, object, embed, iframe, frame').map(String), about).toEqual([]);
    const handlers = root
      .querySelectorAll('*')
      .flatMap((element) => Object.keys(element.attributes).filter((name) => /^on/i.test(name)));
    expect(handlers, about).toEqual([]);
  }
});

test('R40: assets have the policy too, and say what they are', async () => {
  const page = parse((await ask(app.url, '/admin/sign-in')).text);
  const addresses = page
    .querySelectorAll('link[href^="/assets/"], script[src]')
    .map((one) => one.getAttribute('href') ?? one.getAttribute('src') ?? '');
  expect(addresses.length).toBeGreaterThanOrEqual(3);
  for (const address of [...addresses, addresses[0]?.replace(/[0-9a-f]{12}/, 'another') ?? '']) {
    const answer = await ask(app.url, address);
    expect(answer.status, address).toBe(200);
    expect(directives(String(answer.headers['content-security-policy'])), address).toMatchObject({
      'default-src': ["'none'"],
    });
    expect(answer.headers['x-content-type-options'], address).toBe('nosniff');
    expect(answer.headers['content-type'], address).toMatch(/^(text\/(css|javascript)|image\/svg\+xml)/);
    expect(answer.headers['set-cookie'], address).toBeUndefined();
  }
});
