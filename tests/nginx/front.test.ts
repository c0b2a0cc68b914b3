import { gunzipSync } from 'node:zlib';
import { connect as connectPlain } from 'node:net';
import { connect as connectHttp2 } from 'node:http2';
import { connect, type ConnectionOptions } from 'node:tls';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { HOST } from '../support/edge.ts';
import { ask } from '../support/raw-request.ts';
import { startTwoInstances, type TwoInstances } from '../support/two-instances.ts';

let two: TwoInstances;
let site: string;
let link: string;
beforeAll(async () => {
  two = await startTwoInstances({ METRICS_TOKEN: 'a token that only tests know' });
  site = await two.edge.reach('127.0.0.1');
  const [maria] = await two.addSenders(1);
  link = maria?.link ?? '';
});
afterAll(() => two.stop());

const HSTS = 'max-age=31536000';

/** What comes back for bytes over TLS. */
const overTls = async (bytes: string, options: ConnectionOptions = {}): Promise<string> => {
  const { https: port, ca } = two.edge;
  const socket = connect({ host: '127.0.0.1', port, ca, servername: HOST, ...options });
  const failed = once(socket, 'error').then(([error]) => `failed: ${(error as NodeJS.ErrnoException).code}`);
  socket.write(bytes);
  return Promise.race([text(socket).catch(() => failed), failed]); // what came before a reset does not count
};
/** What comes back for bytes over plain http. */
const overPlain = async (bytes: string): Promise<string> => {
  const socket = connectPlain(two.edge.http, '127.0.0.1');
  socket.write(bytes);
  return text(socket).catch(() => 'failed: ECONNRESET');
};
const head = (first: string, ...lines: string[]): string =>
  [first, `Host: ${HOST}`, 'Connection: close', ...lines, '', ''].join('\r\n');

test('R46: http leads to https on the host that we name, not on one that the client names', async () => {
  for (const host of [HOST, '127.0.0.1']) {
    const answer = await overPlain(`GET ${link}?lang=es HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
    expect(answer, host).toMatch(/^HTTP\/1.1 308 /);
    expect(answer, host).toContain(`\r\nLocation: https://${HOST}${link}?lang=es\r\n`);
  }
});

test('R46: unknown hosts, and none, get no answer: plain, by the name in TLS, or by the header alone', async () => {
  const other = (host: string) => `GET ${link} HTTP/1.1\r\n${host}Connection: close\r\n\r\n`;
  const nothing = /^(?:failed: ECONNRESET)?$/;
  expect(await overPlain(other('Host: evil.example\r\n'))).toMatch(nothing);
  expect(await overPlain('GET / HTTP/1.0\r\n\r\n')).toMatch(nothing);
  expect(await overTls(other('Host: evil.example\r\n'))).toMatch(nothing);
  expect(await overTls(other(`Host: ${HOST}\r\n`), { servername: 'evil.example', rejectUnauthorized: false })).toMatch(
    /^failed: (?:EPROTO|ERR_SSL)/,
  );
  expect(await overTls(head(`GET ${link} HTTP/1.1`))).toMatch(/^HTTP\/1.1 200 /);
});

test('a balancer finds out by address whether the service lives; nothing else is there', async () => {
  const healthy = await overPlain('GET /healthz HTTP/1.1\r\nHost: 10.0.0.7\r\nConnection: close\r\n\r\n');
  expect(healthy).toMatch(/^HTTP\/1.1 200 /);
  expect(healthy).toContain('{"status":"ok"}');
});

test('TLS 1.2 and 1.3, nothing older; HTTP/2', async () => {
  for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
    const answer = await overTls(head('GET /healthz HTTP/1.1'), { minVersion: version, maxVersion: version });
    expect(answer, version).toMatch(/^HTTP\/1.1 200 /);
  }
  const old = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' } as const;
  expect(await overTls(head('GET /healthz HTTP/1.1'), old)).toMatch(/^failed: /);
  const session = connectHttp2(`https://${HOST}:${two.edge.https}`, {
    ca: two.edge.ca,
    createConnection: () =>
      connect({ host: '127.0.0.1', port: two.edge.https, ca: two.edge.ca, servername: HOST, ALPNProtocols: ['h2'] }),
  });
  const stream = session.request({ ':path': link, ':authority': HOST });
  const [headers] = (await once(stream, 'response')) as [Record<string, string>];
  stream.resume();
  await once(stream, 'end');
  session.close();
  expect(headers[':status']).toBe(200);
});

test('R34: a page has every header of the service once, and HSTS once', async () => {
  const page = await overTls(head(`GET ${link} HTTP/1.1`));
  const names = [...page.slice(0, page.indexOf('\r\n\r\n')).matchAll(/\r\n([\w-]+):/g)].map(([, name]) =>
    name?.toLowerCase(),
  );
  expect(names.filter((name, at) => names.indexOf(name) !== at)).toEqual([]);
  const { headers, text: html } = await ask(site, link, { headers: { 'accept-encoding': 'gzip, br' } });
  expect(headers).toMatchObject({
    'strict-transport-security': HSTS,
    'referrer-policy': 'no-referrer',
    'cache-control': 'no-store',
    'x-robots-tag': 'noindex, nofollow',
    'x-content-type-options': 'nosniff',
    server: 'nginx',
  });
  expect(headers['content-encoding']).toBeUndefined();
  expect(headers['x-powered-by']).toBeUndefined();
  expect(html.match(/(?:src|href|action)="(?:https?:)?\/\/(?!photos\.oakfield\.example)[^"]*"/g)).toBeNull();
});

test('every other kind of answer has HSTS once, too', async () => {
  const html = (await ask(site, link)).text;
  const style = /\/assets\/[^"]+\.css/.exec(html)?.[0] ?? '';
  for (const path of [style, '/assets/none/css/app.css', '/none', '/admin', '/metrics', '/robots.txt']) {
    const { headers } = await ask(site, path);
    expect(headers['strict-transport-security'], path).toBe(HSTS);
  }
});

test('figures and readiness are not for the outside, however the address is written', async () => {
  const paths = [
    '/metrics',
    '/readyz',
    '/metrics/',
    '/METRICS',
    '/%6detrics',
    '//metrics',
    '/x/../readyz',
    '/readyz?a',
  ];
  const headers = { authorization: 'Bearer a token that only tests know' };
  for (const path of paths) {
    const answer = await ask(site, path, { headers });
    expect(answer.status, path).toBe(404);
    expect(answer.text, path).not.toMatch(/onboarding_|components/);
  }
  const [first] = two.instances;
  expect((await ask(first.url, '/metrics', { headers })).text).toContain('onboarding_');
  expect((await ask(site, '/healthz')).status).toBe(200);
});

test('static files come from the disk, compressed by gzip when asked, for a year; those of other versions from the service', async () => {
  const html = (await ask(site, link)).text;
  for (const [pattern, type] of [
    [/\/assets\/[^"]+\.css/, 'text/css; charset=utf-8'],
    [/\/assets\/[^"]+\.js/, 'text/javascript; charset=utf-8'],
    [/\/assets\/[^"]+\.svg/, 'image/svg+xml; charset=utf-8'],
  ] as const) {
    const path = pattern.exec(html)?.[0] ?? '';
    const packed = await ask(site, path, { headers: { 'accept-encoding': 'br, gzip' } });
    const plain = await ask(site, path);
    expect(packed.headers, path).toMatchObject({
      'content-encoding': 'gzip',
      vary: 'Accept-Encoding',
      'content-type': type,
      'cache-control': 'public, max-age=31536000, immutable',
      'x-content-type-options': 'nosniff',
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
      'cross-origin-resource-policy': 'same-origin',
      'referrer-policy': 'no-referrer',
    });
    expect(plain.headers['content-encoding'], path).toBeUndefined();
    expect(gunzipSync(packed.body).equals(plain.body), path).toBe(true);
    const [{ url }] = two.instances;
    expect((await ask(url, path)).body.equals(plain.body), path).toBe(true);
    const older = path.replace(/[\da-f]{12}/, '0123456789ab');
    const other = await ask(site, older, { headers: { 'accept-encoding': 'br, gzip' } });
    expect(other.headers, path).toMatchObject({ 'content-encoding': 'br', 'cache-control': 'no-store' });
  }
  for (const path of ['/assets/../pages/too-big.en.html', '/pages/too-big.en.html', '/_page', '/assets/none/x.css']) {
    expect((await ask(site, path)).status, path).toBe(404);
  }
});

test('R34: no link is in a log', () => two.expectNoLinkInLogs([200, 308, 404]));
