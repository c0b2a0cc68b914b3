import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import sharp from 'sharp';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { drawFace } from '../../src/photos/draw-face.ts';
import { cropWidth } from '../../src/photos/portrait-crop.ts';
import type { Photo } from '../../src/photos/photo.ts';
import { type App, startApp } from '../support/app.ts';
import { addParent, addStaff } from '../support/cast.ts';
import { type Portraits, portraitsOf } from '../support/portraits.ts';

let app: App;
let of: Portraits;
let far: Buffer;
beforeAll(async () => {
  app = await startApp({ env: { CHECKS: 'face' } });
  of = portraitsOf(app);
  far = await drawFace({ seed: 3, variant: 'far', width: 1200 });
});
afterAll(() => app.stop());
afterEach(() => of.expectWhole());

const give = async (bytes: Buffer): Promise<Photo> => {
  const path = app.files.temporaryPath();
  await writeFile(path, bytes);
  const sha256 = randomUUID().replaceAll('-', '').padEnd(64, '0');
  const sent = { path, size: bytes.length, sha256, uploadId: randomUUID() };
  const received = await app.receivePhoto(await addParent(app), sent);
  const photo = received.ok && (await of.now({ id: received.value.photoId }));
  if (!photo) throw new Error('nothing was stored');
  return photo;
};
/** Somebody left of the middle of a wide picture. */
const offCentre = () =>
  sharp(far).extract({ left: 300, top: 480, width: 900, height: 720 }).jpeg({ quality: 90 }).toBuffer();

test('somebody who stands off the middle is in the middle of the portrait, the eyes where portraits have them', async () => {
  const photo = await give(await offCentre());
  expect(photo.portrait).toMatchObject({ version: 1, source: 'centre' });
  expect(await app.checkPhoto.check(photo.id)).toMatchObject({ ok: true });
  const { portrait, face } = (await of.now(photo)) ?? {};
  expect(portrait).toMatchObject({ version: 2, source: 'face', crop: { turn: 0 } });
  if (!portrait || !face) throw new Error('no face was found');
  const { x, y, size } = portrait.crop;
  const eyes = { x: (face.eyes.left.x + face.eyes.right.x) / 2, y: (face.eyes.left.y + face.eyes.right.y) / 2 };
  expect(eyes.x).toBeLessThan(400); // of 900
  expect(Math.abs((eyes.x - x) / cropWidth(size) - 0.5)).toBeLessThan(0.02);
  expect(Math.abs((eyes.y - y) / size - 0.42)).toBeLessThan(0.02);
  expect(Math.abs(size - 2.1 * face.height)).toBeLessThan(2);
  expect(await sharp(await of.portraitOf(photo, 2)).metadata()).toMatchObject({ height: Math.min(600, size) });
  expect(await of.filesOf(photo)).toEqual(['full', 'portrait-2', 'thumb']);
  // nobody of the office has done it
  expect(await of.eventsOf(photo)).toMatchObject([{ actor: 'system', staff_id: null, data: { source: 'face' } }]);
  await app.checkPhoto.check(photo.id); // the job comes after the upload's own look
  expect((await of.now(photo))?.portrait).toEqual(portrait);
});

test("a reviewer's own crop stays when the checks come late", async () => {
  const photo = await give(await offCentre());
  const ruth = { kind: 'staff', staffId: await addStaff(app, 'ruth') } as const;
  await app.changePortrait(photo, { turn: 90, x: 10, y: 20, size: 300 }, ruth);
  const before = (await of.now(photo))?.portrait;
  expect(await app.checkPhoto.check(photo.id)).toMatchObject({ ok: true });
  const after = await of.now(photo);
  expect(after?.face).not.toBeNull();
  expect(after?.portrait).toEqual(before);
  expect(await of.eventsOf(photo)).toHaveLength(1);
});

test('of two people, and of nobody, it stays the middle: nobody knows which one it should be', async () => {
  const half = await sharp(far).extract({ left: 250, top: 250, width: 700, height: 1000 }).toBuffer();
  const both = [0, 700].map((left) => ({ input: half, left, top: 0 }));
  const empty = sharp({ create: { width: 1400, height: 1000, channels: 3, background: '#cfdcc9' } });
  const two = await give(await empty.clone().composite(both).jpeg().toBuffer());
  const nobody = await of.send();
  for (const photo of [two, nobody]) {
    expect(await app.checkPhoto.check(photo.id)).toMatchObject({ ok: true });
    expect((await of.now(photo))?.portrait).toMatchObject({ version: 1, source: 'centre' });
  }
  expect((await of.now(two))?.checks).toContainEqual(
    expect.objectContaining({ code: 'several-faces', level: 'advice' }) as object,
  );
});
