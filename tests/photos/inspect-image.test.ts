import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { beforeAll, describe, expect, test } from 'vitest';
import { inspectImage } from '../../src/photos/inspect-image.ts';
import * as hostile from '../support/hostile-pictures.ts';
import { exif, glass, jpegWith, plain, pngWith, scene, turnedScene } from '../support/pictures.ts';
import { usePictureFolder } from '../support/take-picture.ts';

const require = createRequire(import.meta.url);
const SCRIPT = require.resolve('../support/measure-picture.ts');

const { save } = usePictureFolder();
const inspect = async (bytes: Buffer) => inspectImage(await save(bytes));
const refusal = async (bytes: Buffer) => {
  const seen = await inspect(bytes);
  return seen.ok ? seen.value : seen.reason;
};

describe('R2: what phones, cameras and scanners make is taken', () => {
  test.each([
    ['baseline JPEG', 'jpeg', () => scene().jpeg()],
    ['progressive JPEG', 'jpeg', () => scene().jpeg({ progressive: true })],
    ['4:4:4 JPEG', 'jpeg', () => scene().jpeg({ chromaSubsampling: '4:4:4' })],
    ['grey JPEG', 'jpeg', () => scene().toColourspace('b-w').jpeg()],
    ['CMYK JPEG', 'jpeg', () => scene().toColourspace('cmyk').jpeg()],
    ['PNG', 'png', () => scene().png()],
    ['interlaced PNG', 'png', () => scene().png({ progressive: true })],
    ['16-bit PNG', 'png', () => scene().toColourspace('rgb16').png()],
    ['PNG with alpha', 'png', () => glass(0.5).png()],
    ['palette PNG', 'png', () => scene().png({ palette: true })],
    ['lossy WebP', 'webp', () => scene().webp()],
    ['lossless WebP', 'webp', () => glass(0.5).webp({ lossless: true })],
    ['AVIF', 'avif', () => scene().avif({ effort: 0 })],
    ['10-bit AVIF', 'avif', () => scene().avif({ effort: 0, bitdepth: 10 })],
  ])('R2: %s', async (kind, format, make) => {
    expect(await inspect(await make().toBuffer())).toEqual({
      ok: true,
      value: {
        ...{
          format,
          width: 400,
          height: 300,
          pixels: 120_000,
          cost: expect.objectContaining({ costly: false }) as unknown,
        },
        colours: { isDeep: ['16-bit PNG', '10-bit AVIF'].includes(kind), isSrgb: false },
        inPieces: false,
      },
    });
  });

  test('R2: from 200 pixels to 48 megapixels and a side four times the other', async () => {
    expect(await inspect(await plain(200, 200).jpeg().toBuffer())).toMatchObject({ ok: true });
    expect(await inspect(await plain(800, 200).jpeg().toBuffer())).toMatchObject({ ok: true });
    expect(await inspect(await hostile.jpegClaiming(8000, 6000))).toMatchObject({
      ok: true,
      value: { pixels: 48_000_000, cost: { costly: false } },
    });
  });

  test('R4: a picture that the decoder holds in memory is called costly', async () => {
    const costly = async (bytes: Buffer) => {
      const seen = await inspect(bytes);
      return seen.ok && seen.value.cost.costly;
    };
    expect(await costly(await hostile.jpegClaiming(8000, 6000))).toBe(false);
    expect(await costly(await hostile.jpegClaiming(4000, 3000, true))).toBe(false);
    expect(await costly(await hostile.jpegClaiming(8000, 6000, true))).toBe(true);
    expect(await costly(await hostile.pngClaiming(4000, 3000))).toBe(false);
    expect(await costly(await hostile.pngClaiming(8000, 6000))).toBe(true);
    expect(await costly(await hostile.webpClaiming(4000))).toBe(false);
    expect(await costly(await hostile.webpClaiming(6000))).toBe(true);
    expect(await costly(await hostile.avifClaiming(2000, 2000))).toBe(false);
    expect(await costly(await hostile.avifClaiming(4000, 3000))).toBe(true);
  });

  test('R4: a picture whose decode would not fit into memory is decoded in pieces, or too large', async () => {
    expect(await refusal(await hostile.avifClaiming(4000, 4000))).toMatchObject({ format: 'avif' });
    expect(await refusal(await hostile.avifClaiming(5000, 5000))).toBe('too-large'); // it has no such pieces
    const deep = scene().ensureAlpha(0.5).toColourspace('rgb16');
    expect(await refusal(await hostile.pngClaiming(8000, 6000, deep))).toMatchObject({
      format: 'png',
      inPieces: false,
    });
    expect(await refusal(await hostile.pngClaiming(8000, 6000, deep, { progressive: true }))).toMatchObject({
      inPieces: true,
    });
  });
});

describe('R10: the size is that of the upright picture', () => {
  test.each([1, 2, 3, 4, 5, 6, 7, 8])('R10: orientation %i', async (orientation) => {
    const jpeg = await jpegWith(
      [[0xe1, Buffer.concat([Buffer.from('Exif\0\0'), exif({ orientation })])]],
      turnedScene(orientation),
    );
    expect(await inspect(jpeg)).toMatchObject({ ok: true, value: { width: 400, height: 300 } });
  });

  test('R10: a PNG that tells its orientation behind the pixels', async () => {
    const png = await pngWith([['eXIf', exif({ orientation: 6 })]], { picture: turnedScene(6), behindPixels: true });
    expect(await inspect(png)).toMatchObject({ ok: true, value: { width: 400, height: 300 } });
  });
});

test('R7: what is no photo is refused by its content, whatever its name', async () => {
  for (const [kind, bytes] of Object.entries(await hostile.notPhotos())) {
    expect([kind, await refusal(bytes)]).toEqual([kind, 'not-an-image']);
  }
});

test('R7: HEIC is told by its brand or by the codec inside; what cannot be read of it is refused as such', async () => {
  const avif = await scene().avif({ effort: 0 }).toBuffer();
  const withBrand = (major: string, compatible: string): Buffer => {
    const bytes = Buffer.from(avif);
    bytes.write(major, 8, 'latin1');
    bytes.fill(compatible, 16, bytes.readUInt32BE(0), 'latin1');
    return bytes;
  };
  expect(await refusal(withBrand('heic', 'heic'))).toMatchObject({ format: 'heic' });
  expect(await refusal(withBrand('mif1', 'heix'))).toMatchObject({ format: 'heic' });
  expect(await refusal(withBrand('qt  ', 'qt  '))).toBe('not-an-image');
  expect(await refusal(withBrand('mif1', 'avif'))).toMatchObject({ format: 'avif' });
  expect(await refusal(withBrand('mif1', 'mif1'))).toMatchObject({ format: 'avif' });
  const hevc = withBrand('mif1', 'mif1');
  hevc.write('hvcC', hevc.indexOf('av1C'), 'latin1');
  expect(await refusal(hevc)).toBe('heic');
});

test('R7: a signature alone is no picture', async () => {
  expect(await refusal(Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0, 16]))).toBe('unreadable');
  expect(await refusal(Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'))).toBe('unreadable');
  expect(await refusal(Buffer.from('RIFF\x10\0\0\0WEBPVP8 ', 'latin1'))).toBe('unreadable');
  expect(await refusal(Buffer.from('\0\0\0\x18ftypavif\0\0\0\0avifmif1', 'latin1'))).toBe('unreadable');
});

describe('R19: size and shape', () => {
  test.each([
    [1, 1, 'too-small'],
    [199, 199, 'too-small'],
    [199, 600, 'too-small'],
    [820, 200, 'too-long'],
    [200, 820, 'too-long'],
  ])('R19: %i x %i is %s', async (width, height, reason) => {
    expect(await refusal(await plain(width, height).png().toBuffer())).toBe(reason);
  });

  test('R19: 65535 x 1, and one pixel too many', async () => {
    expect(await refusal(await hostile.jpegClaiming(65_500, 1))).toBe('too-small');
    expect(await refusal(await hostile.pngClaiming(65_535, 1))).toBe('too-small');
    expect(await refusal(await hostile.jpegClaiming(8000, 6250))).toMatchObject({ pixels: 50_000_000 });
    expect(await refusal(await hostile.jpegClaiming(8001, 6250))).toBe('too-large');
    expect(await refusal(await hostile.jpegClaiming(20_000, 300))).toBe('too-large');
  });
});

/** Steps 4 and 5 in a process of their own, which has taken a photo before, and what they cost there. */
const measure = (path: string) =>
  JSON.parse(
    execFileSync(process.execPath, [SCRIPT, path], {
      encoding: 'utf8',
    }),
  ) as {
    inspected: string;
    inspectMs: number;
    compressed: string;
    grownMb: number;
  };

describe('R3: bombs are refused from the header', () => {
  test.each([
    ['PNG of 50k x 50k', 'too-large', () => hostile.pngClaiming(50_000, 50_000)],
    ['PNG of 2^31 - 1', 'too-large', () => hostile.pngClaiming(2 ** 31 - 1, 2 ** 31 - 1)],
    ['JPEG of 65500 x 65500', 'too-large', () => hostile.jpegClaiming(65_500, 65_500)],
    ['progressive JPEG of 65500 x 65500', 'too-large', () => hostile.jpegClaiming(65_500, 65_500, true)],
    ['WebP of 16383 x 16383', 'too-large', () => hostile.webpClaiming(16_383)],
    ['AVIF of 30000 x 30000', 'too-large', () => hostile.avifClaiming(30_000, 30_000)],
    ['AVIF of 2^31 x 2^31', 'unreadable', () => hostile.avifClaiming(2 ** 31, 2 ** 31)],
  ])('R3: %s', async (_, reason, make) => {
    const { inspected, inspectMs, grownMb } = measure(await save(await make()));
    expect(inspected).toBe(reason);
    expect(inspectMs).toBeLessThan(200);
    expect(grownMb).toBeLessThan(50);
  });
});

describe('R5: what inflates beside the pixels is dropped unread', () => {
  let pngs: Record<string, Buffer>;
  beforeAll(async () => {
    pngs = await hostile.inflatingPngs();
  }, 60_000);

  test.each(['one zTXt', 'many zTXt', 'XMP in iTXt', 'a profile', 'many profiles'])('R5: %s', async (kind) => {
    const { compressed, inspectMs, grownMb } = measure(await save(pngs[kind] ?? Buffer.alloc(0)));
    expect(compressed).toBe('taken');
    expect(inspectMs).toBeLessThan(200);
    expect(grownMb).toBeLessThan(200);
  });

  test('R5: a million chunks of nothing', async () => {
    const nothing = Buffer.alloc(12 * 1_000_000, Buffer.from('\0\0\0\0IDAT\x35\xaf\x06\x1e', 'latin1'));
    const png = await scene().png().toBuffer();
    const { compressed, grownMb } = measure(
      await save(Buffer.concat([png.subarray(0, 33), nothing, png.subarray(33)])),
    );
    expect(compressed).toBe('taken');
    expect(grownMb).toBeLessThan(200);
  });
});

test('a file that is gone is a surprise, not a refusal', async () => {
  await expect(inspectImage('/nowhere/gone.jpg')).rejects.toThrow('ENOENT');
});
