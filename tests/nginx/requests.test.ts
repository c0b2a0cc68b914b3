import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { exchange, requestHead, statusesIn } from '../support/exchange.ts';
import { ask, form } from '../support/raw-request.ts';
import { startTwoInstances, type TwoInstances } from '../support/two-instances.ts';

let two: TwoInstances;
let site: string;
let link: string;
beforeAll(async () => {
  two = await startTwoInstances();
  site = await two.edge.reach('127.0.0.1');
  link = (await two.addSenders(1))[0]?.link ?? '';
});
afterAll(() => two.stop());

const CHUNKS = '0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n';
const post = (...headers: string[]): string => requestHead('POST /admin/sign-in', 'Connection: close', ...headers);

describe.each(['nginx', 'node'] as const)('%s by itself', (who) => {
  const at = (): string => (who === 'nginx' ? site : two.instances[0].url);

  test.each([
    ['length and chunks', post('Content-Length: 6', 'Transfer-Encoding: chunked') + CHUNKS],
    ['chunks and length', post('Transfer-Encoding: chunked', 'Content-Length: 6') + CHUNKS],
    ['two lengths', post('Content-Length: 5', 'Content-Length: 50') + 'a=b&c'],
    ['two lengths in one', post('Content-Length: 5, 5') + 'a=b&c'],
    ['a length with a sign', post('Content-Length: +5') + 'a=b&c'],
    ['a length below nothing', post('Content-Length: -5') + 'a=b&c'],
    ['a length in hexadecimal', post('Content-Length: 0x5') + 'a=b&c'],
    ['a space before the colon', post('Transfer-Encoding : chunked') + CHUNKS],
    ['a folded header', post('X-Folded: one', ' Transfer-Encoding: chunked') + CHUNKS],
    ['NUL in a header', post('X-Odd: a\0b')],
    ['a chunk whose size is none', post('Transfer-Encoding: chunked') + 'x\r\nabc\r\n0\r\n\r\n'],
    ['a method that nobody knows', requestHead('SMUGGLE /admin', 'Connection: close')],
    ['TRACE', requestHead('TRACE /admin', 'Connection: close', 'Cookie: staff=secret')],
    ['OPTIONS', requestHead('OPTIONS /admin', 'Connection: close')],
    ['PROPFIND', requestHead('PROPFIND /admin', 'Connection: close')],
  ])('R54: %s: 400 or 405, and no second answer', async (_shape, bytes) => {
    const answers = await exchange(at(), bytes);
    const statuses = statusesIn(answers);
    expect(statuses, answers.slice(0, 300)).toHaveLength(1);
    expect([400, 405]).toContain(statuses[0]);
    expect(answers).not.toContain('secret');
  });

  test('R54: other codings of a body than chunks are refused', async () => {
    for (const coding of ['xchunked', 'gzip, chunked', 'chunked, identity', 'identity', '"chunked"']) {
      const statuses = statusesIn(await exchange(at(), post(`Transfer-Encoding: ${coding}`) + CHUNKS));
      expect(statuses, coding).toHaveLength(1);
      expect([400, 501], coding).toContain(statuses[0]);
    }
  });
});

test('R54: an address with another host in it is for another host', async () => {
  expect(await exchange(site, requestHead('GET http://evil.example/admin'))).toBe('');
  expect(await exchange(site, requestHead('CONNECT evil.example:443', 'Connection: close'))).not.toMatch(/ 200 /);
});

/** The same request `count` times over one connection, as fast as they are answered. */
const many = (origin: string, first: string, count: number, ...headers: string[]): Promise<string> => {
  const one = requestHead(first, ...headers);
  return exchange(origin, one.repeat(count - 1) + requestHead(first, 'Connection: close', ...headers));
};

test('a school with one address: two pages each for 800 families at a stroke, and any number of static files', async () => {
  const school = await two.edge.reach('127.0.0.20');
  const pages = await Promise.all(Array.from({ length: 4 }, () => many(school, 'GET /robots.txt', 400)));
  expect(pages.flatMap(statusesIn)).toEqual(Array.from({ length: 1600 }, () => 200));
  const style = /\/assets\/[^"]+\.css/.exec((await ask(school, '/admin/sign-in')).text)?.[0] ?? '';
  const styles = await many(school, `HEAD ${style}`, 990);
  expect(new Set(statusesIn(styles))).toEqual(new Set([200]));
});

test.each([
  ['en', 'ltr', 'Please wait a little'],
  ['es', 'ltr', 'Espere un poco, por favor'],
  ['ar', 'rtl', 'يرجى الانتظار قليلًا'],
])('R45: who tries passwords without a pause is told to wait, in %s; nobody else is', async (language, dir, words) => {
  const guesser = await two.edge.reach(`127.0.1.${language.charCodeAt(1)}`);
  const tries = Array.from({ length: 60 }, () =>
    ask(guesser, '/admin/sign-in', { body: form({ email: 'ruth' }), headers: { 'accept-language': language } }),
  );
  const answers = await Promise.all(tries);
  const refused = answers.filter(({ status }) => status === 429);
  expect(refused.length).toBeGreaterThan(5);
  expect(answers.length - refused.length).toBeGreaterThanOrEqual(41);
  expect(refused[0]?.headers).toMatchObject({
    'retry-after': '10',
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'strict-transport-security': 'max-age=31536000',
    'content-security-policy': expect.stringContaining("script-src 'self'") as string,
  });
  expect(refused[0]?.text).toContain(`<html lang="${language}" dir="${dir}">`);
  expect(refused[0]?.text).toContain(words);
  expect((await ask(guesser, '/admin/sign-in')).status).toBe(200);
  expect((await ask(site, '/admin/sign-in', { body: form({ email: 'ruth' }) })).status).toBe(403);
});

test('who asks without a pause is told to wait', async () => {
  const flood = await two.edge.reach('127.0.0.22');
  const seen = new Set<number>();
  const give = performance.now() + 60_000;
  while (!seen.has(429) && performance.now() < give) {
    const crowd = Array.from({ length: 7 }, () => many(flood, 'HEAD /robots.txt', 500));
    const [answers] = await Promise.all([many(flood, `HEAD ${link}`, 500), ...crowd]);
    for (const status of statusesIn(answers)) seen.add(status);
  }
  expect([...seen].sort()).toEqual([200, 429]);
  expect((await ask(site, '/robots.txt')).status).toBe(200);
});

test('R31, R46: wrong links count for the address that nginx sees, whatever the client claims, at all instances together', async () => {
  const guesser = await two.edge.reach('127.0.0.31');
  const guess = (n: number) =>
    ask(guesser, `/onboarding/${randomUUID()}`, { headers: { 'x-forwarded-for': `6.6.6.${n}` } });
  const statuses: number[] = [];
  for (let n = 1; n <= 70; n += 1) statuses.push((await guess(n)).status);
  expect(statuses.slice(0, 60)).toEqual(Array.from({ length: 60 }, () => 404));
  expect(statuses.slice(-4)).toEqual([429, 429, 429, 429]); // each instance learns it with its next miss
  const neighbour = await two.edge.reach('127.0.0.32');
  const claims = { headers: { 'x-forwarded-for': '127.0.0.31' } };
  expect((await ask(neighbour, `/onboarding/${randomUUID()}`, claims)).status).toBe(404);
});

test('R34: no link is in a log', () => two.expectNoLinkInLogs([200, 400, 404, 405, 429]));
