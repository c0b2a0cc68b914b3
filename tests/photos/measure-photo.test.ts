import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { beforeAll, describe, expect, test } from 'vitest';
import { drawFace } from '../../src/photos/draw-face.ts';
import { type FaceLibrary, loadFaceLibrary } from '../../src/photos/face-library.ts';
import { faceOf, judgePhoto } from '../../src/photos/judge-photo.ts';
import { measurePhoto } from '../../src/photos/measure-photo.ts';
import { facesDir } from '../support/environment.ts';
import { plain, scene } from '../support/pictures.ts';

let library: FaceLibrary | undefined;
beforeAll(async () => {
  library = await loadFaceLibrary();
});

// From far away the detectors take a drawn face for one; close up they do not.
const drawn = await drawFace({ seed: 3, variant: 'far', width: 1200 });
const fired = async (jpeg: Buffer, look: 'face' | 'basic' = 'face') =>
  judgePhoto(await measurePhoto(jpeg, look === 'face' ? library : undefined), { mayBeDamaged: false })
    .filter(({ level }) => level === 'advice')
    .map(({ code }) => code);

describe('faces', () => {
  test('one is found, with its place in the pixels of the photo, and its eyes are level', async () => {
    const measured = await measurePhoto(drawn, library);
    expect(measured).toMatchObject({ width: 1200, height: 1500, faces: [{ score: expect.any(Number) as number }] });
    const face = faceOf(measured);
    expect(face?.width).toBeGreaterThan(160);
    expect(face?.width).toBeLessThan(230);
    expect(Math.abs((face?.x ?? 0) + (face?.width ?? 0) / 2 - 600)).toBeLessThan(30);
    expect(Math.abs((face?.eyes.left.y ?? 0) - (face?.eyes.right.y ?? 99))).toBeLessThan(12);
    expect(await fired(drawn)).toEqual([]);
  });

  test('a second person, no person, a tilted head, a small face', async () => {
    const half = await sharp(drawn).extract({ left: 250, top: 250, width: 700, height: 1000 }).toBuffer();
    const both = [0, 700].map((left) => ({ input: half, left, top: 0 }));
    const two = sharp({ create: { width: 1400, height: 1000, channels: 3, background: '#cfdcc9' } }).composite(both);
    expect(await fired(await two.jpeg().toBuffer())).toContain('several-faces');
    expect(await fired(await scene(800, 1000).jpeg().toBuffer())).toContain('no-face');
    const tilted = sharp(drawn).rotate(-20, { background: '#cfdcc9' });
    expect((await measurePhoto(await tilted.jpeg().toBuffer(), library)).main?.tilt).toBeLessThan(-8);
    expect(await fired(await sharp(drawn).resize(700).jpeg().toBuffer())).toEqual(['face-too-small']);
  });

  test('one that the first border does not show is found in the wider one, at its place', async () => {
    const far = await drawFace({ seed: 25, variant: 'far', width: 1200 });
    const close = await sharp(far).extract({ left: 310, top: 540, width: 580, height: 640 }).jpeg().toBuffer();
    const [inFar, inClose] = [await measurePhoto(far, library), await measurePhoto(close, library)].map(faceOf);
    if (!inFar || !inClose) throw new Error('no face was found');
    expect(Math.abs(inClose.x + 310 - inFar.x)).toBeLessThan(40);
    expect(Math.abs(inClose.y + 540 - inFar.y)).toBeLessThan(40);
    expect(Math.abs(inClose.eyes.left.x + 310 - inFar.eyes.left.x)).toBeLessThan(25);
  });

  test('tensors are given back: three photos hold no more than one', async () => {
    const { createRequire } = await import('node:module');
    const { tf } = createRequire(import.meta.url)('@vladmandic/face-api/dist/face-api.node-wasm.js') as {
      tf: { memory: () => { numTensors: number } };
    };
    await measurePhoto(drawn, library);
    const before = tf.memory().numTensors;
    for (let n = 0; n < 2; n += 1) await measurePhoto(drawn, library);
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe('light and sharpness', () => {
  test('of a face', async () => {
    expect(await fired(await sharp(drawn).linear(0.3, 0).jpeg().toBuffer())).toContain('too-dark');
    expect(await fired(await sharp(drawn).linear(1, 120).jpeg().toBuffer())).toContain('too-bright');
    expect(await fired(await sharp(drawn).blur(5).jpeg().toBuffer())).toEqual(['blurred']);
  });

  test('of the whole picture, without the library', async () => {
    const measured = await measurePhoto(await scene(600, 800).jpeg().toBuffer(), undefined);
    expect(measured.faces).toBeNull();
    expect(await fired(await plain(600, 800).jpeg().toBuffer(), 'basic')).toEqual(['blurred']);
    expect(await fired(await scene(600, 800).linear(0.2, 0).jpeg().toBuffer(), 'basic')).toContain('too-dark');
  });
});

describe('the print of a picture', () => {
  const printOf = async (jpeg: Buffer) => (await measurePhoto(jpeg, undefined)).print ?? '';
  const distance = (a: string, b: string) =>
    Array.from(a).reduce(
      (sum, digit, n) => sum + bits(Number.parseInt(digit, 16) ^ Number.parseInt(b[n] ?? '0', 16)),
      0,
    );
  const bits = (n: number) => n.toString(2).replaceAll('0', '').length;

  test('stays nearly the same in another size and compression; another picture has another', async () => {
    const print = await printOf(drawn);
    expect(print).toMatch(/^[0-9a-f]{32}$/);
    const smaller = await sharp(drawn).resize(500).jpeg({ quality: 50 }).toBuffer();
    expect(distance(print, await printOf(smaller))).toBeLessThanOrEqual(8);
    expect(distance(print, await printOf(await drawFace({ seed: 4, variant: 'two' })))).toBeGreaterThan(20);
  });

  test('a wall has none, because all walls are alike', async () => {
    expect((await measurePhoto(await plain(600, 800).jpeg().toBuffer(), undefined)).print).toBeUndefined();
  });
});

test.runIf(facesDir)(
  'photos of real people: nearly every face is found, and none is too dark or too bright',
  async () => {
    const dir = facesDir ?? '';
    const said: string[] = [];
    const names = readdirSync(dir).filter((name) => name.endsWith('.jpg'));
    for (const name of names) {
      const photo = sharp(join(dir, name)).autoOrient().resize(1200, 1200, { fit: 'inside', withoutEnlargement: true });
      for (const code of await fired(await photo.jpeg({ quality: 80 }).toBuffer())) said.push(code);
    }
    expect(said.filter((code) => code === 'no-face').length).toBeLessThanOrEqual(Math.ceil(names.length / 10));
    expect(said).not.toContain('too-dark');
    expect(said).not.toContain('too-bright');
  },
);
