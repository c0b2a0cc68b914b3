import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { adjustCrop, cropSteps, turnCrop } from '../../src/photos/adjust-crop.ts';
import {
  centreCrop,
  clampCrop,
  cropAround,
  cropWidth,
  type FaceBox,
  middleOf,
  type PictureSide,
  type PortraitCrop,
  turnedSides,
  turns,
} from '../../src/photos/portrait-crop.ts';

/** Stored pictures: the sides of what is let in (200 px and more, up to 4:1), scaled to 1200 px at most; and any other. */
const picture = fc.oneof(
  fc.record({ width: fc.integer({ min: 1, max: 1200 }), height: fc.integer({ min: 1, max: 1200 }) }),
  fc.constantFrom(
    { width: 200, height: 200 },
    { width: 200, height: 800 },
    { width: 800, height: 200 },
    { width: 300, height: 1200 },
    { width: 1200, height: 300 },
    { width: 1, height: 1 },
  ),
);
const number = fc.oneof(fc.integer(), fc.double(), fc.constantFrom(NaN, Infinity, -Infinity, -0));
const anyCrop = fc.record({ turn: fc.constantFrom(...turns), x: number, y: number, size: number });
const crop = fc.tuple(anyCrop, picture).map(([wild, sides]) => ({ crop: clampCrop(wild, sides), sides }));
const eyes = fc.option(fc.record({ x: fc.double(), y: fc.double() }), { nil: undefined });
const face = fc
  .record({ x: fc.double(), y: fc.double(), width: fc.double(), height: fc.double(), eyes })
  .map((box): FaceBox =>
    box.eyes ? { ...box, eyes: box.eyes } : { x: box.x, y: box.y, width: box.width, height: box.height },
  );

/** Whole pixels inside the turned picture, and 4:5 as far as whole pixels allow. */
const expectSound = (found: PortraitCrop, sides: PictureSide): void => {
  const { turn, x, y, size } = found;
  const { width, height } = turnedSides(turn, sides);
  for (const value of [x, y, size]) expect(Number.isInteger(value), JSON.stringify(found)).toBe(true);
  expect(Math.min(x, y)).toBeGreaterThanOrEqual(0);
  expect(size).toBeGreaterThanOrEqual(1);
  expect(x + cropWidth(size)).toBeLessThanOrEqual(width);
  expect(y + size).toBeLessThanOrEqual(height);
  expect(Math.abs(cropWidth(size) - size * 0.8)).toBeLessThan(0.5);
  expect(clampCrop(found, sides)).toEqual(found); // a sound crop is its own nearest
};

describe('a crop is inside the picture, 4:5, and stays as it is when it is clamped again', () => {
  test('whatever is clamped', () => {
    fc.assert(
      fc.property(anyCrop, picture, (wild, sides) => expectSound(clampCrop(wild, sides), sides)),
      { numRuns: 2000 },
    );
  });

  test('the centre', () => {
    fc.assert(
      fc.property(picture, ({ width, height }) => {
        const found = centreCrop(width, height);
        expectSound(found, { width, height });
        // Nothing larger fits, and it is in the middle.
        expect(found.size === height || cropWidth(found.size + 1) > width).toBe(true);
        expect(Math.abs(middleOf(found).x - width / 2)).toBeLessThanOrEqual(1);
        expect(Math.abs(middleOf(found).y - height / 2)).toBeLessThanOrEqual(1);
      }),
      { numRuns: 2000 },
    );
  });

  test('around a face, wherever a detector says that it is', () => {
    fc.assert(
      fc.property(face, picture, (box, { width, height }) =>
        expectSound(cropAround(box, width, height), { width, height }),
      ),
      { numRuns: 2000 },
    );
  });

  test('after any steps', () => {
    fc.assert(
      fc.property(crop, fc.array(fc.constantFrom(...cropSteps), { maxLength: 30 }), ({ crop: first, sides }, steps) => {
        let now = first;
        for (const step of steps) {
          now = adjustCrop(now, step, sides);
          expectSound(now, sides);
        }
      }),
    );
  });
});

describe('a crop around a face', () => {
  test('is 2.1 face boxes high with the eyes at 42 % of the height, where the picture reaches', () => {
    const box = { x: 400, y: 380, width: 200, height: 250, eyes: { x: 503, y: 480 } };
    const found = cropAround(box, 1000, 1200);
    expect(found.size).toBe(525);
    expect(Math.abs(middleOf(found).x - 503)).toBeLessThanOrEqual(1);
    expect(Math.abs(found.y + 0.42 * found.size - 480)).toBeLessThanOrEqual(1);
    expect(found.turn).toBe(0);
  });

  test('takes the usual place of the eyes where the detector gives none', () => {
    const box = { x: 400, y: 380, width: 200, height: 250 };
    expect(cropAround(box, 1000, 1200)).toEqual(cropAround({ ...box, eyes: { x: 500, y: 480 } }, 1000, 1200));
  });

  test('is moved to the edge rather than made smaller', () => {
    expect(cropAround({ x: 0, y: 0, width: 200, height: 200 }, 1000, 1200)).toEqual({ turn: 0, x: 0, y: 0, size: 420 });
    expect(cropAround({ x: 900, y: 1100, width: 100, height: 200 }, 1000, 1200)).toEqual({
      ...{ turn: 0, x: 1000 - 336, y: 1200 - 420, size: 420 },
    });
  });

  test('holds the whole face when the picture is large enough for it', () => {
    const inside = fc.record({ x: fc.integer({ min: 0, max: 900 }), y: fc.integer({ min: 0, max: 900 }) });
    fc.assert(
      fc.property(inside, fc.integer({ min: 50, max: 300 }), ({ x, y }, height) => {
        const width = Math.round(height * 0.8);
        fc.pre(x + width <= 1200 && y + height <= 1200);
        const found = cropAround({ x, y, width, height }, 1200, 1200);
        expect(found.x).toBeLessThanOrEqual(x);
        expect(found.x + cropWidth(found.size)).toBeGreaterThanOrEqual(x + width);
        expect(found.y).toBeLessThanOrEqual(y);
        expect(found.y + found.size).toBeGreaterThanOrEqual(y + height);
      }),
    );
  });
});

describe('steps', () => {
  const sides = { width: 1000, height: 1200 };
  const start = { turn: 0, x: 300, y: 400, size: 500 } as const;

  test.each([
    ['up', { ...start, y: 350 }],
    ['down', { ...start, y: 450 }],
    ['left', { ...start, x: 250 }],
    ['right', { ...start, x: 350 }],
  ] as const)('%s moves by a tenth of the height', (step, moved) => {
    expect(adjustCrop(start, step, sides)).toEqual(moved);
  });

  test('closer and wider keep the middle, and end somewhere', () => {
    const closer = adjustCrop(start, 'closer', sides);
    expect(closer.size).toBe(429);
    expect(Math.abs(middleOf(closer).x - middleOf(start).x)).toBeLessThanOrEqual(1);
    let crop: PortraitCrop = start;
    for (let n = 0; n < 30; n += 1) crop = adjustCrop(crop, 'closer', sides);
    expect(crop.size).toBe(100);
    expect(adjustCrop(crop, 'closer', sides)).toEqual(crop);
    for (let n = 0; n < 30; n += 1) crop = adjustCrop(crop, 'wider', sides);
    expect(crop.size).toBe(1200);
    expect(adjustCrop(crop, 'wider', sides)).toEqual(crop);
  });

  test('a turn keeps what is in the middle', () => {
    // The point (500, 650) of the picture lies at (1200 - 650, 500) after a turn to the right.
    const right = adjustCrop(start, 'turn-right', sides);
    expect(right).toMatchObject({ turn: 90, size: 500 });
    expect(middleOf(right)).toEqual({ x: 550, y: 500 });
    expect(adjustCrop(right, 'turn-left', sides)).toEqual(start);
  });

  test('four turns, or one there and one back, are none where the crop has room on every side', () => {
    const roomy = fc.record({
      x: fc.integer({ min: 200, max: 600 }),
      y: fc.integer({ min: 200, max: 600 }),
      size: fc.integer({ min: 100, max: 250 }),
    });
    fc.assert(
      fc.property(roomy, fc.constantFrom(...turns), (place, turn) => {
        const crop = { turn: 0 as const, ...place };
        const there = turnCrop(crop, turn, sides);
        const back = turnCrop(there, turn === 0 ? 0 : turn === 90 ? 270 : turn === 180 ? 180 : 90, sides);
        expect(back.turn).toBe(0);
        expect(back.size).toBe(crop.size);
        expect(Math.abs(back.x - crop.x)).toBeLessThanOrEqual(1);
        expect(Math.abs(back.y - crop.y)).toBeLessThanOrEqual(1);
      }),
    );
  });
});
