import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Decoder } from '../../src/photos/decoder.ts';
import { type App, startApp } from '../support/app.ts';
import { makeNearDecoder } from '../support/near-decoder.ts';
import { plain } from '../support/pictures.ts';
import { addSender, formBody, headOf, openForm, type Sender, sendPhoto } from '../support/sender.ts';
import { sendRaw } from '../support/raw-http.ts';

let app: App;
let maria: Sender;
let photo: Buffer;
let other: Buffer;
let decodes = 0;
beforeAll(async () => {
  const near = makeNearDecoder();
  const decoder: Decoder = {
    ...near,
    compress: (...ask) => {
      decodes += 1;
      return near.compress(...ask);
    },
  };
  app = await startApp({ env: { RATE_LIMIT_SCALE: '0', DATABASE_POOL_MAX: '10' }, decoder });
  photo = await plain(600, 800).jpeg().toBuffer();
  other = await plain(700, 800).jpeg().toBuffer();
});
afterAll(() => app.stop());
beforeEach(async () => {
  maria = await addSender(app);
});

const rows = () =>
  app.db('photos').where({ parent_id: maria.parentId }).orderBy('id').select<{ status: string; upload_id: string }[]>();
const received = async () =>
  Number(
    (
      await app.db('events').where({ parent_id: maria.parentId, kind: 'photo.received' }).count<{ count: string }[]>()
    )[0]?.count,
  );
const expectSound = async () =>
  expect(await app.checkIntegrity({ repair: false })).toMatchObject({
    orphanFiles: 0,
    rowsWithoutFile: 0,
    checksumMismatches: 0,
  });

test('the same form sent again, one after the other: one photo, decoded once, and all are told that it is here', async () => {
  const uploadId = randomUUID();
  decodes = 0;
  for (let n = 0; n < 3; n += 1) {
    const answer = await sendPhoto(maria, photo, { uploadId });
    expect(answer).toMatchObject({ status: 303, headers: { location: `/onboarding/p/${maria.parentId}` } });
  }
  expect(await rows()).toMatchObject([{ status: 'pending', upload_id: uploadId }]);
  expect(await received()).toBe(1);
  expect(decodes).toBe(1);
  await expectSound();
});

test('the same form sent ten times at once: one photo, and all are told that it is here', async () => {
  const uploadId = randomUUID();
  const answers = await Promise.all(Array.from({ length: 10 }, () => sendPhoto(maria, photo, { uploadId })));
  expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 10 }, () => 303));
  expect(await rows()).toMatchObject([{ status: 'pending', upload_id: uploadId }]);
  expect(await received()).toBe(1);
  await expectSound();
});

test('an id in capitals is the same id', async () => {
  const uploadId = randomUUID();
  await sendPhoto(maria, photo, { uploadId });
  await sendPhoto(maria, photo, { uploadId: uploadId.toUpperCase() });
  expect(await rows()).toHaveLength(1);
});

test('the same form with another photo is another upload: the second counts', async () => {
  const uploadId = randomUUID();
  expect((await sendPhoto(maria, photo, { uploadId })).status).toBe(303);
  expect((await sendPhoto(maria, other, { uploadId })).status).toBe(303);
  expect((await sendPhoto(maria, photo, { uploadId })).status).toBe(303); // the first once more: known already
  expect(await rows()).toMatchObject([{ status: 'superseded' }, { status: 'pending' }]);
  expect(await received()).toBe(2);
});

test('another parent may have the same id: each has a photo', async () => {
  const uploadId = randomUUID();
  const kwame = await addSender(app, 'kwame');
  await sendPhoto(maria, photo, { uploadId });
  await sendPhoto(kwame, photo, { uploadId });
  expect(await app.db('photos').where({ upload_id: uploadId }).select('parent_id')).toHaveLength(2);
});

test('two tabs at once: both photos are kept, one waits for review', async () => {
  for (let n = 0; n < 5; n += 1) {
    const before = (await rows()).length;
    const answers = await Promise.all([sendPhoto(maria, photo), sendPhoto(maria, other), sendPhoto(maria, photo)]);
    expect(answers.map(({ status }) => status)).toEqual([303, 303, 303]);
    const statuses = (await rows()).map(({ status }) => status);
    expect(statuses).toHaveLength(before + 3);
    expect(statuses.filter((status) => status === 'pending')).toHaveLength(1);
  }
  await expectSound();
});

test('two browsers of one parent, and a double tap that breaks the first off: one photo', async () => {
  const { uniqueId } = (await app.parents.findById(maria.parentId)) ?? {};
  if (!uniqueId) throw new Error('no such parent');
  const phone = await openForm(app.url, { id: maria.parentId, uniqueId });
  const uploadId = randomUUID();
  const body = formBody(maria, photo, { uploadId });
  const first = sendRaw({
    port: maria.port,
    pieces: [headOf(maria, { 'Content-Length': String(body.length) }), body],
    then: 'destroy',
  });
  const [, answer, again] = await Promise.all([
    first,
    sendPhoto(maria, photo, { uploadId }),
    sendPhoto(phone, photo, { uploadId }),
  ]);
  expect([answer.status, again.status]).toEqual([303, 303]);
  await expect.poll(received).toBe(1);
  expect(await rows()).toHaveLength(1);
  await expectSound();
});
