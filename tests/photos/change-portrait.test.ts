import sharp from 'sharp';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { makeChangePortrait, type PortraitBy } from '../../src/photos/change-portrait.ts';
import type { PhotoFiles } from '../../src/photos/photo-files.ts';
import type { PortraitCrop } from '../../src/photos/portrait-crop.ts';
import { type App, startApp } from '../support/app.ts';
import { addParent, addStaff } from '../support/cast.ts';
import { QUARTERS, quartersOf } from '../support/pictures.ts';
import { type Portraits, portraitsOf } from '../support/portraits.ts';
import { expectColours } from '../support/take-picture.ts';

let app: App;
let of: Portraits;
let ruth: Extract<PortraitBy, { kind: 'staff' }>;
let ben: typeof ruth;
beforeAll(async () => {
  app = await startApp();
  of = portraitsOf(app);
  ruth = { kind: 'staff', staffId: await addStaff(app, 'ruth') };
  ben = { kind: 'staff', staffId: await addStaff(app, 'ben') };
});
afterAll(() => app.stop());
afterEach(() => of.expectWhole());

/** All in the first quarter of the picture. */
const topLeft: PortraitCrop = { turn: 0, x: 10, y: 20, size: 120 };
const bottomRight: PortraitCrop = { turn: 180, x: 10, y: 20, size: 120 };

test('is cut anew: a new file, the row, an event with the crop, and the old file is gone', async () => {
  const photo = await of.send();
  expect(photo.portrait).toMatchObject({ version: 1, source: 'centre', crop: { turn: 0, x: 80, y: 0, size: 300 } });
  const full = await app.files.read(photo.filename, 'full');
  const changed = await app.changePortrait(photo, bottomRight, ruth);
  expect(changed).toMatchObject({
    ok: true,
    value: { portrait: { version: 2, crop: bottomRight, source: 'staff' } },
  });
  expect((await of.now(photo))?.portrait).toMatchObject({ version: 2, crop: bottomRight, source: 'staff' });
  expect(await of.filesOf(photo)).toEqual(['full', 'portrait-2', 'thumb']);
  const grey = QUARTERS[3] ?? [];
  expectColours(await quartersOf(await of.portraitOf(photo, 2)), [grey, grey, grey, grey], 6);
  expect(await sharp(await of.portraitOf(photo, 2)).metadata()).toMatchObject({ width: 96, height: 120 });
  expect(await app.files.read(photo.filename, 'full')).toEqual(full);
  expect(await of.eventsOf(photo)).toMatchObject([
    { actor: 'staff', staff_id: String(ruth.staffId), data: { source: 'staff', version: 2, ...bottomRight } },
  ]);
});

test('is inside the picture, whatever was asked for', async () => {
  const photo = await of.send();
  const wild = { turn: 90, x: -1e9, y: Infinity, size: NaN } as const;
  expect(await app.changePortrait(photo, wild, ruth)).toMatchObject({
    value: { portrait: { crop: { turn: 90, x: 0, y: 300, size: 100 } } },
  });
});

test('stays as a person chose it when the checks come later; a face is better than the middle', async () => {
  const photo = await of.send();
  expect(await app.changePortrait(photo, topLeft, 'face')).toMatchObject({ ok: true });
  expect(await of.eventsOf(photo)).toMatchObject([{ actor: 'system', staff_id: null, data: { source: 'face' } }]);
  expect(await app.changePortrait(photo, bottomRight, 'centre')).toEqual({ ok: false, reason: 'better-known' });
  expect(await app.changePortrait(photo, topLeft, 'face')).toMatchObject({ value: { portrait: { version: 3 } } });
  expect(await app.changePortrait(photo, bottomRight, ruth)).toMatchObject({ ok: true });
  expect(await app.changePortrait(photo, topLeft, 'face')).toEqual({ ok: false, reason: 'better-known' });
  expect(await app.changePortrait(photo, topLeft, ben)).toMatchObject({ value: { portrait: { version: 5 } } });
  expect(await of.filesOf(photo)).toEqual(['full', 'portrait-5', 'thumb']);
});

test('is that of a photo which waits or is approved, of the own school', async () => {
  const parent = await addParent(app);
  const [first, second] = [await of.send(parent), await of.send(parent)];
  expect(await app.changePortrait(first, topLeft, ruth)).toEqual({ ok: false, reason: 'replaced' });
  await app.reviewPhoto.approve(ruth, 1, second.id);
  expect(await app.changePortrait(second, topLeft, ruth)).toMatchObject({ ok: true });
  await app.reviewPhoto.reject(ruth, 1, second.id, { reasons: ['blurred'], note: null, seen: 'approved' });
  expect(await app.changePortrait(second, topLeft, ruth)).toEqual({ ok: false, reason: 'already-decided' });
  expect(await app.changePortrait({ ...second, schoolId: 2 }, topLeft, ruth)).toEqual({
    ok: false,
    reason: 'not-found',
  });
  await app.deletePhotos(parent);
  expect(await app.changePortrait(second, topLeft, ruth)).toEqual({ ok: false, reason: 'not-found' });
  expect(await of.filesOf(second)).toEqual([]);
});

test('comes whole out of a race: the later of two stays, and nothing is left of the other', async () => {
  const photo = await of.send();
  const crops = [topLeft, bottomRight, topLeft, bottomRight];
  const outcomes = await Promise.all(crops.map((crop, i) => app.changePortrait(photo, crop, i % 2 ? ruth : ben)));
  expect(outcomes.map(({ ok }) => ok)).toEqual([true, true, true, true]);
  const last = (await of.now(photo))?.portrait;
  expect(last?.version).toBe(5);
  expect(await of.filesOf(photo)).toEqual(['full', 'portrait-5', 'thumb']);
  expect((await of.eventsOf(photo)).at(-1)?.data).toEqual({ source: 'staff', version: 5, ...last?.crop });
});

test('R58: is not swept between its rename and its commit', async () => {
  const photo = await of.send();
  const [kept, go] = [Promise.withResolvers<undefined>(), Promise.withResolvers<undefined>()];
  const keep: PhotoFiles['keep'] = async (staged, key) => {
    await app.files.keep(staged, key);
    kept.resolve(undefined);
    await go.promise;
  };
  const changing = makeChangePortrait({ ...app, files: { ...app.files, keep } })(photo, topLeft, ruth);
  await kept.promise;
  const sweeping = app.sweepPhotos.walk({ remove: true });
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(await of.filesOf(photo)).toEqual(['full', 'portrait-1', 'portrait-2', 'thumb']);
  go.resolve(undefined);
  expect(await changing).toMatchObject({ ok: true });
  await sweeping;
  expect(await of.filesOf(photo)).toEqual(['full', 'portrait-2', 'thumb']);
});

test('R58: is never swept, and never survives its photo, whatever happens beside it', async () => {
  const parent = await addParent(app);
  for (let round = 0; round < 8; round += 1) {
    const photo = await of.send(parent);
    const beside = [
      () => app.sweepPhotos.walk({ remove: true }),
      () => of.send(parent),
      () => app.deletePhotos(parent),
      () => app.reviewPhoto.approve(ruth, 1, photo.id),
    ][round % 4];
    const outcomes = await Promise.all([
      app.changePortrait(photo, topLeft, ruth),
      beside?.(),
      app.changePortrait(photo, bottomRight, 'face'),
      app.sweepPhotos.walk({ remove: true }),
    ]);
    expect(outcomes[0].ok || ['replaced', 'not-found'].includes(outcomes[0].reason)).toBe(true);
    await of.expectWhole();
  }
});
