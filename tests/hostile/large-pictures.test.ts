import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { inspectImage } from '../../src/photos/inspect-image.ts';
import { heicGrid } from '../support/heic-grids.ts';
import { makeHeic } from '../support/make-heic.ts';
import { QUARTERS, quartersOf, scene } from '../support/pictures.ts';
import { expectColours, usePictureFolder } from '../support/take-picture.ts';

const { save, take, taken } = usePictureFolder();

const deepPng = (width: number, height: number) =>
  scene(width, height).toColourspace('rgb16').png({ compressionLevel: 1 }).toBuffer();

/** Sixteen rows of twelve, each tile a quarter of the colours: what a phone's camera makes of 48 megapixels. */
const phoneGrid = async (): Promise<Buffer> => {
  const tile = { width: 512, height: 512 };
  const heic = makeHeic([await deepPng(512, 512)], ['-b', '10']);
  return heicGrid([heic], { width: 8000, height: 6000, columns: 16, rows: 12, tile });
};

describe('R2: what would take too much memory at once is taken in pieces', () => {
  const kinds: Record<string, { make: () => Promise<Buffer>; size: [number, number] }> = {
    'progressive JPEG, 4:4:4, 48 megapixels': {
      make: () => scene(8000, 6000).jpeg({ progressive: true, chromaSubsampling: '4:4:4' }).toBuffer(),
      size: [1200, 900],
    },
    'interlaced PNG of 16 bits with alpha, 36 megapixels': {
      make: () =>
        scene(6000, 6000)
          .ensureAlpha()
          .toColourspace('rgb16')
          .png({ progressive: true, compressionLevel: 1 })
          .toBuffer(),
      size: [1200, 1200],
    },
    'AVIF, 4:4:4, 24 megapixels': {
      make: () => scene(6000, 4000).avif({ effort: 0, chromaSubsampling: '4:4:4' }).toBuffer(),
      size: [1200, 800],
    },
    'HEIC of 10 bits in one piece, 24 megapixels': {
      make: async () => makeHeic([await deepPng(6000, 4000)], ['-b', '10']),
      size: [1200, 800],
    },
  };
  test.each(Object.entries(kinds))('R2, R11: %s', async (_, { make, size: [width, height] }) => {
    const bytes = await make();
    expect(await inspectImage(await save(bytes))).toMatchObject({ ok: true, value: { inPieces: true } });
    const image = await taken(bytes);
    expect(image).toMatchObject({ width, height, mayBeDamaged: false });
    expectColours(await quartersOf(image.full), QUARTERS, 7);
    expectColours(await quartersOf(image.thumb), QUARTERS, 7);
  });

  test('R2, R11: progressive JPEG, CMYK, 33 megapixels, in the colours of a small one', async () => {
    const small = await scene(700, 470).toColourspace('cmyk').jpeg({ quality: 100 }).toBuffer();
    const make = (width: number, height: number) =>
      sharp(small)
        .pipelineColourspace('cmyk') // 33 megapixels take nine seconds to become CMYK
        .resize(width, height, { kernel: 'nearest' })
        .toColourspace('cmyk')
        .jpeg({ progressive: true, quality: 90 })
        .toBuffer();
    const bytes = await make(7000, 4700);
    expect(await inspectImage(await save(bytes))).toMatchObject({ ok: true, value: { inPieces: true } });
    const image = await taken(bytes);
    expect(image).toMatchObject({ width: 1200, height: 806, mayBeDamaged: false });
    expectColours(await quartersOf(image.full), await quartersOf((await taken(await make(700, 470))).full), 3);
  });

  test('R2: a phone’s HEIC of 10 bits, 48 megapixels in 192 tiles', async () => {
    const bytes = await phoneGrid();
    expect(await inspectImage(await save(bytes))).toMatchObject({ ok: true, value: { inPieces: true } });
    const image = await taken(bytes);
    expect(image).toMatchObject({ width: 1200, height: 900, mayBeDamaged: false });
    const tile = { left: 77, top: 77, width: 76, height: 76 }; // the second of the second row
    const shown = await sharp(image.full).extract(tile).jpeg({ quality: 100 }).toBuffer();
    expectColours(await quartersOf(shown), QUARTERS, 7);
    expect(await take(bytes.subarray(0, -1))).toEqual({ ok: false, reason: 'heic' });
  });
});

test('R14: a JPEG in pieces that is cut is refused, as a small one is', async () => {
  const whole = await scene(8000, 6000).jpeg({ progressive: true, chromaSubsampling: '4:4:4', quality: 90 }).toBuffer();
  for (const share of [0.8, 0.2])
    expect(await take(whole.subarray(0, Math.floor(whole.length * share)))).toEqual({
      ok: false,
      reason: 'unreadable',
    });
});
