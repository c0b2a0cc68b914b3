import { expect, test } from 'vitest';
import { makeColourConverter } from '../../src/photos/colour-code.ts';

const SRGB = 13;
const PQ = 16;
const HLG = 18;

/** One pixel in 255 steps, converted. */
const convert = (primaries: number, transfer: number, pixel: number[]): number[] => {
  const rgb = Float32Array.from(pixel, (value) => value / 255);
  makeColourConverter({ primaries, transfer })?.(rgb);
  return Array.from(rgb, (value) => Math.round(value * 255));
};

test('R11: sRGB, video and what is not said are left as they are', () => {
  expect(makeColourConverter(undefined)).toBeUndefined();
  for (const [primaries, transfer] of [
    [1, SRGB],
    [1, 1],
    [2, 2],
  ] as const) {
    expect(makeColourConverter({ primaries, transfer })).toBeUndefined();
  }
});

test('R11: Display P3 and BT.2020 become sRGB; grey stays grey, and what sRGB cannot show is cut', () => {
  expect(convert(12, SRGB, [128, 128, 128])).toEqual([128, 128, 128]);
  expect(convert(12, SRGB, [186, 71, 50])).toEqual([201, 60, 39]); // as libvips, within a step, converts it by profile
  expect(convert(12, SRGB, [255, 0, 0])).toEqual([255, 0, 0]);
  expect(convert(9, SRGB, [128, 128, 128])).toEqual([128, 128, 128]);
  expect(convert(9, SRGB, [150, 100, 100])[0]).toBeGreaterThan(155);
});

test('R11: the white of paper in HDR becomes white, and what is brighter is cut', () => {
  const white = 255 * 0.5806; // 203 candela in PQ (ITU-R BT.2408)
  expect(Math.min(...convert(9, PQ, [white, white, white]))).toBeGreaterThanOrEqual(253);
  expect(convert(9, PQ, [255, 255, 255])).toEqual([255, 255, 255]);
  expect(convert(9, PQ, [0, 0, 0])).toEqual([0, 0, 0]);
  expect(Math.min(...convert(9, HLG, [191.25, 191.25, 191.25]))).toBeGreaterThanOrEqual(253);
  const [middle = 0] = convert(9, HLG, [110, 110, 110]);
  expect(middle).toBeGreaterThan(110);
  expect(middle).toBeLessThan(190);
});
