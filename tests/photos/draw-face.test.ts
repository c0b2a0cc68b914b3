import sharp from 'sharp';
import { expect, test } from 'vitest';
import { drawFace, type FaceVariant } from '../../src/photos/draw-face.ts';
import { hairTones, skinTones } from '../../src/photos/face-look.ts';

const width = 160;

/** Red, green and blue of some pixel, `x` and `y` in the units of the drawing (160 x 200). */
const colourAt = async (jpeg: Buffer, x: number, y: number): Promise<number[]> => {
  const { data, info } = await sharp(jpeg).raw().toBuffer({ resolveWithObject: true });
  return [...data.subarray((y * info.width + x) * 3, (y * info.width + x) * 3 + 3)];
};

const brightness = async (jpeg: Buffer): Promise<number> => {
  const { channels } = await sharp(jpeg).stats();
  return channels.reduce((sum, { mean }) => sum + mean, 0) / channels.length;
};

const isNear = (colour: number[], hex: string): boolean =>
  colour.every((part, i) => Math.abs(part - Number.parseInt(hex.slice(1 + 2 * i, 3 + 2 * i), 16)) <= 12);

test('a face is a JPEG of 4:5 without metadata, as large as asked for', async () => {
  const meta = await sharp(await drawFace({ seed: 1 })).metadata();
  expect(meta).toMatchObject({ format: 'jpeg', width: 960, height: 1200 });
  expect([meta.exif, meta.icc, meta.xmp]).toEqual([undefined, undefined, undefined]);
});

test('one seed gives the same bytes, another seed another face', async () => {
  const [one, again, other] = await Promise.all([1, 1, 2].map((seed) => drawFace({ seed, width })));
  expect(one?.equals(again ?? Buffer.alloc(0))).toBe(true);
  expect(one?.equals(other ?? Buffer.alloc(0))).toBe(false);
});

test('the face has the skin, the top and the backdrop that it should have, in their places', async () => {
  const look = { skin: '#7b4a32', top: '#2a6fa3', backdrop: '#dbe6d6', clothes: 'plain', hairstyle: 'short' } as const;
  const face = await drawFace({ seed: 3, look: { ...look, beard: 'none', glasses: 'none' }, width });
  expect(await Promise.all([colourAt(face, 80, 70), colourAt(face, 80, 190), colourAt(face, 3, 3)])).toSatisfy(
    ([skin = [], top = [], backdrop = []]: number[][]) =>
      isNear(skin, look.skin) && isNear(top, look.top) && isNear(backdrop, look.backdrop),
  );
});

test('edges are smooth: between the two colours lie pixels of neither', async () => {
  const look = { top: '#000000', backdrop: '#ffffff', clothes: 'plain', hairstyle: 'bald', beard: 'none' } as const;
  const face = await drawFace({ seed: 3, look, width: 320 });
  const { data } = await sharp(face).extract({ left: 20, top: 340, width: 60, height: 50 }).greyscale().raw().toBuffer({
    resolveWithObject: true,
  });
  expect(data.filter((grey) => grey > 70 && grey < 185).length).toBeGreaterThan(20);
});

test('each variant is wrong in its own way', async () => {
  const look = { hairstyle: 'short', glasses: 'none', beard: 'none', skin: '#e3b28b', width: 1 } as const;
  const draw = (variant: FaceVariant) => drawFace({ seed: 5, variant, look, width });
  const plain = await draw('plain');
  expect(await brightness(await draw('dark'))).toBeLessThan(70); // where the photo checks call it dark
  expect(await brightness(plain)).toBeGreaterThan(100);
  expect(isNear(await colourAt(plain, 80, 70), look.skin)).toBe(true);
  expect(isNear(await colourAt(await draw('far'), 80, 70), look.skin)).toBe(false); // the head is smaller and lower
  expect(isNear(await colourAt(await draw('two'), 126, 105), look.skin)).toBe(true); // a second head at the side
  expect(isNear(await colourAt(plain, 126, 105), look.skin)).toBe(false);
  expect(isNear(await colourAt(await draw('covered'), 66, 95), '#14161d')).toBe(true); // sunglasses over the eyes
  const ears = await Promise.all([plain, await draw('turned')].map(async (face) => colourAt(face, 39, 92)));
  expect(ears[0]).not.toEqual(ears[1]); // one ear is out of sight
});

test('every kind of head can be drawn', async () => {
  const hairstyles = [
    'long',
    'waves',
    'bob',
    'bun',
    'curls',
    'ponytail',
    'short',
    'swept',
    'crop',
    'bald',
    'scarf',
    'turban',
  ] as const;
  const beards = ['none', 'full', 'moustache', 'stubble'] as const;
  const clothes = ['plain', 'v-neck', 'collar', 'stripes', 'hood'] as const;
  const traits = { woman: false, skins: skinTones.fair, hairs: hairTones.dark };
  const faces = await Promise.all(
    hairstyles.map((hairstyle, i) => {
      const look = { hairstyle, beard: beards[i % 4] ?? 'none', clothes: clothes[i % 5] ?? 'plain', earrings: true };
      return drawFace({ seed: 7, traits, look, width });
    }),
  );
  expect(new Set(faces.map((face) => face.toString('base64'))).size).toBe(hairstyles.length);
});
