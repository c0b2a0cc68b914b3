// Which tiles of an AV1 frame are decoded together.
import type { Restoration } from './av1-coding.ts';
import { type Tiling, tilingWriter } from './av1-tiles.ts';

/** A whole number of tiles as a frame of its own. Places are in luma samples; tiles are counted in the frame. */
export type TileGroup = {
  left: number;
  top: number;
  width: number;
  height: number;
  firstColumn: number;
  firstRow: number;
  tiling: Tiling;
};

type Cut = { width: number; height: number; log2Block: number; tiling: Tiling; restoration: readonly Restoration[] };

/**
 * Divides a frame into groups of tiles: as few as there can be of at most `pixels`, else with the largest one as small as it can
 * be. The bits of a tile say when a unit of loop restoration begins in the frame (read_lr() of the specification, 5.11.57), so a
 * group begins where such a unit begins.
 */
export const groupTiles = ({ width, height, log2Block, tiling, restoration }: Cut, pixels: number): TileGroup[] => {
  const acrossUnits = restoration.map(({ size, subX }) => ({ size, shift: subX }));
  const downUnits = restoration.map(({ size, subY }) => ({ size, shift: subY }));
  const across = possibleStarts(tiling.columns, width, log2Block, acrossUnits);
  const down = possibleStarts(tiling.rows, height, log2Block, downUnits);
  let best: { groups: TileGroup[]; largest: number } | undefined;
  for (const columns of runLengths(across.length)) {
    for (const rows of runLengths(down.length)) {
      const spans = (starts: readonly number[], run: number, sizes: readonly number[], total: number) =>
        spansOf(everyNth(starts, run), { sizes, total, log2Block });
      const groups = crossed(
        spans(across, columns, tiling.columns, width),
        spans(down, rows, tiling.rows, height),
        log2Block,
      );
      if (!groups) continue;
      const largest = Math.max(...groups.map((group) => group.width * group.height));
      if (!best || isBetter({ groups, largest }, best, pixels)) best = { groups, largest };
    }
  }
  if (!best) throw new Error('AV1 tiles that do not go together');
  return best.groups;
};

type Division = { groups: readonly TileGroup[]; largest: number };

const isBetter = (one: Division, other: Division, pixels: number): boolean => {
  const [excess, otherExcess] = [one, other].map(({ largest }) => Math.max(largest, pixels));
  if (excess !== otherExcess) return (excess ?? 0) < (otherExcess ?? 0);
  return one.groups.length < other.groups.length;
};

/** 1, 2, 3, ... up to all; where there are many, in larger steps. */
const runLengths = (count: number): number[] =>
  Array.from({ length: count }, (_, i) => i + 1).filter((run) => run <= 8 || run === count || run % 4 === 0);

const everyNth = (starts: readonly number[], n: number): number[] => starts.filter((_, i) => i % n === 0);

/** The tiles, by their number, with which a group may begin. */
const possibleStarts = (
  sizes: readonly number[],
  total: number,
  log2Block: number,
  units: readonly { size: number; shift: number }[],
): number[] => {
  const starts: number[] = [];
  let place = 0;
  for (const [i, size] of sizes.entries()) {
    // What is left at the end and is less than half a unit belongs to the unit before it (count_units_in_frame()).
    const isStart = units.every((unit) => {
      const rest = Math.ceil(total / (1 << unit.shift)) - (place >> unit.shift);
      return place % (unit.size << unit.shift) === 0 && rest >= unit.size / 2;
    });
    if (place === 0 || isStart) starts.push(i);
    place += size << log2Block;
  }
  return starts;
};

type Span = { first: number; sizes: readonly number[]; start: number; length: number };

/** From each of `starts` to the next one. */
const spansOf = (
  starts: readonly number[],
  { sizes, total, log2Block }: { sizes: readonly number[]; total: number; log2Block: number },
): Span[] => {
  const placeOf = (tile: number): number =>
    Math.min(total, sizes.slice(0, tile).reduce((sum, size) => sum + size, 0) << log2Block);
  return starts.map((first, i) => {
    const end = starts[i + 1] ?? sizes.length;
    const start = placeOf(first);
    return { first, sizes: sizes.slice(first, end), start, length: placeOf(end) - start };
  });
};

/** Undefined when one of them cannot be written as a frame. */
const crossed = (across: readonly Span[], down: readonly Span[], log2Block: number): TileGroup[] | undefined => {
  const groups: TileGroup[] = [];
  for (const row of down) {
    for (const column of across) {
      const tiling = { columns: column.sizes, rows: row.sizes };
      if (!tilingWriter(tiling, log2Block)) return undefined;
      groups.push({
        ...{ left: column.start, top: row.start, width: column.length, height: row.length },
        ...{ firstColumn: column.first, firstRow: row.first, tiling },
      });
    }
  }
  return groups;
};
