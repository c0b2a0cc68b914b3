import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type App, startApp } from '../support/app.ts';
import { plain } from '../support/pictures.ts';
import { sendRaw } from '../support/raw-http.ts';
import { addSender, formBody, headOf, type Sender, sendPhoto } from '../support/sender.ts';
import { expectNothingStored, expectPage, storedIn } from '../support/stored.ts';
import { whileServed } from '../support/while-served.ts';

let app: App;
let maria: Sender;
let photo: Buffer;
beforeAll(async () => {
  app = await startApp({ env: { RATE_LIMIT_SCALE: '0' } });
  maria = await addSender(app);
  photo = await plain(600, 800).jpeg().toBuffer();
});
afterAll(() => app.stop());

/** Holds every place of the queue until the returned function is called. */
const holdAll = (): (() => void) => {
  let release = (): void => undefined;
  const held = new Promise<void>((resolve) => (release = resolve));
  while (!app.decodes.isFull()) void app.decodes.run(() => held);
  return release;
};

test('R4: with no place for a decode: 503 with Retry-After, a page, nothing stored; the same form is taken later', async () => {
  const release = holdAll();
  const uploadId = randomUUID();
  const answer = await expectNothingStored(app, () => sendPhoto(maria, photo, { uploadId }));
  expectPage(
    answer,
    503,
    'Many parents are sending photos now',
    'Your photo has not reached us yet.',
    'Your link works until',
  );
  expect(answer.headers['retry-after']).toMatch(/^[1-9]\d*$/);
  release();
  await expect.poll(() => app.decodes.isFull()).toBe(false);
  expect((await sendPhoto(maria, photo, { uploadId })).status).toBe(303);
  expect(await app.db('photos').where({ upload_id: uploadId })).toHaveLength(1);
});

test('R4: a busy service keeps no byte of the photo, and says so before the photo is whole', async () => {
  const release = holdAll();
  const body = formBody(maria, Buffer.concat([photo, Buffer.alloc(3 * 1024 * 1024)]));
  const during: string[][] = [];
  const pieces = async function* () {
    yield headOf(maria, { 'Content-Length': String(body.length) });
    for (let at = 0; at < body.length; at += 500_000) {
      yield body.subarray(at, at + 500_000);
      await wait(50);
      during.push((await storedIn(app)).files.filter((name) => name.endsWith('.part')));
    }
  };
  const answer = await sendRaw({ port: maria.port, pieces: pieces() });
  release();
  expectPage(answer, 503, 'Many parents are sending photos now');
  expect(during.flat()).toEqual([]);
});

test('R4: 50 large pictures at once: each is taken or told to come again, and is taken then; others are served meanwhile', async () => {
  const large = await Promise.all([
    plain(8000, 6000).jpeg({ progressive: true }).toBuffer(), // costly: one at a time
    plain(4000, 3000).jpeg().toBuffer(),
  ]);
  const senders = await Promise.all(Array.from({ length: 10 }, () => addSender(app, 'amina')));
  const statuses: number[] = [];
  const send = async (i: number): Promise<void> => {
    const sender = senders[i % senders.length];
    if (!sender) throw new Error('no sender');
    const uploadId = randomUUID();
    for (let tries = 0; tries < 100; tries += 1) {
      const answer = await sendPhoto(sender, large[i % large.length] ?? photo, { uploadId });
      statuses.push(answer.status);
      if (answer.status === 303) return;
      expectPage(answer, 503, 'Many parents are sending photos now');
      await wait(Math.min(Number(answer.headers['retry-after']), 1) * 1000);
    }
    throw new Error('never taken');
  };
  const before = await storedIn(app);
  // Whether 50 fill the queue depends on the machine: for the first second it is full in any case.
  const release = holdAll();
  void wait(1000).then(release);
  const { slowest } = await whileServed(app, () => Promise.all(Array.from({ length: 50 }, (_, i) => send(i))));
  expect(statuses.filter((status) => status === 303)).toHaveLength(50);
  expect(statuses).toContain(503);
  expect(slowest).toBeLessThan(1000);
  expect((await storedIn(app)).photos).toBe(before.photos + 50);
  expect(await app.checkIntegrity({ repair: false })).toMatchObject({
    orphanFiles: 0,
    rowsWithoutFile: 0,
    checksumMismatches: 0,
  });
});
