import { afterAll, beforeAll, expect, test } from 'vitest';
import { type App, startApp } from '../support/app.ts';
import { BOUNDARY, field, multipart } from '../support/multipart.ts';
import { scene } from '../support/pictures.ts';
import { chunked, endless, type RawAnswer, sendRaw } from '../support/raw-http.ts';
import { addSender, formBody, headOf, type Sender, sendPhoto } from '../support/sender.ts';
import { expectNothingStored, expectPage } from '../support/stored.ts';
import { whileServed } from '../support/while-served.ts';

const MB = 1024 * 1024;
let app: App;
let maria: Sender;
let photo: Buffer;
let body: Buffer;
beforeAll(async () => {
  app = await startApp({ env: { RATE_LIMIT_SCALE: '0', MAX_UPLOAD_MB: '5' } });
  maria = await addSender(app);
  photo = await scene().jpeg().toBuffer();
  body = formBody(maria, Buffer.concat([photo, Buffer.alloc(30 * MB, 'x')]));
});
afterAll(() => app.stop());

const LIMIT = 'We can take photos of up to 5 MB.';
const expectTooBig = (answer: RawAnswer, ...words: string[]) =>
  expectPage(answer, 413, 'This photo is too big', LIMIT, ...words);

const honest = (more: Record<string, string> = {}) => headOf(maria, { 'Content-Length': String(body.length), ...more });
const inChunks = (more: Record<string, string> = {}) => headOf(maria, { 'Transfer-Encoding': 'chunked', ...more });
async function* after(head: string, rest: AsyncIterable<Buffer | string> | Iterable<Buffer | string>) {
  yield head;
  yield* rest;
}

test.each([
  ['reads while it sends', false],
  ['reads when everything is sent', true],
])('R15: 30 MB with an honest length, from a client that %s: 413 and the whole page', async (_kind, readLate) => {
  const { outcome, slowest } = await whileServed(app, () =>
    expectNothingStored(app, () => sendRaw({ port: maria.port, pieces: [honest(), body], readLate })),
  );
  expectTooBig(outcome, 'Yours has 31 MB.', 'Take a new photo');
  expect(outcome.error).toBeUndefined();
  expect(slowest).toBeLessThan(1000);
});

test.each([
  ['reads while it sends', false],
  ['reads when everything is sent', true],
])('R15: 30 MB in chunks, from a client that %s: 413 and the whole page', async (_kind, readLate) => {
  const answer = await expectNothingStored(app, () =>
    sendRaw({ port: maria.port, pieces: after(inChunks(), chunked(body, 64 * 1024)), readLate }),
  );
  expectTooBig(answer);
  expect(answer.error).toBeUndefined();
});

test('R15: 30 MB after Expect: 100-continue: 413 and the whole page', async () => {
  for (const head of [honest({ Expect: '100-continue' }), inChunks({ Expect: '100-continue' })]) {
    const rest = head.includes('chunked') ? chunked(body, 64 * 1024) : [body];
    expectTooBig(await expectNothingStored(app, () => sendRaw({ port: maria.port, pieces: after(head, rest) })));
  }
});

test('R15: a form that is too big in any other place is refused as well', async () => {
  const valid = formBody(maria, photo);
  const filler = Buffer.alloc(7 * MB, 'x');
  const fields = multipart([field('_csrf', maria.csrf)], { end: false });
  const forms = {
    'before the first boundary': Buffer.concat([filler, Buffer.from('\r\n'), valid]),
    'in a field': Buffer.concat([fields, multipart([field('upload_id', filler.toString('latin1'))])]),
    'in a field after the photo': Buffer.concat([
      valid.subarray(0, -4),
      Buffer.from('\r\n'),
      multipart([field('more', filler.toString('latin1'))]),
    ]),
    'in many small parts': Buffer.concat(
      Array.from({ length: 60_000 }, (_, i) => multipart([field(`f${i}`, 'x')], { end: false })),
    ),
  };
  for (const [where, form] of Object.entries(forms)) {
    for (const lying of [false, true]) {
      const head = lying ? inChunks() : headOf(maria, { 'Content-Length': String(form.length) });
      const pieces = after(head, lying ? chunked(form, 64 * 1024) : [form]);
      const answer = await expectNothingStored(app, () => sendRaw({ port: maria.port, pieces }));
      expect([400, 413], `${where}: ${JSON.stringify(answer).slice(0, 500)}`).toContain(answer.status);
      expect(answer.whole).toBe(true);
    }
  }
});

test('R15: endless chunks: 413 and the whole page to a client that reads, whatever is endless', async () => {
  const start = formBody(maria, photo).subarray(0, -50);
  const onlyToken = multipart([field('_csrf', maria.csrf)], { end: false });
  const starts = {
    'the photo': start,
    'what precedes the first boundary': Buffer.from('x'),
    'a field': Buffer.concat([
      onlyToken,
      Buffer.from(`--${BOUNDARY}\r\nContent-Disposition: form-data; name="x"\r\n\r\n`),
    ]),
    'the headers of a part': Buffer.concat([
      onlyToken,
      Buffer.from(`--${BOUNDARY}\r\nContent-Disposition: form-data; name="`),
    ]),
  };
  const { slowest } = await whileServed(app, async () => {
    for (const [what, bytes] of Object.entries(starts)) {
      const answer = await expectNothingStored(app, () =>
        sendRaw({ port: maria.port, pieces: after(inChunks(), endless(bytes, 256 * 1024)), patience: 60_000 }),
      );
      expect(answer.status, `${what}: ${JSON.stringify(answer).slice(0, 300)}`).toBe(413);
      expectTooBig(answer);
      expect(answer.ms).toBeLessThan(15_000); // it ends by its size: 100 MB more than we take
    }
  });
  expect(slowest).toBeLessThan(1000);
});

test('R15: a length that announces more than comes, or less, stores nothing', async () => {
  const valid = formBody(maria, photo);
  const send = (length: number, then: 'stay' | 'half-close') =>
    expectNothingStored(app, () =>
      sendRaw({
        port: maria.port,
        pieces: [headOf(maria, { 'Content-Length': String(length) }), valid],
        then,
        patience: 30_000,
      }),
    );
  const [tooMuch, more, half] = await Promise.all([
    send(30 * MB, 'stay'), // we wait for the rest, but not for long
    send(valid.length + 1000, 'half-close'),
    send(valid.length / 2, 'stay'),
  ]);
  expectTooBig(tooMuch);
  expect([0, 400]).toContain(more.status);
  expect(half.status).toBe(400);
});

test('R15: the largest photo that is allowed is taken, one byte more is not', async () => {
  const padded = (size: number) => Buffer.concat([photo, Buffer.alloc(size - photo.length)]);
  expect((await sendPhoto(maria, padded(5 * MB))).status).toBe(303);
  const more = await expectNothingStored(app, () => sendPhoto(maria, padded(5 * MB + 1)));
  expectTooBig(more);
});
