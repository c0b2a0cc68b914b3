import type { PngHeader } from './png-chunks.ts';

/** Where a pass begins and how far apart its pixels are (PNG, clause 8.2: Adam7). */
const ADAM7 = [
  { left: 0, top: 0, across: 8, down: 8 },
  { left: 4, top: 0, across: 8, down: 8 },
  { left: 0, top: 4, across: 4, down: 8 },
  { left: 2, top: 0, across: 4, down: 4 },
  { left: 0, top: 2, across: 2, down: 4 },
  { left: 1, top: 0, across: 2, down: 2 },
  { left: 0, top: 1, across: 1, down: 2 },
] as const;

/** The pixels of one row that one pass brings. */
export type PassRow = {
  /** Big-endian samples, good until the next row. */
  bytes: Uint8Array;
  /** Where they begin in `bytes`. */
  start: number;
  /** How many pixels. */
  count: number;
  /** The column in the picture of the first pixel, and from one to the next. */
  left: number;
  across: number;
  /** The row in the picture. */
  y: number;
};

/**
 * Takes the inflated bytes of an interlaced PNG, in pieces of any length, and hands on each row of each pass. Holds two rows. Throws
 * where there are more bytes than the header promises, and, in `end`, where there are fewer.
 */
export const makePassReader = (
  { width, height, samples }: PngHeader,
  onRow: (row: PassRow) => void,
): { take: (piece: Uint8Array) => void; end: () => void } => {
  const passes = ADAM7.map((pass) => ({
    ...pass,
    columns: Math.ceil((width - pass.left) / pass.across),
    rows: Math.ceil((height - pass.top) / pass.down),
  })).filter(({ columns, rows }) => columns > 0 && rows > 0); // an empty pass has no bytes, not even for its filters
  // A pixel of zeros stands before the first one, as the filters want it; its last byte holds the row's filter until that is read.
  const pixel = samples * 2;
  let row = new Uint8Array(pixel + width * pixel);
  let above = new Uint8Array(row.length);
  let current = 0;
  let rowsDone = 0;
  let filled = pixel - 1;

  const finishRow = (pass: (typeof passes)[number], end: number) => {
    const filter = row[pixel - 1] ?? 0;
    row[pixel - 1] = 0;
    unfilter(filter, { row, above, pixel, end });
    const { columns: count, left, across, top, down } = pass;
    onRow({ bytes: row, start: pixel, count, left, across, y: top + rowsDone * down });
    [row, above] = [above, row];
    filled = pixel - 1;
    rowsDone += 1;
    if (rowsDone < pass.rows) return;
    current += 1;
    rowsDone = 0;
    above.fill(0); // each pass is filtered like a picture of its own
  };

  return {
    take: (piece) => {
      for (let from = 0; from < piece.length;) {
        const pass = passes[current];
        if (!pass) throw new Error('a PNG has more pixels than its header promises');
        const end = pixel + pass.columns * pixel;
        const to = Math.min(piece.length, from + end - filled);
        row.set(piece.subarray(from, to), filled);
        filled += to - from;
        from = to;
        if (filled === end) finishRow(pass, end);
      }
    },
    end: () => {
      if (current < passes.length) throw new Error('a PNG has fewer pixels than its header promises');
    },
  };
};

type Filtered = { row: Uint8Array; above: Uint8Array; pixel: number; end: number };

/** In place, from byte `pixel` to `end` (PNG, clause 9.2); `pixel` is also how many bytes one has. */
const unfilter = (filter: number, { row, above, pixel, end }: Filtered): void => {
  if (filter === 1) unSub(row, pixel, end);
  else if (filter === 2) unUp(row, above, pixel, end);
  else if (filter === 3) unAverage(row, above, pixel, end);
  else if (filter === 4) unPaeth(row, above, pixel, end);
  else if (filter !== 0) throw new Error(`a PNG has a filter ${filter}`);
};

const unSub = (row: Uint8Array, pixel: number, end: number): void => {
  for (let at = pixel; at < end; at += 1) row[at] = (row[at] ?? 0) + (row[at - pixel] ?? 0);
};

const unUp = (row: Uint8Array, above: Uint8Array, pixel: number, end: number): void => {
  for (let at = pixel; at < end; at += 1) row[at] = (row[at] ?? 0) + (above[at] ?? 0);
};

const unAverage = (row: Uint8Array, above: Uint8Array, pixel: number, end: number): void => {
  for (let at = pixel; at < end; at += 1) row[at] = (row[at] ?? 0) + (((row[at - pixel] ?? 0) + (above[at] ?? 0)) >> 1);
};

/**
 * Whichever of left, above and above left is nearest to left + above - above left; in that order where two are as near. Which one
 * it is, is a matter of chance, so that masks (all ones where a difference is negative) are a quarter faster than branches.
 */
const unPaeth = (row: Uint8Array, above: Uint8Array, pixel: number, end: number): void => {
  for (let at = pixel; at < end; at += 1) {
    const left = row[at - pixel] ?? 0;
    const up = above[at] ?? 0;
    const corner = above[at - pixel] ?? 0;
    const toLeft = magnitude(up - corner);
    const toUp = magnitude(left - corner);
    const toCorner = magnitude(left + up - 2 * corner);
    const isUp = (toUp - toLeft) >> 31;
    const nearer = left ^ ((left ^ up) & isUp);
    const toNearer = toLeft ^ ((toLeft ^ toUp) & isUp);
    const isCorner = (toCorner - toNearer) >> 31;
    row[at] = (row[at] ?? 0) + (nearer ^ ((nearer ^ corner) & isCorner));
  }
};

const magnitude = (value: number): number => (value ^ (value >> 31)) - (value >> 31);
