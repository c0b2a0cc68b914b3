import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { to } from '../../src/http/paths.ts';
import { makeStorageKey } from '../../src/photos/photo-keys.ts';
import { makeRemoveCopies } from '../../src/photos/remove-copies.ts';
import { makeSweepPhotos } from '../../src/photos/sweep-photos.ts';
import { advisoryLocks, openDb } from '../../src/platform/db.ts';
import { wire } from '../../src/wiring.ts';
import { signIn } from '../support/actors.ts';
import { type App, startApp } from '../support/app.ts';
import { addStaff } from '../support/cast.ts';
import { cloneDatabase } from '../support/database.ts';
import { type FaultyS3, startFaultyS3 } from '../support/faulty-s3.ts';
import { scene } from '../support/pictures.ts';
import { addSender, sendPhoto } from '../support/sender.ts';
import { expectPage, storedIn } from '../support/stored.ts';

let s3: FaultyS3;
let here: App;
let there: App;
let ruth: string;
let photo: Buffer;
beforeAll(async () => {
  s3 = await startFaultyS3();
  photo = await scene(600, 800).jpeg().toBuffer();
  const env = { ...s3.env, STORAGE: 's3', RATE_LIMIT_SCALE: '0', S3_KMS_KEY_ID: 'alias/oakfield' };
  here = await startApp({ env });
  there = await startApp({ env: { ...env, S3_SIGNED_URLS: 'yes' }, database: here.database });
  await addStaff(here, 'ruth');
  ruth = (await signIn(here, 'ruth')).cookie;
  here.jobs.start();
});
afterAll(async () => {
  await here.stop();
  await there.stop();
  await s3.stop();
});
afterEach(() => s3.heal());

/** Maria sends a photo to `here`; gives what the row says of it, and her cookie. */
const send = async () => {
  const maria = await addSender(here);
  const answer = await sendPhoto(maria, Buffer.concat([photo, Buffer.from(crypto.randomUUID())]));
  expect(answer.status, answer.body).toBe(303);
  const [stored] = await here.photos.listOfParent(maria.parentId);
  if (!stored) throw new Error('nothing was stored');
  return {
    maria,
    stored,
    keys: ['', '.thumb', '.portrait-1'].map((end) => `onboarding/photos/${stored.filename}${end}.jpg`),
  };
};
const ask = (app: App, path: string, cookie: string, init: RequestInit = {}) =>
  fetch(app.url + path, { ...init, headers: { cookie }, redirect: 'manual' });
const keysOf = async (filename: string) => (await s3.keys()).filter((key) => key.includes(filename)).sort();
const expectSound = async () =>
  expect(await here.checkIntegrity({ repair: false })).toMatchObject({
    ...{ orphanFiles: 0, rowsWithoutFile: 0, checksumMismatches: 0 },
  });

test('a photo is in the bucket alone, encrypted as asked, and every instance shows it after its own permission check', async () => {
  const { maria, stored, keys } = await send();
  expect(await keysOf(stored.filename)).toEqual([...keys].sort());
  expect((await storedIn(here)).files).toEqual([]);
  const puts = s3.requests.filter(({ method, path }) => method === 'PUT' && path.includes(stored.filename));
  expect(puts).toHaveLength(3); // one call a file
  for (const { headers } of puts) {
    expect(headers).toMatchObject({
      'x-amz-server-side-encryption': 'aws:kms',
      'x-amz-server-side-encryption-aws-kms-key-id': 'alias/oakfield',
      'x-amz-meta-sha256': expect.stringMatching(/^[0-9a-f]{64}$/) as string,
    });
  }
  const path = to.adminPicture(stored.id, 'full');
  const shown = await ask(here, path, ruth);
  expect([shown.status, shown.headers.get('content-type'), shown.headers.get('cache-control')]).toEqual([
    ...[200, 'image/jpeg', 'private, no-store'],
  ]);
  expect(Buffer.from(await shown.arrayBuffer()).equals((await here.files.read(stored.filename, 'full')) ?? photo)).toBe(
    true,
  );
  expect((await ask(there, path, '')).status).not.toBe(302);
  expect((await ask(here, to.parentPicture(maria.parentId, stored.id, 'full'), maria.cookie)).status).toBe(200);
});

test('with signed addresses an <img> is sent to S3 for a minute; a script, or where S3 does not say, gets the bytes', async () => {
  const { stored } = await send();
  const path = to.adminPicture(stored.id, 'full');
  const sent = await ask(there, path, ruth);
  expect([sent.status, sent.headers.get('cache-control')]).toEqual([302, 'private, no-store']);
  const address = new URL(sent.headers.get('location') ?? '');
  expect(address.origin).toBe(s3.endpoint);
  expect(address.searchParams.get('X-Amz-Expires')).toBe('60');
  expect(address.searchParams.get('response-cache-control')).toBe('private, no-store');
  const bytes = Buffer.from(await (await fetch(address)).arrayBuffer());
  expect(bytes.equals((await there.files.read(stored.filename, 'full')) ?? photo)).toBe(true);
  expect((await ask(there, `${path}?ahead=1`, ruth)).status).toBe(200);
  expect((await ask(there, path, ruth, { method: 'HEAD' })).status).toBe(200);
  expect((await ask(there, path, '')).headers.get('location') ?? '').not.toContain(s3.endpoint);
  const policy = async (app: App) => (await ask(app, '/admin/sign-in', '')).headers.get('content-security-policy');
  expect(await policy(there)).toContain(`img-src 'self' blob: ${s3.endpoint};`);
  expect(await policy(here)).toContain(`img-src 'self' blob:;`);
  s3.fail(403, ({ method }) => method === 'HEAD');
  expect((await ask(there, path, ruth)).status).toBe(200);
});

test('a photo that is deleted, by whichever instance, leaves no object', async () => {
  const { maria, stored } = await send();
  const parent = await there.parents.findById(maria.parentId);
  if (!parent) throw new Error('no parent');
  await there.deletePhotos(parent);
  await expect.poll(() => keysOf(stored.filename), { timeout: 10_000 }).toEqual([]);
});

test('a portrait that is cut anew replaces the old one', async () => {
  const { stored, keys } = await send();
  const crop = { turn: 0, x: 0, y: 0, size: 300 } as const;
  expect(await there.changePortrait(stored, crop, { kind: 'staff', staffId: 1 })).toMatchObject({ ok: true });
  const [full = '', thumb = ''] = keys;
  await expect
    .poll(() => keysOf(stored.filename), { timeout: 10_000 })
    .toEqual([full, thumb, full.replace('.jpg', '.portrait-2.jpg')].sort());
  await expectSound();
});

test('objects that no row knows are swept, and those of rows never', async () => {
  const { stored, keys } = await send();
  await s3.plant(`onboarding/photos/s1/ab/ab${'0'.repeat(30)}.jpg`, 'a stray');
  await s3.plant(keys[0]?.replace('.jpg', '.portrait-7.jpg') ?? '', 'what a crash left');
  const nextWeek = { now: () => new Date(Date.now() + 8 * 24 * 60 * 60 * 1000) };
  const later = makeSweepPhotos({ ...there, clock: nextWeek });
  expect(await later.walk({ remove: false })).toEqual({ unknown: 2, removed: 0 });
  expect(await later.walk({ remove: true })).toEqual({ unknown: 2, removed: 2 });
  expect(await later.walk({ remove: true })).toEqual({ unknown: 0, removed: 0 });
  expect(await keysOf(stored.filename)).toEqual([...keys].sort());
  expect(await s3.keys()).toContain('onboarding/installation-id');
});

test.each(['before', 'after'] as const)(
  'R59: the nth put fails %s S3 did it: 503 with a page, nothing left, and the same photo is taken after',
  async (moment) => {
    const maria = await addSender(here);
    let met = 0;
    for (let nth = 1; nth <= 3; nth += 1) {
      const bytes = Buffer.concat([photo, Buffer.from(`${moment} ${nth}`)]);
      const uploadId = crypto.randomUUID();
      const before = await s3.keys();
      // Each of the SDK's tries fails.
      const puts = new Set<string>();
      s3.fail(moment === 'before' ? 403 : 'lost', ({ method, path }) => {
        if (method !== 'PUT') return false;
        puts.add(path);
        const isNth = [...puts].indexOf(path) === nth - 1;
        met += Number(isNth);
        return isNth;
      });
      expectPage(await sendPhoto(maria, bytes, { uploadId }), 503);
      s3.heal();
      // The sweep that the upload began may still be at it.
      const settled = () => here.sweepPhotos.sweepUnsettled().then(() => s3.keys());
      await expect.poll(settled, { timeout: 10_000 }).toEqual(before);
      expect((await storedIn(here)).files).toEqual([]);
      await expectSound();
      expect((await sendPhoto(maria, bytes, { uploadId })).status).toBe(303);
    }
    expect(met).toBeGreaterThanOrEqual(3);
  },
  120_000,
);

test('a bucket of another database is refused at the start; UPLOADS_DIR may be empty', async () => {
  await send();
  const database = await cloneDatabase();
  const db = openDb({ url: database.ownerUrl });
  await db('installation').update({ id: crypto.randomUUID() });
  await db.destroy();
  const other = startApp({ env: { ...s3.env, STORAGE: 's3' }, database }).then(() => 'it started');
  await expect(other).rejects.toThrow('The bucket holds the photos of another database');
  const fresh = await startApp({ env: { ...s3.env, STORAGE: 's3' }, database: here.database });
  await fresh.stop();
});

test('readiness follows S3, and says when it is back', async () => {
  s3.fail(403);
  const fresh = await wire({ config: here.config, logger: here.logger });
  await expect(fresh.checkStorage()).rejects.toMatchObject({ code: 'STORE_DENIED' });
  s3.heal();
  await fresh.checkStorage();
  await fresh.stop();
  const alarms = here.logs.filter((line) => line.includes('S3 refuses us'));
  expect(alarms).toHaveLength(1 + 1); // one a process and ten minutes: the uploads before, and this start
  expect(alarms.join('')).not.toMatch(new RegExp(`${s3.bucket}|127\\.0\\.0\\.1|\\.jpg`));
});

test('a failed upload does not wait for the lock that others share, and is settled when it is free', async () => {
  const key = makeStorageKey(1, Buffer.alloc(16, 7));
  await s3.plant(`onboarding/photos/${key}.jpg`, 'of a failed upload');
  await here.db.transaction(async (trx) => {
    await trx.raw('select pg_advisory_xact_lock_shared(?)', [advisoryLocks.keepPhoto]);
    expect(await here.sweepPhotos.sweepStray(key)).toBe(0);
  });
  expect(await keysOf(key)).toHaveLength(1);
  expect(await here.sweepPhotos.sweepUnsettled()).toBe(1);
  expect(await keysOf(key)).toEqual([]);
});

test('a removal leaves what the row knows, and waits visibly where there is no bucket', async () => {
  const { stored, keys } = await send();
  await here.removeCopies({ key: stored.filename, files: ['full', 'portrait-1', 'portrait-2'] });
  expect(await keysOf(stored.filename)).toEqual([...keys].sort());
  const removing = makeRemoveCopies({ ...here, files: { bucket: undefined } })({
    key: stored.filename,
    files: ['full'],
  });
  await expect(removing).rejects.toThrow('S3_BUCKET is not set');
});
