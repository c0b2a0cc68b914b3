// How an AV1 frame is cut into tiles (AV1 specification, 5.9.15), read and written.
import type { BitReader, BitWriter } from './av1-bits.ts';

/** Widths of the columns and heights of the rows of tiles, in superblocks. */
export type Tiling = { columns: readonly number[]; rows: readonly number[] };

/** MAX_TILE_WIDTH, MAX_TILE_AREA, MAX_TILE_COLS and MAX_TILE_ROWS of the specification's section 3; luma samples. */
const MAX_WIDTH = 4096;
const MAX_AREA = 4096 * 2304;
const MAX_COUNT = 64;

/** What the size of a frame allows; all in superblocks, and logarithms of counts. */
const limitsOf = (columns: number, rows: number, log2Block: number) => {
  const maxWidth = MAX_WIDTH >> log2Block;
  const minColumns = log2Above(maxWidth, columns);
  return {
    ...{ columns, rows, maxWidth, minColumns },
    maxColumns: log2Above(1, Math.min(columns, MAX_COUNT)),
    maxRows: log2Above(1, Math.min(rows, MAX_COUNT)),
    minTiles: Math.max(minColumns, log2Above(MAX_AREA >> (2 * log2Block), rows * columns)),
  };
};

type Limits = ReturnType<typeof limitsOf>;

/** tile_log2(): the smallest k with `unit` * 2^k >= `target`. */
const log2Above = (unit: number, target: number): number => {
  let k = 0;
  while (unit * 2 ** k < target) k += 1;
  return k;
};

/**
 * tile_info() of a frame of so many superblocks of 2^`log2Block` samples. `numberBits`: how long the number of a tile is in the
 * tile groups; `sizeBytes`: how long the size of a tile is.
 */
export const readTiling = (bits: BitReader, columns: number, rows: number, log2Block: number) => {
  const limits = limitsOf(columns, rows, log2Block);
  const { tiling, numberBits } = bits.flag() ? readUniform(bits, limits) : readExplicit(bits, limits);
  let sizeBytes = 4;
  if (numberBits > 0) {
    bits.skip(numberBits); // context_update_tile_id
    sizeBytes = bits.read(2) + 1;
  }
  return { ...tiling, numberBits, sizeBytes };
};

const readUniform = (bits: BitReader, limits: Limits) => {
  const columnsLog2 = readIncrements(bits, limits.minColumns, limits.maxColumns);
  const rowsLog2 = readIncrements(bits, Math.max(limits.minTiles - columnsLog2, 0), limits.maxRows);
  return { tiling: uniformTiling(limits, columnsLog2, rowsLog2), numberBits: columnsLog2 + rowsLog2 };
};

const readIncrements = (bits: BitReader, from: number, to: number): number => {
  let value = from;
  while (value < to && bits.flag()) value += 1;
  return value;
};

const uniformTiling = ({ columns, rows }: Limits, columnsLog2: number, rowsLog2: number): Tiling => ({
  columns: evenParts(columns, columnsLog2),
  rows: evenParts(rows, rowsLog2),
});

const evenParts = (total: number, log2: number): number[] => {
  const size = (total + (1 << log2) - 1) >> log2;
  const parts = [];
  for (let rest = total; rest > 0; rest -= size) parts.push(Math.min(size, rest));
  return parts;
};

const readExplicit = (bits: BitReader, limits: Limits) => {
  const columns = readParts(bits, limits.columns, limits.maxWidth);
  const rows = readParts(bits, limits.rows, maxHeightOf(limits, Math.max(...columns)));
  return { tiling: { columns, rows }, numberBits: log2Above(1, columns.length) + log2Above(1, rows.length) };
};

const maxHeightOf = ({ columns, rows, minTiles }: Limits, widest: number): number => {
  const area = minTiles > 0 ? Math.floor((rows * columns) / 2 ** (minTiles + 1)) : rows * columns;
  return Math.max(Math.floor(area / widest), 1);
};

const readParts = (bits: BitReader, total: number, most: number): number[] => {
  const parts: number[] = [];
  for (let rest = total; rest > 0; rest -= parts.at(-1) ?? rest) {
    if (parts.length === MAX_COUNT) throw new Error('too many AV1 tiles');
    parts.push(bits.below(Math.min(rest, most)) + 1);
  }
  return parts;
};

/**
 * What writes the tile_info() of a frame that is cut like this, with sizes of four bytes; undefined when the format has no way to
 * say it: a frame needs the more tiles, the larger it is.
 */
export const tilingWriter = (tiling: Tiling, log2Block: number): ((bits: BitWriter) => void) | undefined => {
  const limits = limitsOf(sum(tiling.columns), sum(tiling.rows), log2Block);
  const writeParts = isExplicit(tiling, limits) ? explicitWriter(tiling, limits) : uniformWriter(tiling, limits);
  if (!writeParts) return undefined;
  return (bits) => {
    const numberBits = writeParts(bits);
    if (numberBits === 0) return;
    bits.write(0, numberBits); // context_update_tile_id: no other frame will ask for it
    bits.write(SIZE_BYTES - 1, 2);
  };
};

/** TileSizeBytes of what is written here. */
export const SIZE_BYTES = 4;

const isExplicit = ({ columns, rows }: Tiling, limits: Limits): boolean => {
  const widest = Math.max(...columns);
  return widest <= limits.maxWidth && Math.max(...rows) <= maxHeightOf(limits, widest);
};

const explicitWriter = ({ columns, rows }: Tiling, limits: Limits) => {
  const maxHeight = maxHeightOf(limits, Math.max(...columns));
  return (bits: BitWriter): number => {
    bits.flag(false);
    writeParts(bits, columns, limits.maxWidth);
    writeParts(bits, rows, maxHeight);
    return log2Above(1, columns.length) + log2Above(1, rows.length);
  };
};

const writeParts = (bits: BitWriter, parts: readonly number[], most: number): void => {
  let rest = sum(parts);
  for (const part of parts) {
    bits.below(part - 1, Math.min(rest, most));
    rest -= part;
  }
};

const uniformWriter = ({ columns, rows }: Tiling, limits: Limits) => {
  for (let k = limits.minColumns; k <= limits.maxColumns; k += 1) {
    if (!areSame(evenParts(limits.columns, k), columns)) continue;
    const minRows = Math.max(limits.minTiles - k, 0);
    for (let l = minRows; l <= limits.maxRows; l += 1) {
      if (!areSame(evenParts(limits.rows, l), rows)) continue;
      return (bits: BitWriter): number => {
        bits.flag(true);
        writeIncrements(bits, k - limits.minColumns, k < limits.maxColumns);
        writeIncrements(bits, l - minRows, l < limits.maxRows);
        return k + l;
      };
    }
  }
  return undefined;
};

const writeIncrements = (bits: BitWriter, count: number, mayBeMore: boolean): void => {
  for (let i = 0; i < count; i += 1) bits.flag(true);
  if (mayBeMore) bits.flag(false);
};

const areSame = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((value, i) => value === b[i]);

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
