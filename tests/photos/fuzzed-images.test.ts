import sharp from 'sharp';
import { expect, test } from 'vitest';
import { exif } from '../support/pictures.ts';
import { cpuMsSince, usePictureFolder } from '../support/take-picture.ts';

const SEED = 20_261_122; // another one finds other faults; this one finds the same again
const MUTANTS = 100;

const { take } = usePictureFolder();

/** Numbers from 0 up to `below`, the same for the same seed (mulberry32). */
const makeDice = (seed: number) => {
  let state = seed;
  return (below: number): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below);
  };
};

/** Breaks a file as networks, disks and fuzzers do: bytes changed (mostly near the front), cut, doubled, taken out. */
const mutate = (whole: Buffer, dice: (below: number) => number): Buffer => {
  const bytes = Buffer.from(whole);
  const at = dice(bytes.length);
  const length = dice(200);
  switch (dice(5)) {
    case 0:
      return bytes.subarray(0, at);
    case 1:
      return Buffer.concat([bytes.subarray(0, at + length), bytes.subarray(at)]);
    case 2:
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + length)]);
    default:
      for (let times = dice(12); times >= 0; times -= 1) {
        const place = dice(2) === 0 ? dice(Math.min(600, bytes.length)) : dice(bytes.length);
        bytes[place] = [0, 0xff, 0x7f, dice(256)][dice(4)] ?? 0;
      }
      return bytes;
  }
};

const noise = () =>
  sharp({
    create: {
      width: 320,
      height: 240,
      channels: 3,
      background: '#888',
      noise: { type: 'gaussian', mean: 128, sigma: 30 },
    },
  }).withExif({ IFD0: { ImageDescription: exif({}).toString('hex') } });

test.each([
  ['JPEG', () => noise().withIccProfile('p3').jpeg()],
  ['progressive JPEG', () => noise().jpeg({ progressive: true })],
  ['PNG', () => noise().png()],
  ['interlaced palette PNG', () => noise().png({ palette: true, progressive: true })],
  ['WebP', () => noise().webp()],
  ['lossless WebP', () => noise().webp({ lossless: true })],
  ['AVIF', () => noise().avif({ effort: 0 })],
])(
  'R1: a broken %s is taken or refused, never a throw, and within seconds',
  async (_, make) => {
    const whole = await make().toBuffer();
    const dice = makeDice(SEED);
    const outcomes = { taken: 0, refused: 0 };
    for (let mutant = 0; mutant < MUTANTS; mutant += 1) {
      const before = process.cpuUsage();
      const image = await take(mutate(whole, dice));
      expect(cpuMsSince(before), `mutant ${mutant}`).toBeLessThan(5000);
      outcomes[image.ok ? 'taken' : 'refused'] += 1;
      if (image.ok) expect((await sharp(image.value.full).metadata()).format).toBe('jpeg');
    }
    // Were all of them refused, or none, the mutations would not be worth their time.
    expect(outcomes.taken).toBeGreaterThan(0);
    expect(outcomes.refused).toBeGreaterThan(0);
  },
  60_000,
);
