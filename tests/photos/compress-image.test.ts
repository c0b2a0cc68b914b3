import { hash } from 'node:crypto';
import sharp from 'sharp';
import type { Sharp } from 'sharp';
import { describe, expect, test } from 'vitest';
import { glass, jpegWith, plain, QUARTERS, quartersOf, scene } from '../support/pictures.ts';
import { expectColours, usePictureFolder } from '../support/take-picture.ts';

const { taken } = usePictureFolder();

describe('R2: what is kept of a photo', () => {
  test('R2: a JPEG of at most 1200 pixels and a thumbnail of 320, with their sizes and hashes', async () => {
    const image = await taken(await scene(2000, 1500).jpeg().toBuffer());
    expect(image).toMatchObject({ width: 1200, height: 900, thumbWidth: 320, thumbHeight: 240, mayBeDamaged: false });
    expect(image.sha256).toBe(hash('sha256', image.full));
    expect(image.thumbSha256).toBe(hash('sha256', image.thumb));
    for (const [jpeg, width] of [
      [image.full, 1200],
      [image.thumb, 320],
    ] as const) {
      const header = await sharp(jpeg).metadata();
      expect(header).toMatchObject({ format: 'jpeg', width, space: 'srgb', channels: 3, depth: 'uchar' });
      expect(header).toMatchObject({ chromaSubsampling: '4:2:0', isProgressive: false });
      expectColours(await quartersOf(jpeg), QUARTERS, 4);
    }
  });

  test('R2: a small photo is not blown up', async () => {
    expect(await taken(await plain(200, 250).jpeg().toBuffer())).toMatchObject({
      width: 200,
      height: 250,
      thumbWidth: 200,
      thumbHeight: 250,
    });
  });

  test('R2: 48 megapixels', async () => {
    expect(await taken(await plain(8000, 6000).jpeg().toBuffer())).toMatchObject({ width: 1200, height: 900 });
  });
});

describe('R11: colours arrive as sRGB in 8 bits', () => {
  const kinds: Record<string, () => Sharp> = {
    'progressive JPEG': () => scene().jpeg({ progressive: true }),
    '4:4:4 JPEG': () => scene().jpeg({ chromaSubsampling: '4:4:4' }),
    'JPEG with an sRGB profile': () => scene().withIccProfile('srgb').jpeg(),
    'Display P3 JPEG': () => scene().withIccProfile('p3').jpeg(),
    'Display P3 PNG': () => scene().withIccProfile('p3').png(),
    'Display P3 WebP': () => scene().withIccProfile('p3').webp({ lossless: true }),
    'Display P3 AVIF': () => scene().withIccProfile('p3').avif({ effort: 0, quality: 90 }),
    '16-bit PNG': () => scene().toColourspace('rgb16').png(),
    '16-bit PNG with an sRGB profile': () => scene().toColourspace('rgb16').withIccProfile('srgb').png(),
    '16-bit Display P3 PNG': () => scene().toColourspace('rgb16').withIccProfile('p3').png(),
    '10-bit Display P3 AVIF': () => scene().withIccProfile('p3').avif({ effort: 0, quality: 90, bitdepth: 10 }),
    'palette PNG': () => scene().png({ palette: true }),
    'interlaced PNG': () => scene().png({ progressive: true }),
    'lossy WebP': () => scene().webp({ quality: 95 }),
    'lossless WebP': () => scene().webp({ lossless: true }),
    AVIF: () => scene().avif({ effort: 0, quality: 90 }),
  };
  test.each(Object.keys(kinds))('R11: %s', async (kind) => {
    const { full, thumb } = await taken((await kinds[kind]?.().toBuffer()) ?? Buffer.alloc(0));
    expectColours(await quartersOf(full), QUARTERS, 5);
    expectColours(await quartersOf(thumb), QUARTERS, 5);
  });

  test('R11: a Display P3 file holds other numbers than it shows', async () => {
    const p3 = await scene().withIccProfile('p3').png().toBuffer();
    const stored = await sharp(p3, { ignoreIcc: true }).raw().toBuffer();
    expect(Math.abs((stored[0] ?? 0) - 200)).toBeGreaterThan(10); // the tests above would pass by doing nothing otherwise
  });

  test.each([
    ['without a profile', () => scene().toColourspace('cmyk').jpeg({ quality: 95 })],
    ['with its profile', () => scene().withIccProfile('cmyk').jpeg({ quality: 95 })],
  ])('R11: CMYK %s', async (_, make) => {
    // A press cannot print these colours as they were; what counts is that red stays red and nothing is inverted.
    const { full } = await taken(await make().toBuffer());
    expectColours(await quartersOf(full), QUARTERS, 45);
    expect((await sharp(full).metadata()).space).toBe('srgb');
  });

  test.each([
    ['8 bits', () => scene().toColourspace('b-w').jpeg()],
    ['16 bits', () => scene().toColourspace('grey16').png()],
    [
      '16 bits and a profile',
      () => scene().toColourspace('rgb16').withIccProfile('srgb').toColourspace('grey16').png(),
    ],
  ])('R11: grey in %s', async (_, make) => {
    const bytes = await make().toBuffer();
    const [first = 0] = (await sharp(bytes).toColourspace('b-w').raw().toBuffer()) as unknown as number[];
    const { full } = await taken(bytes);
    expectColours([(await quartersOf(full))[0] ?? []], [[first, first, first]], 4);
  });

  test.each([
    ['clear', 0, 255, 255],
    ['half', 0.5, 227, 157],
  ])('R11: %s glass lies on white', async (_, alpha, red, green) => {
    for (const picture of [
      glass(alpha).png(),
      glass(alpha).png({ palette: true }),
      glass(alpha).webp({ lossless: true }),
      glass(alpha).toColourspace('rgb16').png(),
    ]) {
      const { full } = await taken(await picture.toBuffer());
      const [[r = 0, g = 0] = []] = await quartersOf(full);
      expect(Math.abs(r - red) + Math.abs(g - green)).toBeLessThan(6);
    }
  });

  test('R11: a broken profile is passed over', async () => {
    const profile = Buffer.concat([Buffer.from('ICC_PROFILE\0\x01\x01', 'latin1'), Buffer.alloc(400, 'x')]);
    const { full } = await taken(await jpegWith([[0xe2, profile]]));
    expectColours(await quartersOf(full), QUARTERS, 5);
  });
});
