import sharp from 'sharp';
import type { Sharp } from 'sharp';
import { describe, expect, test } from 'vitest';
import { baselineJpeg } from '../../src/photos/pieces/baseline-jpeg.ts';
import { grain, makeDice, pixelsOf, PROGRESSIVE, SAMPLINGS, SEQUENTIAL } from '../support/jpeg-pictures.ts';
import { scriptedJpeg, type ScriptScan } from '../support/jpeg-scripts.ts';

const isSame = async (one: Buffer, other: Buffer): Promise<boolean> =>
  (await pixelsOf(one)).equals(await pixelsOf(other));

const countOf = (jpeg: Buffer, marker: number): number =>
  jpeg.toString('latin1').split(`\xff${String.fromCharCode(marker)}`).length - 1;

/** Nothing is missing in it, nor is there more. */
const expectWhole = (written: Buffer): void => {
  const again = baselineJpeg(written);
  expect([again.damaged, again.jpeg.equals(written)]).toEqual([false, true]);
};

const expectSame = async (original: Buffer): Promise<void> => {
  const { jpeg, damaged } = baselineJpeg(original);
  expect(damaged).toBe(false);
  expect(await isSame(jpeg, original)).toBe(true);
  expectWhole(jpeg);
  expect([countOf(jpeg, 0xda), countOf(jpeg, 0xc0) + countOf(jpeg, 0xc1), countOf(jpeg, 0xc2)]).toEqual([1, 1, 0]);
  const told = async (bytes: Buffer) => {
    const { space, chromaSubsampling, orientation, icc, exif, density, channels } = await sharp(bytes).metadata();
    return { space, chromaSubsampling, orientation, icc, exif, density, channels };
  };
  expect(await told(jpeg)).toEqual(await told(original));
};

describe('the same pixels from a single scan', () => {
  const kinds: Record<string, (picture: Sharp, quality: number) => Sharp> = {
    '4:2:0': (picture, quality) => picture.jpeg({ progressive: true, quality }),
    '4:4:4': (picture, quality) => picture.jpeg({ progressive: true, quality, chromaSubsampling: '4:4:4' }),
    grey: (picture, quality) => picture.toColourspace('b-w').jpeg({ progressive: true, quality }),
    CMYK: (picture, quality) => picture.toColourspace('cmyk').jpeg({ progressive: true, quality }),
    'a script made to measure': (picture, quality) => picture.jpeg({ mozjpeg: true, quality }),
    'a profile and Exif': (picture, quality) =>
      picture.withIccProfile('p3').withMetadata({ orientation: 6 }).jpeg({ progressive: true, quality }),
    baseline: (picture, quality) => picture.jpeg({ quality }),
  };
  test.each(Object.entries(kinds))('R1: %s', async (_, encode) => {
    for (const [width, height, quality] of [
      [203, 317, 80],
      [641, 480, 92],
      [320, 241, 100],
      [64, 48, 20],
    ] as const)
      await expectSame(await encode(grain(width, height), quality).toBuffer());
  });

  test('R1: YCCK', async () => {
    const cmyk = await grain(203, 317).toColourspace('cmyk').jpeg({ progressive: true }).toBuffer();
    const adobe = cmyk.indexOf('Adobe');
    cmyk[adobe + 11] = 2; // the transform: the same numbers, read as Y, Cb, Cr and K
    await expectSame(cmyk);
  });
});

describe('any script of scans', () => {
  test.each(
    Object.entries(SAMPLINGS).flatMap(([name, factors]) =>
      [0, 7].map((restartInterval) => ({ name, factors, restartInterval })),
    ),
  )('R1: $name, restarts after $restartInterval', async ({ factors, restartInterval }) => {
    for (const [width, height] of [
      [203, 117],
      [33, 65],
    ] as const)
      for (const isProgressive of [true, false]) {
        const scans = isProgressive ? PROGRESSIVE : SEQUENTIAL;
        await expectSame(
          scriptedJpeg({ width, height, factors, scans, isProgressive, restartInterval, dice: makeDice(1) }),
        );
      }
  });

  test('R1: several 0xFF where one would do', async () => {
    const script = { width: 203, height: 117, factors: SAMPLINGS['4:2:0'] ?? [], scans: PROGRESSIVE };
    const bytes = scriptedJpeg({ ...script, restartInterval: 7, dice: makeDice(6) }).toString('latin1');
    const filled = Buffer.from(bytes.replace(/\xff(?=[\0\xd0-\xd7\xda])/g, '\xff\xff\xff'), 'latin1');
    expect(filled.length).toBeGreaterThan(bytes.length + 100);
    await expectSame(filled);
  });

  test('R1: sampling factors that do not fit an MCU, and those of a single component', async () => {
    const dice = makeDice(2);
    const script = (count: number): ScriptScan[] =>
      Array.from({ length: count }, (_, i) => [
        { of: [i], to: 0 },
        { of: [i], from: 1, to: 63, bit: 1 },
        { of: [i], from: 1, to: 63, before: 1 },
      ]).flat();
    for (const count of [1, 3, 4])
      for (const [width, height] of [
        [203, 117],
        [40, 8],
      ] as const) {
        const factors = Array.from({ length: count }, (): [number, number] => [2, 2]);
        const original = scriptedJpeg({ width, height, factors, scans: script(count), dice });
        const { jpeg, damaged } = baselineJpeg(original);
        expect([damaged, await isSame(jpeg, original)]).toEqual([false, true]);
        expectWhole(jpeg);
      }
  });
});
