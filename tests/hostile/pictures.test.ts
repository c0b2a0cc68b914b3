import { readFile } from 'node:fs/promises';
import { relative } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Actor, signIn } from '../support/actors.ts';
import { type App, startApp } from '../support/app.ts';
import { filesIn } from '../support/everything.ts';
import { ask } from '../support/raw-request.ts';
import type { Target } from '../support/route-rules.ts';
import { findRoutes } from '../support/routes.ts';
import { type StandOff, standOff } from '../support/standoff.ts';

let app: App;
let cast: StandOff;
beforeAll(async () => {
  app = await startApp({ env: { RATE_LIMIT_SCALE: '0' } });
  cast = await standOff(app);
});
afterAll(() => app.stop());

let target: Target;
let mother: Actor;
let ruth: Actor;
beforeEach(async () => {
  target = await cast.makeTarget();
  mother = await cast.anew('maria', target);
  ruth = await signIn(app, 'ruth');
});

const ownAddress = (size = 'full') => `/onboarding/p/${target.id}/photos/${target.photoId}/${size}`;
const officeAddress = (size = 'full') => `/admin/photos/${target.photoId}/${size}`;
const look = (address: string, { cookie }: Pick<Actor, 'cookie'>) => ask(app.url, address, { headers: { cookie } });
test('R38: no folder is served, only assets that were read at the start, and no way leads to a stored file', async () => {
  const { mounts } = findRoutes(app.server);
  expect(mounts.filter(({ name }) => name === 'serveStatic')).toEqual([]);
  expect(mounts.filter(({ name }) => name === 'serveAsset').map(({ path }) => path)).toEqual(['/assets/:version']);
  const stored = (await filesIn(app.uploadsDir))
    .map((line) => line.split(' ')[0] ?? '')
    .filter((path) => path.endsWith('.jpg'));
  expect(stored.length).toBeGreaterThan(0);
  const [full = ''] = stored;
  const key = relative(app.uploadsDir, full);
  const up = (dots: string, slash: string) => Array.from({ length: 12 }, () => dots).join(slash);
  const version = /\/assets\/([0-9a-f]+)\//.exec((await ask(app.url, '/admin/sign-in')).text)?.[1] ?? '';
  const ways = [
    ...[
      `/${key}`,
      `/uploads/${key}`,
      `/photos/${key}`,
      `/static/${key}`,
      `/public/${key}`,
      `/assets/${key}`,
      `/.${full}`,
      full,
    ],
    ...[
      `/assets/${version}/../../${key}`,
      `/assets/${version}//${full}`,
      `/assets/${version}/${encodeURIComponent(full)}`,
    ],
    ...['..', '%2e%2e', '.%2e'].flatMap((dots) =>
      ['/', '%2f', '%5c', '\\', '%252f'].map(
        (slash) => `/assets/${version}/${up(dots, slash)}${full.replaceAll('/', slash)}`,
      ),
    ),
    ...[
      '..%2f..%2fpackage.json',
      '../../package.json',
      '..%2f..%2fsrc%2fserver.ts',
      '%2e%2e/package.json',
      '.%00/../package.json',
    ].map((way) => `/assets/${version}/${way}`),
    ...['..%2f..%2fpackage.json', 'css/', 'css', '', '.', '.env', 'css/app.css%00.jpg'].map(
      (way) => `/assets/x/${way}`,
    ),
  ];
  for (const way of ways) {
    for (const { cookie } of [ruth, mother]) {
      const answer = await look(way, { cookie });
      expect([400, 404], `${way}: ${answer.status}`).toContain(answer.status);
      expect(answer.text, way).not.toMatch(/"dependencies"|import \{|JFIF/);
      expect(answer.text, way).not.toContain(app.uploadsDir);
    }
  }
});

test('R38: a picture has three sizes and a number; paths, other sizes and other numbers are not found', async () => {
  const { rows } = await app.db.raw<{ rows: { filename: string }[] }>('select filename from photos where id = ?', [
    target.photoId,
  ]);
  const key = rows[0]?.filename ?? 'none';
  const sizes = [
    'original',
    'FULL',
    'full.jpg',
    'thumb.jpg',
    'portrait-1',
    'portrait-1.jpg',
    'portrait%20',
    '..%2ffull',
    '..%2f..%2fpackage.json',
    '%2e%2e',
    'full%00',
    '%2fetc%2fpasswd',
    'toString',
    '__proto__',
    encodeURIComponent(key),
  ];
  for (const size of sizes) {
    expect((await look(ownAddress(size), mother)).status, size).toBe(404);
    expect((await look(officeAddress(size), ruth)).status, size).toBe(404);
  }
  for (const id of [
    encodeURIComponent(key),
    '..',
    `${target.photoId}%00`,
    `${target.photoId},1`,
    '-1',
    '1e1',
    String(target.photoId + 1000),
  ]) {
    expect((await look(`/onboarding/p/${target.id}/photos/${id}/full`, mother)).status, id).toBe(404);
    expect((await look(`/admin/photos/${id}/full`, ruth)).status, id).toBe(404);
  }
  for (const address of [
    `/onboarding/p/${target.id}`,
    `/admin/parents/${target.id}`,
    '/admin/parents',
    '/admin/review',
  ]) {
    const page = await look(address, address.startsWith('/admin') ? ruth : mother);
    expect(page.status).toBe(200);
    expect(page.text, `${address} shows where a file lies`).not.toMatch(/[0-9a-f]{32}/);
  }
});

test('R39: a picture is a JPEG and nothing else, for this page alone, and kept by nobody', async () => {
  for (const [address, who] of [
    [ownAddress(), mother],
    [ownAddress('thumb'), mother],
    [ownAddress('portrait'), mother],
    [officeAddress(), ruth],
    [officeAddress('thumb'), ruth],
    [officeAddress('portrait'), ruth],
  ] as const) {
    const answer = await ask(app.url, address, {
      headers: { cookie: who.cookie, range: 'bytes=0-3', 'if-none-match': '"x"' },
    });
    expect(answer.status, address).toBe(200);
    expect(answer.headers).toMatchObject({
      'content-type': 'image/jpeg',
      'x-content-type-options': 'nosniff',
      'cross-origin-resource-policy': 'same-origin',
      'content-security-policy': "default-src 'none'; sandbox",
      'cache-control': 'private, no-store',
      'referrer-policy': 'no-referrer',
      'x-robots-tag': 'noindex, nofollow',
    });
    expect(Object.keys(answer.headers)).not.toContain('etag');
    expect(Object.keys(answer.headers)).not.toContain('last-modified');
    expect(Object.keys(answer.headers)).not.toContain('access-control-allow-origin');
    expect(answer.body.subarray(0, 3)).toEqual(Buffer.from([0xff, 0xd8, 0xff]));
  }
  const stored = (await filesIn(app.uploadsDir))
    .map((line) => line.split(' ')[0] ?? '')
    .filter((path) => /[0-9a-f]{32}\.jpg$/.test(path));
  const bytes = await Promise.all(stored.map((path) => readFile(path)));
  const sent = await look(ownAddress(), mother);
  expect(bytes.some((one) => one.equals(sent.body))).toBe(true);
});
