import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeMissingPortraits } from '../../src/photos/make-missing-portraits.ts';
import type { Photo } from '../../src/photos/photo.ts';
import { type App, startApp } from '../support/app.ts';
import { addStaff } from '../support/cast.ts';
import { type Portraits, portraitsOf } from '../support/portraits.ts';

let app: App;
let of: Portraits;
let ruth: number;
beforeAll(async () => {
  app = await startApp();
  of = portraitsOf(app);
  ruth = await addStaff(app, 'ruth');
});
afterAll(() => app.stop());

/** As an older version of the program stored it. */
const sendOld = async (): Promise<Photo> => {
  const photo = await of.send();
  await of.forget(photo);
  return photo;
};
const whole = async (photos: Photo[]) =>
  (await Promise.all(photos.map(of.now))).map((photo) => photo?.portrait?.version);

test('photos from before there were portraits get them, some at a time, each once, and show their thumbnails until then', async () => {
  const old = [await sendOld(), await sendOld(), await sendOld(), await sendOld()];
  const [first, broken] = old as [Photo, Photo];
  const thumb = await app.files.read(first.filename, 'thumb');
  expect(await app.showPhoto.forStaff({ id: ruth, schoolId: 1 }, first.id, 'portrait')).toEqual({ jpeg: thumb });
  writeFileSync(join(app.uploadsDir, 'photos', `${broken.filename}.jpg`), 'broken');

  const make = makeMissingPortraits(app);
  const stopping = new AbortController();
  stopping.abort();
  expect(await make({ stopping: stopping.signal })).toBe(0);
  expect(await make({ limit: 2 })).toBe(1);
  expect(await whole(old)).toEqual([1, undefined, undefined, undefined]);
  expect(await make({ limit: 2 })).toBe(2); // the broken one does not hold up the others
  expect(await whole(old)).toEqual([1, undefined, 1, 1]);
  expect(await make({ limit: 2 })).toBe(0);
  expect(await makeMissingPortraits(app)()).toBe(0);
  const { crop, source } = (await of.now(first))?.portrait ?? {};
  expect([crop, source]).toEqual([{ turn: 0, x: 80, y: 0, size: 300 }, 'centre']);
  expect(await app.showPhoto.forStaff({ id: ruth, schoolId: 1 }, first.id, 'portrait')).toEqual({
    jpeg: await of.portraitOf(first, 1),
  });
});

test('they get them by themselves', async () => {
  const photo = await sendOld();
  app.housekeeping.start();
  await expect.poll(async () => (await of.now(photo))?.portrait?.source, { timeout: 10_000 }).toBe('centre');
  await app.housekeeping.stop();
});
