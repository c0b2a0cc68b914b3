import { hash } from 'node:crypto';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { cropPortrait } from '../../src/photos/crop-portrait.ts';
import { centreCrop, clampCrop, cropWidth, turns } from '../../src/photos/portrait-crop.ts';
import { exif, jpegWith, plain, QUARTERS, quartersOf, scene } from '../support/pictures.ts';
import { expectColours, usePictureFolder } from '../support/take-picture.ts';

const { taken } = usePictureFolder();
const sizeOf = async (jpeg: Buffer) => {
  const { width, height } = await sharp(jpeg).metadata();
  return { width, height };
};

describe('the portrait that an upload gets', () => {
  test('is the middle of the picture, 480 x 600, with its hash', async () => {
    const image = await taken(await scene(2000, 1500).jpeg().toBuffer());
    expect(image.portraitCrop).toEqual(centreCrop(1200, 900));
    expect(image.portraitSha256).toBe(hash('sha256', image.portrait));
    expect(await sharp(image.portrait).metadata()).toMatchObject({
      ...{ format: 'jpeg', width: 480, height: 600, space: 'srgb', channels: 3, depth: 'uchar', hasProfile: false },
    });
    expectColours(await quartersOf(image.portrait), QUARTERS, 5);
  });

  test('is never blown up', async () => {
    expect(await sizeOf((await taken(await plain(200, 250).jpeg().toBuffer())).portrait)).toEqual({
      width: 200,
      height: 250,
    });
  });

  test.each([
    [200, 800, 200, 250],
    [800, 200, 160, 200],
    [200, 200, 160, 200],
    [600, 601, 480, 600],
    [4000, 1000, 240, 300],
    [1000, 4000, 300, 375],
  ])('of the odd shape %i x %i is %i x %i', async (width, height, wide, high) => {
    const { portrait } = await taken(await plain(width, height).jpeg().toBuffer());
    expect(await sizeOf(portrait)).toEqual({ width: wide, height: high });
  });

  test('is the very one that is cut out of the stored picture later, but for what JPEG loses', async () => {
    const image = await taken(await scene(900, 1200).jpeg().toBuffer());
    const later = await cropPortrait(image.full, image.portraitCrop);
    expect(await sizeOf(later)).toEqual(await sizeOf(image.portrait));
    expectColours(await quartersOf(later), await quartersOf(image.portrait), 4);
  });
});

describe('a crop of the stored picture', () => {
  /** What lies top left, top right, bottom left, bottom right after a turn to the right by so much. */
  const turned = {
    0: [0, 1, 2, 3],
    90: [2, 0, 3, 1],
    180: [3, 2, 1, 0],
    270: [1, 3, 0, 2],
  } as const;
  test.each(turns)('is turned clockwise by %i degrees before it is cut', async (turn) => {
    const full = await scene(1200, 900).jpeg().toBuffer();
    // As wide as can be, around the middle of the turned picture.
    const whole = clampCrop({ turn, x: 0, y: 0, size: 1200 }, { width: 1200, height: 900 });
    const sides = turn === 90 || turn === 270 ? { width: 900, height: 1200 } : { width: 1200, height: 900 };
    const crop = {
      ...whole,
      x: Math.round((sides.width - cropWidth(whole.size)) / 2),
      y: Math.round((sides.height - whole.size) / 2),
    };
    const portrait = await cropPortrait(full, crop);
    expect(await sizeOf(portrait)).toEqual({ width: 480, height: 600 });
    expectColours(
      await quartersOf(portrait),
      turned[turn].map((place) => QUARTERS[place] ?? []),
      6,
    );
  });

  test.each(turns)('is where x and y say, also after a turn by %i degrees', async (turn) => {
    const full = await scene(1200, 900).jpeg().toBuffer();
    const corner = await cropPortrait(full, { turn, x: 0, y: 0, size: 200 });
    expect(await sizeOf(corner)).toEqual({ width: 160, height: 200 });
    const colour = QUARTERS[turned[turn][0]] ?? [];
    expectColours(await quartersOf(corner), [colour, colour, colour, colour], 6);
  });

  test('R10: has no metadata, whatever the stored file had', async () => {
    const full = await jpegWith([[0xe1, exif({ description: 'canary' })]], scene(400, 500));
    const portrait = await cropPortrait(full, centreCrop(400, 500));
    expect(portrait.includes('canary')).toBe(false);
    expect(await sharp(portrait).metadata()).not.toHaveProperty('exif');
  });

  test('rejects when it is not inside the picture, and when the picture is broken', async () => {
    const full = await scene(400, 500).jpeg().toBuffer();
    await expect(cropPortrait(full, { turn: 0, x: 10, y: 0, size: 500 })).rejects.toThrow();
    await expect(cropPortrait(full, { turn: 90, x: 0, y: 0, size: 500 })).rejects.toThrow();
    await expect(cropPortrait(full.subarray(0, 500), centreCrop(400, 500))).rejects.toThrow();
  });
});
