import { describe, expect, test } from 'vitest';
import type { Restoration } from '../../src/photos/pieces/av1-coding.ts';
import { groupTiles } from '../../src/photos/pieces/av1-groups.ts';

const frame = (width: number, height: number, columns: number[], rows: number[], restoration: Restoration[] = []) => ({
  ...{ width, height, log2Block: 6, restoration },
  tiling: { columns, rows },
});
const UNITS: Restoration = { size: 256, subX: 0, subY: 0 };
const CHROMA_UNITS: Restoration = { size: 256, subX: 1, subY: 1 };

/** Left, top, width and height of the groups. */
const placesOf = (of: Parameters<typeof groupTiles>[0], pixels = 1): number[][] =>
  groupTiles(of, pixels).map(({ left, top, width, height }) => [left, top, width, height]);

describe('R2: which AV1 tiles are decoded together', () => {
  test('R2: each by itself where nothing is against it', () => {
    expect(placesOf(frame(4400, 1000, [35, 34], [8, 8]))).toEqual([
      [0, 0, 2240, 512],
      [2240, 0, 2160, 512],
      [0, 512, 2240, 488],
      [2240, 512, 2160, 488],
    ]);
  });

  test('R2: as many as there may be', () => {
    const cut = frame(4400, 1000, [35, 34], [8, 8]);
    expect(placesOf(cut, 3_000_000)).toHaveLength(2);
    expect(placesOf(cut, 5_000_000)).toEqual([[0, 0, 4400, 1000]]);
  });

  test('R2: units of loop restoration are not cut', () => {
    const columns = (restoration: Restoration[]) => placesOf(frame(4608, 1024, [36, 36], [16], restoration));
    expect(columns([UNITS])).toHaveLength(2); // 2,304 is nine units of 256
    expect(columns([CHROMA_UNITS])).toHaveLength(1); // and four and a half of 512
    expect(columns([{ ...CHROMA_UNITS, subX: 0 }])).toHaveLength(2);
    expect(columns([UNITS, CHROMA_UNITS])).toHaveLength(1);
    expect(placesOf(frame(4400, 1000, [35, 34], [16], [UNITS]))).toHaveLength(1);
  });

  test('R2: what is left at the end and is less than half a unit belongs to the unit before', () => {
    const rows = (height: number) => placesOf(frame(1000, height, [16], [8, 2], [UNITS]));
    expect(rows(512 + 128)).toHaveLength(2);
    expect(rows(512 + 127)).toHaveLength(1);
  });

  test('R2: a tile larger than a frame of one tile may be is not alone', () => {
    // 33 x 70 superblocks are more than the 2,304 of MAX_TILE_AREA.
    expect(placesOf(frame(4160, 4480, [33, 32], [70]))).toEqual([[0, 0, 4160, 4480]]);
  });
});
