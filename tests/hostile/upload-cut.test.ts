import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type App, startApp } from '../support/app.ts';
import { plain, scene } from '../support/pictures.ts';
import { sendRaw, slowly } from '../support/raw-http.ts';
import { addSender, formBody, headOf, type Sender } from '../support/sender.ts';
import { expectNothingStored, storedIn } from '../support/stored.ts';

let app: App;
let maria: Sender;
let photo: Buffer;
beforeAll(async () => {
  app = await startApp({ env: { RATE_LIMIT_SCALE: '0' } });
  maria = await addSender(app);
  photo = await scene(2000, 1500).jpeg({ quality: 95 }).toBuffer();
});
afterAll(() => app.stop());
beforeEach(() => {
  app.logs.length = 0;
});

const temporaryFiles = async () => (await storedIn(app)).files.filter((name) => name.endsWith('.part'));
const errorsLogged = () => app.logs.filter((line) => /"level":"(error|fatal)"/.test(line));

/** Where in the form's body the sender goes away. */
const cuts = (body: Buffer): Record<string, number> => {
  const start = body.indexOf(photo.subarray(0, 20));
  return {
    'before the body': 0,
    'in the token': body.indexOf('_csrf') + 20,
    'in the headers of the file': start - 30,
    'at the first byte of the file': start + 1,
    'in the middle of the file': start + photo.length / 2,
    'at the last byte of the file': start + photo.length,
    'in the closing boundary': body.length - 10,
    'at the last byte': body.length - 1,
  };
};

/** Sends what there is, stays until the service writes the file down (if it got that far), and goes away. */
const goAway = (head: Record<string, string>, sent: Buffer, then: 'destroy' | 'half-close') => {
  const pieces = async function* () {
    yield headOf(maria, head);
    yield sent;
    const inTheFile = sent.includes(photo.subarray(0, 20));
    for (let waited = 0; waited < 2000; waited += 20) {
      if (inTheFile ? (await temporaryFiles()).length > 0 : waited >= 200) return;
      await wait(20);
    }
    throw new Error('the service never wrote the file');
  };
  return sendRaw({ port: maria.port, pieces: pieces(), then, patience: 5000 });
};

test.each(['destroy', 'half-close'] as const)(
  'R14: a sender who vanishes in the middle (%s) leaves nothing behind',
  async (then) => {
    const body = formBody(maria, photo);
    for (const [where, at] of Object.entries(cuts(body))) {
      await expectNothingStored(app, async () => {
        const answer = await goAway({ 'Content-Length': String(body.length) }, body.subarray(0, at), then);
        expect(then === 'destroy' ? [0] : [0, 400], where).toContain(answer.status);
      });
    }
    expect(errorsLogged()).toEqual([]);
  },
);

test('R14: chunks that stop without an end leave nothing behind', async () => {
  const body = formBody(maria, photo);
  const half = body.subarray(0, body.length / 2);
  const chunk = Buffer.concat([Buffer.from(`${half.length.toString(16)}\r\n`), half, Buffer.from('\r\n')]);
  for (const then of ['destroy', 'half-close'] as const) {
    await expectNothingStored(app, async () => {
      const answer = await goAway({ 'Transfer-Encoding': 'chunked' }, chunk, then);
      expect([0, 400]).toContain(answer.status);
    });
  }
});

test('R14: fifty who vanish at once, at fifty places, leave nothing behind', async () => {
  await expectNothingStored(app, async () => {
    const body = formBody(maria, photo);
    let there = 0;
    const atIt = async () => there === 50 && (await temporaryFiles()).length > 10;
    let allAtIt: Promise<void> | undefined;
    const gone = Array.from({ length: 50 }, async (_, i) => {
      const part = body.subarray(0, (body.length * i) / 50);
      const head = Buffer.from(headOf(maria, { 'Content-Length': String(body.length) }));
      const pieces = async function* () {
        yield* slowly(Buffer.concat([head, part]), { size: 40_000, ms: 1 });
        there += 1;
        await (allAtIt ??= expect.poll(atIt, { timeout: 10_000 }).toBe(true));
        await wait(i * 20);
      };
      return sendRaw({ port: maria.port, pieces: pieces(), then: 'destroy' });
    });
    await Promise.all(gone);
  });
  expect(errorsLogged()).toEqual([]);
});

test('R14: a photo that arrived whole is taken, also when its sender is gone by then; no temporary file stays', async () => {
  const large = await plain(4000, 3000).jpeg().toBuffer(); // takes long enough to leave in the middle of the work
  for (const [bytes, pause] of [
    [photo, 0],
    [photo, 5],
    [large, 0],
    [large, 20],
    [large, 60],
  ] as const) {
    const { photos } = await storedIn(app);
    const body = formBody(maria, bytes);
    const head = headOf(maria, { 'Content-Length': String(body.length) });
    const pieces = async function* () {
      yield head;
      yield body;
      await wait(pause + 30); // the kernel has handed it over
    };
    await sendRaw({ port: maria.port, pieces: pieces(), then: 'destroy' });
    await expect.poll(async () => (await storedIn(app)).photos, { timeout: 10_000 }).toBe(photos + 1);
    await expect.poll(temporaryFiles, { timeout: 1500 }).toEqual([]);
  }
  expect(await app.checkIntegrity({ repair: false })).toMatchObject({
    orphanFiles: 0,
    rowsWithoutFile: 0,
    checksumMismatches: 0,
  });
  expect(errorsLogged()).toEqual([]);
});
