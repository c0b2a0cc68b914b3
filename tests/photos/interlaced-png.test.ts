import { deflateSync, inflateSync } from 'node:zlib';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { shrinkInterlacedPng } from '../../src/photos/pieces/interlaced-png.ts';
import {
  COLOUR_TYPES,
  deepPixels,
  type DeepPixels,
  headerOf,
  inThree,
  makeInterlacedPng,
  pixelDataOf,
} from '../support/interlaced-png.ts';
import { exif, type PngChunk, scene } from '../support/pictures.ts';

const ALL_FILTERS = [0, 1, 2, 3, 4];
const FULL = 65_535;

/** All samples as sharp decodes them; grey comes as three. */
const decoded = async (png: Buffer): Promise<DeepPixels> => {
  const { data, info } = await sharp(png)
    .toColourspace('rgb16')
    .raw({ depth: 'ushort' })
    .toBuffer({ resolveWithObject: true });
  return {
    ...{ width: info.width, height: info.height, samples: info.channels },
    data: new Uint16Array(data.buffer, data.byteOffset, data.length / 2),
  };
};

/** A difference is told in a line: those of whole pictures take a minute to print. */
const expectSame = (seen: DeepPixels, expected: DeepPixels, which = ''): void => {
  expect({ ...seen, data: seen.data.length }, which).toEqual({ ...expected, data: expected.data.length });
  expect(
    seen.data.findIndex((sample, at) => sample !== expected.data[at]),
    `${which}: where they differ`,
  ).toBe(-1);
};

const kinds = Object.entries(COLOUR_TYPES);

describe('R1: an interlaced PNG that is small enough keeps its pixels', () => {
  test.each(kinds)('R1: %s, of 1 to 9 pixels a side, where passes are empty', async (_, colourType) => {
    for (let width = 1; width <= 9; width += 1) {
      for (let height = 1; height <= 9; height += 1) {
        const png = makeInterlacedPng(deepPixels(width, height, colourType), colourType, { filters: [4, 3, 2, 1] });
        const result = await shrinkInterlacedPng(png, 1200);
        expect(headerOf(result)).toEqual([width, height, 16, colourType, 0]);
        expectSame(await decoded(result), await decoded(png), `${width} x ${height}`);
      }
    }
  });

  test.each(kinds)('R1: %s, with each filter and with all of them', async (_, colourType) => {
    const pixels = deepPixels(123, 77, colourType);
    for (const filters of [...ALL_FILTERS.map((filter) => [filter]), ALL_FILTERS]) {
      const png = makeInterlacedPng(pixels, colourType, { filters });
      expectSame(await decoded(await shrinkInterlacedPng(png, 100)), await decoded(png), filters.join());
    }
  });

  test('R1: the pixels of the test are those that sharp sees', async () => {
    const pixels = deepPixels(61, 45, 6);
    const png = makeInterlacedPng(pixels, 6, { filters: ALL_FILTERS });
    expectSame(await decoded(png), pixels);
    expect(await sharp(png).metadata()).toMatchObject({ isProgressive: true, depth: 'ushort', channels: 4 });
  });

  test('R1: as libpng writes it', async () => {
    const png = await sharp(deepPixels(90, 70, 2).data, { raw: { width: 90, height: 70, channels: 3 } })
      .toColourspace('rgb16')
      .png({ progressive: true, adaptiveFiltering: true })
      .toBuffer();
    expect(headerOf(png)).toEqual([90, 70, 16, 2, 1]);
    expectSame(await decoded(await shrinkInterlacedPng(png, 1200)), await decoded(png));
  });

  test('R1: bright and 2,000 pixels wide, in many pieces', async () => {
    const pixels = deepPixels(2000, 40, 6);
    pixels.data.fill(FULL, 0, pixels.data.length / 2);
    const png = makeInterlacedPng(pixels, 6, { filters: [0] });
    expect(png.length).toBeGreaterThan(200_000);
    const result = await shrinkInterlacedPng(png, 2000);
    expectSame(await decoded(result), pixels);
    expect(inflateSync(pixelDataOf(result))).toHaveLength(40 * (1 + 2000 * 8)); // sees a wrong checksum, which sharp does not
  });

  test.each([1, 2, 3, 7, 1001])('R1: pixels in chunks of %i bytes', async (pieceBytes) => {
    const [pixels, making] = [deepPixels(60, 41, 2), { filters: ALL_FILTERS }];
    const png = makeInterlacedPng(pixels, 2, { ...making, pieceBytes });
    const whole = makeInterlacedPng(pixels, 2, { ...making, pieceBytes: 1e6 });
    expect((await shrinkInterlacedPng(png, 20)).equals(await shrinkInterlacedPng(whole, 20))).toBe(true);
  });
});

/** A plain mean of n x n, weighted by the last sample if `hasAlpha`, in whole numbers of any size. */
const meanOf = ({ width, height, samples, data }: DeepPixels, n: number, hasAlpha: boolean): DeepPixels => {
  const size = { width: Math.ceil(width / n), height: Math.ceil(height / n) };
  const mean: number[] = [];
  for (let top = 0; top < height; top += n) {
    for (let left = 0; left < width; left += n) {
      const cell: number[][] = [];
      for (let y = top; y < Math.min(top + n, height); y += 1)
        for (let x = left; x < Math.min(left + n, width); x += 1)
          cell.push([...data.subarray((y * width + x) * samples, (y * width + x + 1) * samples)]);
      for (let sample = 0; sample < samples; sample += 1) {
        const isAlpha = hasAlpha && sample === samples - 1;
        const weights = cell.map((pixel) => BigInt(hasAlpha && !isAlpha ? (pixel.at(-1) ?? 0) : 1));
        const weight = weights.reduce((a, b) => a + b);
        const sum = cell.reduce((total, pixel, i) => total + BigInt(pixel[sample] ?? 0) * (weights[i] ?? 0n), 0n);
        mean.push(weight === 0n ? 0 : Number((2n * sum + weight) / (2n * weight)));
      }
    }
  }
  return { ...size, samples, data: Uint16Array.from(mean) };
};

/** `tRNS` for one colour. */
const keyOf = (...colour: number[]): PngChunk => ['tRNS', Buffer.from(colour.flatMap((v) => [v >> 8, v & 0xff]))];

describe('R2: a large interlaced PNG becomes the mean of its pixels', () => {
  test.each(kinds)('R2: %s', async (_, colourType) => {
    for (const [width, height, side, n] of [
      [101, 67, 50, 2],
      [67, 101, 30, 3],
      [100, 100, 10, 11],
      [103, 9, 9, 12],
    ] as const) {
      const pixels = deepPixels(width, height, colourType);
      const png = makeInterlacedPng(pixels, colourType, { filters: ALL_FILTERS });
      const result = await shrinkInterlacedPng(png, side);
      expect(headerOf(result)).toEqual([Math.ceil(width / n), Math.ceil(height / n), 16, colourType, 0]);
      expectSame(await decoded(result), inThree(meanOf(pixels, n, colourType >= 4)), `by ${n}`);
    }
  });

  test.each([
    [200, 100, 2, 100],
    [199, 100, 2, 100],
    [198, 100, 1, 198],
    [200, 68, 2, 100],
    [200, 67, 3, 67],
    [50, 60, 1, 50],
  ])('R2: of %i pixels, of which %i are wanted, %i become one', async (width, side, n, expected) => {
    const png = makeInterlacedPng(deepPixels(width, 3, 0), 0);
    expect(headerOf(await shrinkInterlacedPng(png, side))).toEqual([expected, Math.ceil(3 / n), 16, 0, 0]);
  });

  test('R2: the brightest picture is not too bright for its sums', async () => {
    const pixels = deepPixels(300, 300, 6);
    pixels.data.fill(FULL);
    const result = await decoded(await shrinkInterlacedPng(makeInterlacedPng(pixels, 6), 2));
    expect(result.data.every((sample) => sample === FULL)).toBe(true);
  });
});

describe('R11: a transparent colour', () => {
  const keyed = (colourType: number) => {
    const pixels = deepPixels(64, 50, colourType);
    const { samples, data } = pixels;
    const key = [0x1234, 0x5678, 0x9abc].slice(0, samples);
    for (let pixel = 0; pixel < 64 * 50; pixel += 3) data.set(key, pixel * samples);
    for (let pixel = 1; pixel < 64 * 50; pixel += 3)
      data.set([...key.slice(0, -1), (key.at(-1) ?? 0) + 1], pixel * samples);
    return { pixels, chunk: keyOf(...key) };
  };
  const withAlpha = ({ width, height, samples, data }: DeepPixels): DeepPixels => ({
    ...{ width, height, samples: samples + 1 },
    data: Uint16Array.from(
      Array.from({ length: width * height }, (_, pixel) => [
        ...data.subarray(pixel * samples, (pixel + 1) * samples),
        pixel % 3 === 0 ? 0 : FULL,
      ]).flat(),
    ),
  });

  test.each([
    ['grey', 0, 4],
    ['colour', 2, 6],
  ])('R11: %s', async (_, colourType, becomes) => {
    const { pixels, chunk } = keyed(colourType);
    const png = makeInterlacedPng(pixels, colourType, { chunks: [chunk], filters: ALL_FILTERS });
    const small = await shrinkInterlacedPng(png, 30);
    expect(headerOf(small)).toEqual([32, 25, 16, becomes, 0]);
    expectSame(await decoded(small), inThree(meanOf(withAlpha(pixels), 2, true)));
    const same = await shrinkInterlacedPng(png, 64);
    expect(headerOf(same)).toEqual([64, 50, 16, colourType, 0]);
    expectSame(await decoded(same), await decoded(png));
    expect((await decoded(same)).samples).toBe(4);
  });

  test('R11: one that is no colour of the picture is passed over, as by libpng', async () => {
    const { pixels } = keyed(2);
    for (const chunk of [keyOf(1, 2), ['tRNS', Buffer.alloc(0)] as const]) {
      const png = makeInterlacedPng(pixels, 2, { chunks: [chunk] });
      expect(headerOf(await shrinkInterlacedPng(png, 30))).toEqual([32, 25, 16, 2, 0]);
    }
    const beside = makeInterlacedPng(deepPixels(64, 50, 6), 6, { chunks: [keyOf(1, 2, 3, 4)] });
    const damaged = makeInterlacedPng(pixels, 2, { chunks: [keyOf(1, 2, 3)] });
    damaged[33 + 8] = 1; // its checksum is wrong
    expect(headerOf(await shrinkInterlacedPng(damaged, 30))).toEqual([32, 25, 16, 2, 0]);
    const without = makeInterlacedPng(deepPixels(64, 50, 6), 6);
    expect((await shrinkInterlacedPng(beside, 30)).equals(await shrinkInterlacedPng(without, 30))).toBe(true);
  });
});

test('R11: the profile and the orientation stay', async () => {
  const { icc = Buffer.alloc(0) } = await sharp(await scene().withIccProfile('p3').png().toBuffer()).metadata();
  const chunks: PngChunk[] = [
    ['iCCP', Buffer.concat([Buffer.from('p3\0\0'), deflateSync(icc)])],
    ['eXIf', exif({ orientation: 6 })],
    ['eXIf', exif({ orientation: 3 })],
  ];
  const png = makeInterlacedPng(deepPixels(90, 40, 2), 2, { chunks });
  for (const side of [90, 20]) {
    const seen = await sharp(await shrinkInterlacedPng(png, side)).metadata();
    expect(seen).toMatchObject({ orientation: 6, format: 'png', depth: 'ushort' });
    expect(seen.icc?.equals(icc)).toBe(true);
  }
});
