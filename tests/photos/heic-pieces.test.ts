import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { drawHeic } from '../../src/photos/heic-image.ts';
import { drawHeicInPieces, openHeic } from '../../src/photos/pieces/heic-pieces.ts';
import { box } from '../../src/photos/pieces/isobmff-writer.ts';
import { heicGrid } from '../support/heic-grids.ts';
import { makeHeic, withProperty } from '../support/make-heic.ts';
import { glass } from '../support/pictures.ts';
import { usePictureFolder } from '../support/take-picture.ts';

const { save } = usePictureFolder();

/** Colours that change in both directions, and grain. */
const gradients = (width: number, height: number, seed = 1) => {
  const pixels = Buffer.alloc(width * height * 3);
  for (let i = 0; i < pixels.length; i += 1) {
    const [x, y] = [(Math.floor(i / 3) % width) / width, Math.floor(i / 3 / width) / height];
    const grain = ((i * 7919 * seed) % 31) - 15;
    pixels[i] = Math.min(255, Math.max(0, 40 + 170 * ([x, y, (x + 1 - y) / 2][i % 3] ?? 0) + grain));
  }
  return sharp(pixels, { raw: { width, height, channels: 3 } });
};

const png = (width = 640, height = 480) => gradients(width, height).png().toBuffer();
const deepPng = (width = 640, height = 480) => gradients(width, height).toColourspace('rgb16').png().toBuffer();

const rawOf = (picture: Buffer) => sharp(picture).removeAlpha().raw().toBuffer({ resolveWithObject: true });

/** The mean difference of a sample, of 255, between the picture as libheif decodes it and in pieces. */
const differenceOf = async (heic: Buffer, side = 300): Promise<number> => {
  const whole = await drawHeic(await save(heic), side);
  const pieces = await drawHeicInPieces(heic, side);
  const [one, other] = [await rawOf(whole), await rawOf(pieces)];
  expect(other.info).toMatchObject({ width: one.info.width, height: one.info.height, channels: one.info.channels });
  expect((await sharp(pieces).metadata()).icc).toEqual((await sharp(whole).metadata()).icc);
  const sum = one.data.reduce((total, value, i) => total + Math.abs(value - (other.data[i] ?? 0)), 0);
  return sum / one.data.length;
};

describe('R2, R11: in pieces a HEIC looks as it does at once', () => {
  const kinds: Record<string, () => Promise<Buffer>> = {
    '4:2:0': async () => makeHeic([await png()]),
    '4:2:2': async () => makeHeic([await png()], ['-p', 'chroma=422']),
    '4:4:4': async () => makeHeic([await png()], ['-p', 'chroma=444']),
    '10 bits': async () => makeHeic([await deepPng()], ['-b', '10']),
    '12 bits, 4:4:4': async () => makeHeic([await deepPng()], ['-b', '12', '-p', 'chroma=444']),
    'the range of video': async () => makeHeic([await png()], ['--full_range_flag', '0']),
    'BT.709': async () => makeHeic([await png()], ['--matrix_coefficients', '1']),
    'odd sides': async () => makeHeic([await png(401, 299)]),
    'Display P3 by its profile': async () =>
      makeHeic([await gradients(640, 480).withIccProfile('p3').png().toBuffer()]),
    'BT.2020 and PQ by its code': async () =>
      makeHeic([await deepPng()], ['-b', '10', ...['--colour_primaries', '9', '--transfer_characteristic', '16']]),
  };
  test.each(Object.entries(kinds))('%s', async (_, make) => {
    expect(await differenceOf(await make())).toBeLessThan(2);
  });

  test('grey', async () => {
    const grey = makeHeic([await gradients(640, 480).toColourspace('b-w').png().toBuffer()]);
    expect(await differenceOf(grey)).toBeLessThan(2);
  });

  test('a grid, cut at its edges and turned', async () => {
    const tile = { width: 512, height: 512 };
    const tiles = await Promise.all([1, 2, 3, 4].map((seed) => gradients(512, 512, seed).png().toBuffer()));
    const size = { width: 900, height: 700, columns: 2, rows: 2, tile };
    const heics = tiles.map((picture) => makeHeic([picture]));
    for (const turns of [
      [],
      [box('irot', Buffer.from([1]))],
      [box('irot', Buffer.from([3])), box('imir', Buffer.from([1]))],
    ])
      expect(await differenceOf(heicGrid(heics, size, turns))).toBeLessThan(2);
    const { placed, ...layout } = openHeic(heicGrid(heics, size));
    expect(layout).toMatchObject({ width: 900, height: 700, bits: 8, chroma: 1 });
    expect(placed.map(({ left, top }) => [left, top])).toEqual([
      [0, 0],
      [512, 0],
      [0, 512],
      [512, 512],
    ]);
  });
});

test('R11: what is transparent, or coded in another way, is not drawn in pieces', async () => {
  const clear = makeHeic([await glass(0.5).png().toBuffer()]);
  await expect(drawHeicInPieces(clear, 300)).rejects.toThrow('transparent');
  const rgb = withProperty(
    makeHeic([await png()]),
    'colr',
    Buffer.from([...Buffer.from('nclx'), 0, 1, 0, 13, 0, 0, 0x80]),
  );
  await expect(drawHeicInPieces(rgb, 300)).rejects.toThrow('matrix 0');
});

test('R1: a cut or broken file is drawn or ends in an Error', async () => {
  const tile = { width: 256, height: 256 };
  const heics = [makeHeic([await png(256, 256)])];
  const grid = heicGrid(heics, { width: 500, height: 500, columns: 2, rows: 2, tile });
  let seed = 5;
  const dice = (most: number) => (seed = (seed * 48_271) % 2_147_483_647) % most;
  const outcomes = new Set<boolean>();
  for (let mutant = 0; mutant < 150; mutant += 1) {
    const bytes = Buffer.from(grid);
    for (let n = 0; n <= mutant % 4; n += 1) bytes[dice(mutant % 2 ? bytes.length : 700)] = dice(256);
    const cut = mutant % 5 === 0 ? bytes.subarray(0, dice(bytes.length)) : bytes;
    outcomes.add(
      await drawHeicInPieces(cut, 100).then(
        () => true,
        (error: unknown) => {
          expect(error).toBeInstanceOf(Error);
          return false;
        },
      ),
    );
  }
  expect([...outcomes].sort()).toEqual([false, true]);
});
