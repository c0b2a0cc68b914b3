import type { Grey } from './measure-light.ts';

/** The size at which a picture is compared: one column and one row more than the differences that are kept. */
export const PRINT_SIDE = 9;
/** Grey levels: a picture that differs less is a wall, and walls are all alike. */
const FLAT = 6;

/**
 * A number for the whole picture that survives another size and another compression: 128 bits in hex, each says whether a place is
 * brighter than the one left of it (64) or above it (64) ('difference hash'). It tells pictures apart, not people: another photo
 * of the same person has another print. Undefined for a picture without structure. `grey` is PRINT_SIDE x PRINT_SIDE.
 */
export const picturePrint = ({ data }: Grey): string | undefined => {
  const at = (x: number, y: number) => data[y * PRINT_SIDE + x] ?? 0;
  const mean = data.reduce((sum, value) => sum + value, 0) / data.length;
  const spread = Math.sqrt(data.reduce((sum, value) => sum + (value - mean) ** 2, 0) / data.length);
  if (spread < FLAT) return undefined;
  let bits = '';
  for (let y = 0; y < PRINT_SIDE - 1; y += 1) {
    for (let x = 0; x < PRINT_SIDE - 1; x += 1) {
      bits += at(x + 1, y) > at(x, y) ? '1' : '0';
      bits += at(x, y + 1) > at(x, y) ? '1' : '0';
    }
  }
  return (bits.match(/.{4}/g) ?? []).map((four) => Number.parseInt(four, 2).toString(16)).join('');
};
