import { afterAll, beforeAll, expect, test } from 'vitest';
import { type App, startApp } from '../support/app.ts';
import { malformedForms } from '../support/malformed-forms.ts';
import { BOUNDARY, field, file, multipart } from '../support/multipart.ts';
import { scene } from '../support/pictures.ts';
import { addSender, sendBody, type Sender } from '../support/sender.ts';
import { expectNothingStored, expectPage, storedIn } from '../support/stored.ts';

let app: App;
let maria: Sender;
let photo: Buffer;
beforeAll(async () => {
  app = await startApp({ env: { RATE_LIMIT_SCALE: '0' } });
  maria = await addSender(app);
  photo = await scene().jpeg().toBuffer();
});
afterAll(() => app.stop());

const names = Object.keys(malformedForms({ csrf: '', photo: Buffer.alloc(0) }));
const notForms = [
  ...[
    'no content type',
    'an empty content type',
    'an unknown content type',
    'urlencoded',
    'multipart called urlencoded',
  ],
  ...['JSON', 'broken JSON', 'a bare picture', 'multipart/mixed', 'multipart/related', 'multipart without a kind'],
];

test('R16: there are enough shapes', () => {
  expect(names.length).toBeGreaterThanOrEqual(60);
});

test.each(names)('R16: %s: 4xx and a page within a second, and nothing is stored', async (name) => {
  const form = malformedForms({ csrf: maria.csrf, photo })[name];
  if (!form) throw new Error('no such form');
  const send = () => sendBody(maria, form.body, form.headers);
  let answer = await expectNothingStored(app, send);
  expect([400, 403, 413, 422], `${answer.status} ${answer.body.slice(0, 300)}`).toContain(answer.status);
  expectPage(answer, answer.status);
  // The machine has other work: only what is slow each time is slow.
  for (let tries = 0; answer.ms >= 1000 && tries < 2; tries += 1) answer = await send();
  expect(answer.ms).toBeLessThan(1000);
  expect(app.logs.filter((line) => line.includes('"level":"error"'))).toEqual([]);
});

test.each(notForms)('R16: %s: malformed, before anybody looks for a token in it', async (name) => {
  const form = malformedForms({ csrf: maria.csrf, photo })[name];
  if (!form) throw new Error('no such form');
  expectPage(await sendBody(maria, form.body, form.headers), 400);
});

test('R16: a form that is odd but whole is taken', async () => {
  const fields = () => [field('_csrf', maria.csrf), field('upload_id', crypto.randomUUID())];
  const forms: Record<string, [Buffer, Record<string, string>?]> = {
    'text before and behind': [
      Buffer.concat([Buffer.from('hello\r\n'), multipart([...fields(), file(photo)]), Buffer.from('bye')]),
    ],
    'the id in capitals': [
      multipart([field('_csrf', maria.csrf), field('upload_id', crypto.randomUUID().toUpperCase()), file(photo)]),
    ],
    'the id behind the photo': [
      multipart([field('_csrf', maria.csrf), file(photo), field('upload_id', crypto.randomUUID())]),
    ],
    'another field': [multipart([...fields(), field('note', 'x'), file(photo)])],
    'a quoted boundary': [
      multipart([...fields(), file(photo)]),
      { 'Content-Type': `multipart/form-data; boundary="${BOUNDARY}"` },
    ],
    'capitals in the type': [
      multipart([...fields(), file(photo)]),
      { 'Content-Type': `Multipart/Form-Data; Boundary=${BOUNDARY}` },
    ],
  };
  for (const [kind, [body, headers]] of Object.entries(forms)) {
    const { photos } = await storedIn(app);
    const answer = await sendBody(maria, body, headers);
    expect(answer.status, `${kind}: ${answer.body.slice(0, 300)}`).toBe(303);
    expect((await storedIn(app)).photos, kind).toBe(photos + 1);
  }
});
