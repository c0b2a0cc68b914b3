import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type App, startApp } from '../support/app.ts';
import { startNginx } from '../support/nginx.ts';
import { scene } from '../support/pictures.ts';
import { chunked, endless, sendRaw } from '../support/raw-http.ts';
import { addSender, formBody, headOf, type Sender, sendPhoto } from '../support/sender.ts';
import { expectNothingStored, expectPage } from '../support/stored.ts';

const MB = 1024 * 1024;
let app: App;
let photo: Buffer;
beforeAll(async () => {
  app = await startApp({ env: { RATE_LIMIT_SCALE: '0', MAX_UPLOAD_MB: '5' } });
  photo = await scene().jpeg().toBuffer();
});
afterAll(() => app.stop());

describe.each([
  ['that keeps the whole body first', true],
  ['that hands the body on as it comes', false],
])('behind an nginx %s', (_kind, buffering) => {
  let nginx: Awaited<ReturnType<typeof startNginx>>;
  let maria: Sender;
  let body: Buffer;
  beforeAll(async () => {
    nginx = await startNginx({ upstream: Number(new URL(app.url).port), buffering });
    maria = { ...(await addSender(app)), port: nginx.port };
    body = formBody(maria, Buffer.concat([photo, Buffer.alloc(30 * MB, 'x')]));
  });
  afterAll(() => nginx.stop());

  async function* pieces(headers: Record<string, string>) {
    const inChunks = headers['Transfer-Encoding'] === 'chunked';
    yield headOf(maria, { ...(inChunks ? {} : { 'Content-Length': String(body.length) }), ...headers });
    if (inChunks) yield* chunked(body, 64 * 1024);
    else yield body;
  }

  test.each([
    ['an honest length', {}],
    ['chunks', { 'Transfer-Encoding': 'chunked' }],
    ['an honest length after Expect: 100-continue', { Expect: '100-continue' }],
    ['chunks after Expect: 100-continue', { 'Transfer-Encoding': 'chunked', Expect: '100-continue' }],
  ])('R15: 30 MB with %s: our 413 and the whole page, to those who read late too', async (_length, headers) => {
    for (const readLate of [false, true]) {
      const answer = await expectNothingStored(app, () =>
        sendRaw({ port: nginx.port, pieces: pieces(headers), readLate }),
      );
      expectPage(answer, 413, 'This photo is too big', 'We can take photos of up to 5 MB.', 'Take a new photo');
      expect(answer.error).toBeUndefined();
      if ('Expect' in headers) expect(answer.interim).toEqual([100]);
    }
  });

  test('R15: endless chunks end with a 413', async () => {
    const start = formBody(maria, photo).subarray(0, -50);
    const answer = await expectNothingStored(app, () => {
      const forever = async function* () {
        yield headOf(maria, { 'Transfer-Encoding': 'chunked' });
        yield* endless(start, 256 * 1024);
      };
      return sendRaw({ port: nginx.port, pieces: forever(), patience: 60_000 });
    });
    expect(answer).toMatchObject({ status: 413, whole: true }); // beyond its own limit it is nginx's page
  });

  test('a photo of the allowed size is taken', async () => {
    expect((await sendPhoto(maria, Buffer.concat([photo, Buffer.alloc(4 * MB)]))).status).toBe(303);
  });
});
