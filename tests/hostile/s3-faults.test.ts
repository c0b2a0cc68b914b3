// R62: an S3 that is down, slow, broken or refuses us: nobody waits for ever, and nothing is half-done.
import { hash } from 'node:crypto';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { to } from '../../src/http/paths.ts';
import { makeS3ObjectStore } from '../../src/platform/object-store-s3.ts';
import { type ObjectStore, StoreUnavailable } from '../../src/platform/object-store.ts';
import { readObject } from '../../src/platform/read-object.ts';
import { type App, startApp } from '../support/app.ts';
import { addParent } from '../support/cast.ts';
import { type FaultyS3, type S3Fault, startFaultyS3 } from '../support/faulty-s3.ts';
import { scene } from '../support/pictures.ts';
import { addSender, sendPhoto } from '../support/sender.ts';
import { expectPage, storedIn } from '../support/stored.ts';
import { makeVisitor } from '../support/visitor.ts';

let s3: FaultyS3;
let store: ObjectStore;
let path: string;
const picture = Buffer.alloc(100_000, 'a picture');
const facts = { bytes: picture.length, sha256: hash('sha256', picture) };
beforeAll(async () => {
  s3 = await startFaultyS3();
  store = makeS3ObjectStore({ ...s3, prefix: 'onboarding/' });
  path = join(await mkdtemp(join(tmpdir(), 's3-faults-')), 'picture');
  await writeFile(path, picture);
  await store.put('photos/there.jpg', path, facts);
});
afterEach(() => s3.heal());
afterAll(() => s3.stop());

const failureOf = async (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => 'it went well',
    (error: unknown) => error,
  );
const listAll = () => Array.fromAsync(store.list('photos/'));
const read = () => readObject(store, 'photos/there.jpg', { maxBytes: 200_000 });

describe.each<[S3Fault, string]>([
  ['down', 'away'],
  ['reset', 'away'],
  ['half', 'away'],
  [500, 'away'],
  [503, 'away'],
  [403, 'denied'],
  ['hangs', 'away'],
])('S3: %s', (fault, reason) => {
  test(`R62: everything that is asked ends soon, and says ${reason} without names`, async () => {
    s3.fail(fault);
    const asked: Record<string, Promise<unknown>> = {
      list: failureOf(listAll()),
      read: failureOf(read()),
      remove: failureOf(store.remove(['photos/none.jpg'])),
    };
    // Half an answer without a body is a whole one.
    if (fault !== 'half') {
      asked['put'] = failureOf(store.put('photos/new.jpg', path, facts));
      asked['stream'] = failureOf(store.putStream('photos/stream', Readable.from([picture, picture])));
      asked['head'] = failureOf(store.head('photos/there.jpg'));
      asked['check'] = failureOf(store.check());
    }
    for (const [name, failing] of Object.entries(asked)) {
      const error = await failing;
      expect(error, name).toBeInstanceOf(StoreUnavailable);
      expect({ name, reason: (error as StoreUnavailable).reason }).toEqual({ name, reason });
      const told = JSON.stringify(error, ['message', 'code', 'cause', 'stack', 'name']);
      expect(told, name).not.toMatch(new RegExp(`${s3.bucket}|there\\.jpg|oakfield`));
    }
    s3.heal();
    expect(await read()).toEqual(picture);
  });
});

test('R62: a single failure is tried again by itself', async () => {
  const patient = makeS3ObjectStore({ ...s3, prefix: 'onboarding/' }); // the other one has used up its tries
  for (const fault of ['reset', 'lost', 500, 503] as const) {
    const { met } = s3.failNth(1, 'PUT', fault);
    await patient.put('photos/again.jpg', path, facts);
    expect([fault, met()]).toEqual([fault, true]);
  }
  await store.remove(['photos/again.jpg']);
});

test('R62: an S3 that is slow is waited for', async () => {
  s3.slow(1500);
  await store.put('photos/slow.jpg', path, facts);
  await store.remove(['photos/slow.jpg']);
  expect(await read()).toEqual(picture);
});

describe('photos in S3 alone', () => {
  let app: App;
  let photo: Buffer;
  beforeAll(async () => {
    photo = await scene(600, 800).jpeg().toBuffer();
    app = await startApp({ env: { ...s3.env, S3_PREFIX: 'alone/', STORAGE: 's3', RATE_LIMIT_SCALE: '0' } });
  });
  afterAll(() => app.stop());

  test.each<S3Fault>(['down', 'reset', 500, 403, 'hangs'])(
    'R62: S3 %s while a parent sends: 503 in words, nothing left, and taken afterwards',
    async (fault) => {
      const maria = await addSender(app);
      const bytes = Buffer.concat([photo, Buffer.from(String(fault))]);
      s3.fail(fault);
      expectPage(await sendPhoto(maria, bytes), 503);
      s3.heal();
      await app.sweepPhotos.sweepUnsettled();
      expect(await app.photos.listOfParent(maria.parentId)).toEqual([]);
      expect((await storedIn(app)).files).toEqual([]);
      expect(await app.checkIntegrity({ repair: false })).toMatchObject({ orphanFiles: 0, rowsWithoutFile: 0 });
      expect((await sendPhoto(maria, bytes)).status).toBe(303);
    },
  );

  test('R62: an S3 that hangs under a crowd of uploads holds up no page', async () => {
    const senders = [];
    for (let n = 0; n < 12; n += 1) senders.push(await addSender(app));
    const { uniqueId } = await addParent(app);
    s3.fail('hangs');
    const sending = senders.map((sender, n) => sendPhoto(sender, Buffer.concat([photo, Buffer.from(`crowd ${n}`)])));
    const over = new AbortController();
    const answered = Promise.all(sending).finally(() => over.abort());
    let pages = 0;
    while (!over.signal.aborted) {
      const page = await makeVisitor(app.url).open(to.link(uniqueId));
      expect(page.status).toBe(200);
      pages += 1;
    }
    expect(pages).toBeGreaterThan(1);
    for (const answer of await answered) expectPage(answer, 503);
    s3.heal();
    await app.sweepPhotos.sweepUnsettled();
    expect(await app.checkIntegrity({ repair: false })).toMatchObject({ orphanFiles: 0, rowsWithoutFile: 0 });
  });
});
