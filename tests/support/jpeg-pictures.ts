// Pictures and scripts for the tests of baselineJpeg.
import sharp from 'sharp';
import type { Sharp } from 'sharp';
import type { ScriptScan } from './jpeg-scripts.ts';

/** Numbers from 0 up to `below`, the same for the same seed: Numerical Recipes' generator, by its upper bits. */
export const makeDice = (seed: number) => {
  let state = seed;
  return (below: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
};

/** Grain over all of it: a flat picture would hide faults. */
export const grain = (width: number, height: number): Sharp => {
  const dice = makeDice(width);
  const pixels = Buffer.alloc(width * height * 3);
  for (let i = 0; i < pixels.length; i += 1) pixels[i] = ((i / 3) % width) / 4 + dice(100) + 20;
  return sharp(pixels, { raw: { width, height, channels: 3 } });
};

export const pixelsOf = (jpeg: Buffer): Promise<Buffer> => sharp(jpeg, { failOn: 'none' }).raw().toBuffer();

const THREE = [0, 1, 2];
/** Spectral selection and successive approximation, each component in another way. */
export const PROGRESSIVE: readonly ScriptScan[] = [
  { of: THREE, to: 0, bit: 2 },
  { of: [1], from: 1, to: 9, bit: 1 },
  { of: [0], from: 1, to: 40, bit: 3 },
  { of: [2], from: 1, to: 63 },
  { of: THREE, to: 0, before: 2, bit: 1 },
  { of: [0], from: 41, to: 63, bit: 3 },
  { of: [0], from: 1, to: 63, before: 3, bit: 2 },
  { of: [1], from: 10, to: 63 },
  { of: [0], from: 1, to: 31, before: 2, bit: 1 },
  { of: [0], from: 32, to: 63, before: 2, bit: 1 },
  { of: [1], from: 1, to: 9, before: 1 },
  { of: [0], from: 1, to: 63, before: 1 },
  { of: [0], to: 0, before: 1 },
  { of: [2, 1], to: 0, before: 1 },
];
export const SEQUENTIAL: readonly ScriptScan[] = [{ of: [1] }, { of: [0, 2] }];
export const SAMPLINGS: Record<string, [number, number][]> = {
  '4:2:0': [
    [2, 2],
    [1, 1],
    [1, 1],
  ],
  '4:2:2': [
    [2, 1],
    [1, 1],
    [1, 1],
  ],
  '4:4:0': [
    [1, 2],
    [1, 1],
    [1, 1],
  ],
  '4:1:1': [
    [4, 1],
    [1, 1],
    [1, 1],
  ],
  '4:1:0': [
    [4, 2],
    [1, 1],
    [1, 1],
  ],
  'by another factor': [
    [2, 2],
    [2, 1],
    [2, 2],
  ],
};
