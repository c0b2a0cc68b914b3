import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { publicDir } from '../../src/http/app.ts';
import { to } from '../../src/http/paths.ts';
import { startAs } from '../support/actors.ts';
import { type App, startApp } from '../support/app.ts';
import { addParent } from '../support/cast.ts';
import { ask } from '../support/raw-request.ts';
import { weighPage } from '../support/weigh-page.ts';

const css = readFileSync(join(publicDir, 'css/app.css'));
let app: App;
let style: string;
beforeAll(async () => {
  app = await startApp();
  style = /\/assets\/[0-9a-f]{12}\/css\/app\.css/.exec((await ask(app.url, '/admin/sign-in')).text)?.[0] ?? '';
});
afterAll(() => app.stop());

const get = (accept: string | undefined, path = style, method = 'GET') =>
  ask(app.url, path, { method, headers: accept === undefined ? {} : { 'accept-encoding': accept } });

test('a browser gets the smallest form that it reads, and caches are told that forms differ', async () => {
  const undo = { br: brotliDecompressSync, gzip: gunzipSync };
  for (const [accept, coding] of [
    ['gzip, deflate, br, zstd', 'br'],
    ['gzip, deflate', 'gzip'],
    ['br;q=0, gzip', 'gzip'],
  ] as const) {
    const answer = await get(accept);
    expect(answer.headers, accept).toMatchObject({ 'content-encoding': coding, vary: 'Accept-Encoding' });
    expect(answer.headers['content-length']).toBe(String(answer.body.length));
    expect(answer.body.length).toBeLessThan(css.length / 4);
    expect(undo[coding](answer.body).equals(css), accept).toBe(true);
  }
  for (const accept of [undefined, 'identity', 'deflate', 'gzip;q=0']) {
    const answer = await get(accept);
    expect(answer.headers['content-encoding'], accept).toBeUndefined();
    expect(answer.headers, accept).toMatchObject({ vary: 'Accept-Encoding' });
    expect(answer.body.equals(css), accept).toBe(true);
  }
});

test('a page is never compressed: it holds secrets', async () => {
  const maria = await addParent(app);
  for (const path of ['/admin/sign-in', to.link(maria.uniqueId)]) {
    const answer = await get('gzip, deflate, br', path);
    expect(answer.status).toBe(200);
    expect(answer.headers['content-encoding'], path).toBeUndefined();
  }
});

test('the address with the hash is kept for a year, one of another version not at all', async () => {
  const kept = await get('br');
  expect(kept.headers['cache-control']).toBe('public, max-age=31536000, immutable');
  expect(kept.headers['content-type']).toBe('text/css; charset=utf-8');
  const other = await get('br', style.replace(/[0-9a-f]{12}/, '0123456789ab'));
  expect(other.body.equals(kept.body)).toBe(true);
  expect(other.headers['cache-control']).toBe('no-store');
});

test('HEAD says the same without the file; other methods and other names find nothing', async () => {
  const head = await get('br', style, 'HEAD');
  expect([head.status, head.body.length]).toEqual([200, 0]);
  expect(head.headers).toMatchObject({ 'content-encoding': 'br', 'content-type': 'text/css; charset=utf-8' });
  expect((await get('br', style, 'POST')).status).toBe(404);
  for (const name of ['none.css', 'css', '../package.json', 'css/App.css', 'constructor']) {
    const answer = await get('br', style.replace('css/app.css', name));
    expect(answer.status, name).toBe(404);
    expect(answer.headers['cache-control'], name).toBe('no-store');
  }
});

test('a phone that comes for the first time loads less than 30 KB, with style, scripts, icon and headers; then it has most', async () => {
  const maria = await addParent(app);
  const { cookie } = await startAs(app, maria);
  const welcome = await weighPage(app.url + to.link(maria.uniqueId));
  expect(welcome.parts.map(({ path }) => path.split('/').at(-1))).toEqual(
    expect.arrayContaining([maria.uniqueId, 'crest.svg', 'app.css', 'main.js', 'menus.js']),
  );
  expect(welcome.bytes).toBeLessThan(30_000);
  const photo = await weighPage(app.url + to.parentPhoto(maria.id), { cookie });
  expect(photo.parts.map(({ path }) => path.split('/').at(-1))).toEqual(
    expect.arrayContaining(['photo-form.js', 'send.js', 'shrink.js']),
  );
  const kept = new Set(welcome.parts.map(({ path }) => path));
  const more = photo.parts.filter(({ path }) => !kept.has(path)).reduce((sum, { bytes }) => sum + bytes, 0);
  expect(more).toBeLessThan(20_000);
});

/** What is declared where the query of an at-rule holds. */
const declaredWhere = (query: RegExp) => {
  const atRules = [...css.toString().matchAll(/@(?:media|container) ([^{]*)\{((?:[^{}]*\{[^{}]*\})*)\s*\}/g)];
  expect(atRules, 'every rule was read').toHaveLength([...css.toString().matchAll(/@(?:media|container)\b/g)].length);
  const rules = atRules
    .filter(([, asked = '']) => query.test(asked))
    .flatMap(([, , block = '']) => [...block.matchAll(/([^{}]*)\{([^{}]*)\}/g)]);
  return rules.flatMap(([, selector = '', declared = '']) =>
    [...declared.matchAll(/([\w-]+)\s*:\s*([^;]+?)\s*(?:;|$)/g)].map(([text, name = '', value = '']) => ({
      ...{ selector: selector.trim(), text, name, value },
    })),
  );
};

test('the dark scheme changes colours only: what holds in the light one holds in it, too', () => {
  const changed = declaredWhere(/prefers-color-scheme: \w+/);
  expect(changed.length).toBeGreaterThan(20);
  const others = changed.filter(
    ({ name, value }) =>
      !['color', 'background', '--shadow'].includes(name) && !(name.startsWith('--') && /^#[\da-f]{6}$/.test(value)),
  );
  expect(others.map(({ text }) => text)).toEqual([]);
  expect(css.toString().match(/prefers-color-scheme/g)).toHaveLength(
    [...css.toString().matchAll(/@media \(prefers-color-scheme: dark\)/g)].length,
  );
});

// What is seen at one width in one scheme need not be seen at the other (support/browser.ts), but in the first state of its page.
test('a width changes the colour of one kind of words, the size of few, and hides few', () => {
  const changed = declaredWhere(/width|inline-size/);
  expect(changed.length).toBeGreaterThan(50);
  const which = (names: RegExp, values = /./) =>
    changed.filter(({ name, value }) => names.test(name) && values.test(value)).map(({ selector }) => selector);
  const label = '.stacked td[data-th]::before';
  expect(which(/^(color|background|opacity|visibility|text-|--)|filter|blend|text-fill/)).toEqual([label]);
  expect(which(/^font/)).toEqual([label, '.adult .name', '.adult .tag']);
  const hidden = ['.c-who', '.person .sub', '.c-lo', '.c-mid', '.table .tag .icon', '.stacked td:empty'];
  expect(which(/^display$/, /none/)).toEqual(hidden);
});
