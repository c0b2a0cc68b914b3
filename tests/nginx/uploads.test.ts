import { afterAll, beforeAll, expect, test } from 'vitest';
import { to } from '../../src/http/paths.ts';
import { scene } from '../support/pictures.ts';
import { chunked, endless, type RawAnswer, sendRaw } from '../support/raw-http.ts';
import { ask } from '../support/raw-request.ts';
import { formBody, headOf, type Sender, sendBody, sendPhoto } from '../support/sender.ts';
import { startTwoInstances, type TwoInstances } from '../support/two-instances.ts';

const MB = 1024 * 1024;
let two: TwoInstances;
let photo: Buffer;
let maria: Sender & { link: string };
let kwame: Sender;
beforeAll(async () => {
  two = await startTwoInstances({ ACCEL_REDIRECT: 'yes' });
  photo = await scene(900, 1200).jpeg().toBuffer();
  const [first, second] = await two.addSenders(2);
  if (!first || !second) throw new Error('there are no senders');
  [maria, kwame] = [first, second];
});
afterAll(() => two.stop());

const padded = (bytes: number): Buffer => Buffer.concat([photo, Buffer.alloc(bytes - photo.length)]);

const expectEdgePage = (answer: RawAnswer, language: string, dir: string, words: string): void => {
  expect(answer).toMatchObject({ status: 413, whole: true });
  expect(answer.body).toContain(`<html lang="${language}" dir="${dir}">`);
  expect(answer.body).toContain(words);
  expect(answer.headers).toMatchObject({
    'content-type': 'text/html; charset=utf-8',
    'strict-transport-security': 'max-age=31536000',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'content-security-policy': expect.stringContaining("default-src 'none'") as string,
    'referrer-policy': 'no-referrer',
  });
  expect(answer.headers['x-request-id'], 'the service was not asked').toBeUndefined();
};

test('a photo comes through, a large one of 24 MB too', async () => {
  expect((await sendPhoto(maria, photo)).status).toBe(303);
  expect((await sendPhoto(maria, padded(24 * MB))).status).toBe(303);
});

test('R15: above 25 MB the service says so on its page, in the language of the browser', async () => {
  const answer = await sendBody(maria, formBody(maria, padded(27 * MB)), { 'Accept-Language': 'es-MX,es;q=0.9' });
  expect(answer).toMatchObject({ status: 413, whole: true });
  expect(answer.body).toContain('<html lang="es" dir="ltr">');
  expect(answer.body).toContain('Podemos recibir fotos de hasta 25 MB.');
  expect(answer.headers['x-request-id']).toBeDefined();
});

test.each([
  ['ar', 'rtl', 'ar-EG,ar;q=0.9,en;q=0.5', {}, 'هذه الصورة كبيرة جدًا'],
  ['es', 'ltr', 'de-DE,es;q=0.9', { 'Transfer-Encoding': 'chunked' }, 'Esta foto es demasiado grande'],
  ['en', 'ltr', 'fr', {}, 'This photo is too big'],
] as const)(
  'R15: above 40 MB nginx says so on its own page, in %s, to those who read late too',
  async (language, dir, accepted, headers, words) => {
    const body = formBody(maria, padded(48 * MB));
    const inChunks = 'Transfer-Encoding' in headers;
    const pieces = function* () {
      const length = inChunks ? {} : { 'Content-Length': String(body.length) };
      yield headOf(maria, { 'Accept-Language': accepted, ...length, ...headers });
      if (inChunks) yield* chunked(body, 256 * 1024);
      else yield body;
    };
    expectEdgePage(await sendRaw({ port: maria.port, pieces: pieces(), readLate: true }), language, dir, words);
  },
);

test('R15: chunks without an end are ended with 413', async () => {
  const start = formBody(maria, photo).subarray(0, -50);
  const pieces = function* () {
    yield headOf(maria, { 'Transfer-Encoding': 'chunked' });
    yield* endless(start, 256 * 1024);
  };
  expectEdgePage(await sendRaw({ port: maria.port, pieces: pieces() }), 'en', 'ltr', 'This photo is too big');
});

test('the language that was chosen on a page counts more than the browser', async () => {
  const body = Buffer.alloc(100_000);
  const site = `http://127.0.0.1:${maria.port}`;
  const large = (path: string, headers: Record<string, string>) => ask(site, path, { body, headers });
  const spoken = async (path: string, headers: Record<string, string>) =>
    /<html lang="(\w+)"/.exec((await large(path, headers)).text)?.[1];
  expect(await spoken('/onboarding/x', { 'accept-language': 'es', cookie: 'lang=ar' })).toBe('ar');
  expect(await spoken('/onboarding/x?lang=es', { 'accept-language': 'en', cookie: 'lang=ar' })).toBe('es');
  expect(await spoken('/onboarding/x?lang=tlh', { 'accept-language': 'german, esperanto' })).toBe('en');
});

test('outside of uploads a body has 64 kB at most', async () => {
  const site = `http://127.0.0.1:${maria.port}`;
  for (const path of ['/admin/sign-in', `${maria.link}/not-me`, '/none']) {
    const large = await ask(site, path, { body: Buffer.alloc(65_537) });
    expect([large.status, large.headers['x-request-id']], path).toEqual([413, undefined]);
    expect((await ask(site, path, { body: Buffer.alloc(65_536) })).headers['x-request-id'], path).toBeDefined();
  }
});

/** The address of the picture on the parent's page. */
const pictureOf = async (sender: Sender): Promise<string> => {
  const { html } = await sender.visitor.open(to.parent(sender.parentId));
  return (/\/onboarding\/p\/\d+\/photos\/\d+\//.exec(html)?.[0] ?? '') + 'full';
};

test('R39: nginx sends a photo from the disk once the service has looked who asks, with the headers of the service', async () => {
  await sendPhoto(maria, photo);
  const [{ url }] = two.instances;
  const site = `http://127.0.0.1:${maria.port}`;
  const path = await pictureOf(maria);
  const inside = await ask(url, path, { headers: { cookie: maria.cookie } });
  expect([inside.status, inside.body.length]).toEqual([200, 0]);
  const place = String(inside.headers['x-accel-redirect']);
  expect(place).toMatch(/^\/_photos\/s\d+\/[\da-f]{2}\/[\da-f]{32}\.jpg$/);

  const seen = await ask(site, path, { headers: { cookie: maria.cookie, range: 'bytes=0-9' } });
  expect(seen.status).toBe(200);
  expect(seen.body.subarray(0, 3).toString('hex')).toBe('ffd8ff');
  expect(seen.body.length).toBeGreaterThan(5000);
  const kept = ['content-security-policy', 'cross-origin-resource-policy', 'x-content-type-options', 'cache-control'];
  const more = ['content-type', 'content-disposition', 'referrer-policy', 'x-robots-tag', 'x-frame-options'];
  for (const name of [...kept, ...more, 'permissions-policy', 'cross-origin-opener-policy']) {
    expect(seen.headers[name], name).toBe(inside.headers[name]);
    expect(seen.headers[name], name).toBeDefined();
  }
  expect(seen.headers['strict-transport-security']).toBe('max-age=31536000');
  for (const name of ['x-accel-redirect', 'etag', 'accept-ranges']) expect(seen.headers[name], name).toBeUndefined();

  expect((await ask(site, path, { headers: { cookie: kwame.cookie } })).status).toBe(403);
  for (const guess of [place, `/_photos/../_photos/${place.slice(9)}`, `/x/..${place}`, '/_photos/', '/_photos']) {
    const answer = await ask(site, guess, { headers: { cookie: maria.cookie } });
    expect([answer.status, answer.text.includes('\uFFFD')], guess).toEqual([404, false]);
  }
});

test('R34: no link is in a log, and nothing is lost', async () => {
  await two.expectNoLinkInLogs([200, 303, 404, 413]);
  expect(await two.doctor()).toMatchObject({ orphan_files: 0, rows_without_file: 0, checksum_mismatches: 0 });
});
