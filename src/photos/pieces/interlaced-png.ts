import { pipeline } from 'node:stream/promises';
import { createInflate } from 'node:zlib';
import { freeMemory } from '../../platform/free-memory.ts';
import { type InterlacedPng, makeStoredPng, type PngHeader, readInterlacedPng, type StoredPng } from './png-chunks.ts';
import { makePassReader, type PassRow } from './png-passes.ts';

const INFLATE_BYTES = 64 * 1024; // at a time

/**
 * An interlaced PNG of 16 bits a sample made smaller while it is read, in at most 40 bytes for each pixel of the result and a few
 * rows; the usual decoder holds it in whole, up to 8 bytes for each of its pixels. `png` is what plainPng leaves. The result is
 * a PNG with the same profile and orientation, not interlaced, not packed. Each of its pixels is the mean of n x n, weighted by
 * their alpha, where n is the largest whole number that leaves the longer side at least `side` pixels (up to 4,096) long; n = 1
 * leaves all pixels as they are. A transparent colour (tRNS) becomes an alpha channel where pixels are mixed. Throws for any other
 * kind of PNG and for a broken one, as soon as it is seen to be.
 */
export const shrinkInterlacedPng = async (png: Buffer, side: number): Promise<Buffer> => {
  const source = readInterlacedPng(png);
  const { width, height } = source.header;
  const n = findDivisor(Math.max(width, height), side);
  const canvas = n === 1 ? makeCopy(source) : makeMean(source, n);
  try {
    const reader = makePassReader(source.header, canvas.add);
    const inflate = createInflate({ chunkSize: INFLATE_BYTES });
    await pipeline(source.pieces, inflate, async (pieces: AsyncIterable<Buffer>) => {
      for await (const piece of pieces) reader.take(piece);
    });
    reader.end();
    if (inflate.bytesWritten !== source.bytes) throw new Error('a PNG has more data behind its pixels');
    return canvas.finish();
  } finally {
    canvas.free();
  }
};

const findDivisor = (longer: number, side: number): number => {
  let n = 1;
  while (n < longer && Math.ceil(longer / (n + 1)) >= side) n += 1;
  return n;
};

/** `add` takes rows in any order; `free` comes last, whatever happened. */
type Canvas = { add: (row: PassRow) => void; finish: () => Buffer; free: () => void };

const makeCopy = ({ header, looks, key }: InterlacedPng): Canvas => {
  const png = makeStoredPng(header, key ? [...looks, key.chunk] : looks);
  const pixel = header.samples * 2;
  return {
    add: (row) => copyRow(row, { to: png.bytes, at: png.rowAt(row.y), pixel }),
    finish: () => {
      png.seal();
      return png.bytes;
    },
    free: () => undefined,
  };
};

const copyRow = (
  { bytes, start, count, left, across }: PassRow,
  { to, at, pixel }: { to: Buffer; at: number; pixel: number },
): void => {
  for (let i = 0; i < count; i += 1) {
    const from = start + i * pixel;
    const target = at + (left + i * across) * pixel;
    for (let byte = 0; byte < pixel; byte += 1) to[target + byte] = bytes[from + byte] ?? 0;
  }
};

const makeMean = ({ header, looks, key }: InterlacedPng, n: number): Canvas => {
  const colours = header.colourType & 2 ? 3 : 1;
  const hasAlpha = key !== undefined || header.colourType >= 4;
  const samples = hasAlpha ? colours + 1 : colours;
  const small: PngHeader = {
    ...{ width: Math.ceil(header.width / n), height: Math.ceil(header.height / n) },
    ...{ colourType: hasAlpha ? header.colourType | 4 : header.colourType, samples },
  };
  const sums = new Float64Array(small.width * small.height * samples); // 32 bits by 32 bits of n x n pixels are beyond whole numbers
  const columns = Uint32Array.from({ length: header.width }, (_, x) => Math.floor(x / n) * samples);
  const keyed = key && makeKeyed(header, key.colour);
  return {
    add: (row) => {
      const at = Math.floor(row.y / n) * small.width * samples;
      if (hasAlpha) addWeighted(keyed ? keyed(row) : row, { sums, columns, at, colours });
      else addPlain(row, { sums, columns, at, colours });
    },
    finish: () => {
      const png = makeStoredPng(small, looks);
      writeMeans(png, small, { sums, hasAlpha, n, full: header });
      png.seal();
      return png.bytes;
    },
    free: () => freeMemory(sums),
  };
};

/** Gives a row its alpha: none where a pixel is of that colour (PNG, clause 11.3.1.1). */
const makeKeyed = ({ width, samples }: PngHeader, colour: number[]): ((row: PassRow) => PassRow) => {
  const keyed = new Uint8Array(width * (samples + 1) * 2);
  return (row) => {
    let from = row.start;
    let to = 0;
    for (let i = 0; i < row.count; i += 1) {
      let differs = false;
      for (let sample = 0; sample < samples; sample += 1, from += 2, to += 2) {
        const [high, low] = [row.bytes[from] ?? 0, row.bytes[from + 1] ?? 0];
        keyed[to] = high;
        keyed[to + 1] = low;
        if (((high << 8) | low) !== colour[sample]) differs = true;
      }
      keyed.fill(differs ? 0xff : 0, to, to + 2);
      to += 2;
    }
    return { ...row, bytes: keyed, start: 0 };
  };
};

/** Sums for each pixel of the result; `columns` say where in its row those of a column are, `at` where the row begins. */
type Sums = { sums: Float64Array; columns: Uint32Array; at: number; colours: number };

const addPlain = ({ bytes, start, count, left, across }: PassRow, { sums, columns, at, colours }: Sums): void => {
  let from = start;
  for (let i = 0, x = left; i < count; i += 1, x += across) {
    const to = at + (columns[x] ?? 0);
    for (let sample = 0; sample < colours; sample += 1, from += 2)
      sums[to + sample] = (sums[to + sample] ?? 0) + (((bytes[from] ?? 0) << 8) | (bytes[from + 1] ?? 0));
  }
};

const addWeighted = ({ bytes, start, count, left, across }: PassRow, { sums, columns, at, colours }: Sums): void => {
  let from = start;
  for (let i = 0, x = left; i < count; i += 1, x += across) {
    const to = at + (columns[x] ?? 0);
    const behind = from + 2 * colours;
    const alpha = ((bytes[behind] ?? 0) << 8) | (bytes[behind + 1] ?? 0);
    for (let sample = 0; sample < colours; sample += 1, from += 2)
      sums[to + sample] = (sums[to + sample] ?? 0) + alpha * (((bytes[from] ?? 0) << 8) | (bytes[from + 1] ?? 0));
    sums[to + colours] = (sums[to + colours] ?? 0) + alpha;
    from += 2;
  }
};

type Means = { sums: Float64Array; hasAlpha: boolean; n: number; full: PngHeader };

const writeMeans = (
  { bytes, rowAt }: StoredPng,
  { width, height, samples }: PngHeader,
  { sums, hasAlpha, n, full }: Means,
): void => {
  const colours = hasAlpha ? samples - 1 : samples;
  let from = 0;
  for (let y = 0; y < height; y += 1) {
    const rows = Math.min(n, full.height - y * n); // cells at the edges are smaller
    let to = rowAt(y);
    for (let x = 0; x < width; x += 1) {
      const cells = rows * Math.min(n, full.width - x * n);
      const weight = hasAlpha ? (sums[from + colours] ?? 0) : cells;
      for (let sample = 0; sample < samples; sample += 1, from += 1, to += 2) {
        const divisor = sample < colours ? weight : cells;
        const mean = divisor > 0 ? Math.round((sums[from] ?? 0) / divisor) : 0; // nothing is seen of what is transparent
        bytes[to] = mean >> 8;
        bytes[to + 1] = mean & 0xff;
      }
    }
  }
};
