// What a block's bits say, by the kind of its scan (ITU-T T.81, F.2.2 and G.1.2). `block` counts the blocks of a plane.
import { type BitReader, isDry, readBits, readSigned, readSymbol } from './jpeg-bit-reader.ts';
import type { HuffmanDecoder } from './jpeg-huffman.ts';
import { BLOCK, type Plane } from './jpeg-planes.ts';

/** One component in one scan. */
export type ScanPart = {
  plane: Plane;
  /** Each is needed by some kinds of scans only. */
  dc: HuffmanDecoder | undefined;
  ac: HuffmanDecoder | undefined;
  /** The last DC value, from which the next one differs. */
  prediction: number;
};

/** What a scan reads: the coefficients from `from` to `to`, of which `bit` is the lowest bit that it knows. */
export type Band = {
  readonly from: number;
  readonly to: number;
  readonly bit: number;
  /** Blocks to come that have nothing new in this band: the EOB run of T.81, G.1.2.2. */
  quietBlocks: number;
};

/** The DC value, in a sequential scan (bit 0) or the first scan of a progressive one. */
export const readDcFirst = (
  reader: BitReader,
  part: ScanPart,
  dc: HuffmanDecoder,
  block: number,
  bit: number,
): void => {
  part.prediction += readSigned(reader, readSymbol(reader, dc));
  part.plane.coefficients[block * BLOCK] = part.prediction << bit;
};

/** One more bit of the DC value. */
export const readDcMore = (reader: BitReader, { coefficients }: Plane, block: number, bit: number): void => {
  if (readBits(reader, 1) === 1) coefficients[block * BLOCK] = (coefficients[block * BLOCK] ?? 0) | (1 << bit);
};

const put = ({ coefficients, marks }: Plane, block: number, k: number, value: number): void => {
  coefficients[block * BLOCK + k] = value;
  const word = 2 * block + (k >> 5);
  marks[word] = (marks[word] ?? 0) | (1 << k); // JavaScript shifts by k modulo 32
};

/** All AC values of a block in a sequential scan: T.81, F.2.2.2. */
export const readAcSequential = (reader: BitReader, plane: Plane, ac: HuffmanDecoder, block: number): void => {
  for (let k = 1; k < BLOCK; k += 1) {
    const symbol = readSymbol(reader, ac);
    const size = symbol & 15;
    if (size === 0 && symbol !== 0xf0) return; // the end of the block
    k += symbol >> 4;
    const value = readSigned(reader, size);
    if (k >= BLOCK) reader.isBroken = true;
    else if (size > 0) put(plane, block, k, value);
  }
};

/** The first bits of the AC values of the blocks from `block` up to `end`: T.81, G.1.2.2. */
export const readAcFirst = (
  reader: BitReader,
  plane: Plane,
  ac: HuffmanDecoder,
  band: Band,
  block: number,
  end: number,
): void => {
  while (block < end && !isDry(reader)) {
    if (band.quietBlocks === 0) {
      readAcFirstOf(reader, plane, ac, band, block);
      block += 1;
    }
    const quiet = Math.min(band.quietBlocks, end - block);
    band.quietBlocks -= quiet;
    block += quiet;
  }
};

const readAcFirstOf = (reader: BitReader, plane: Plane, ac: HuffmanDecoder, band: Band, block: number): void => {
  const { to, bit } = band;
  for (let k = band.from; k <= to; k += 1) {
    const symbol = readSymbol(reader, ac);
    const size = symbol & 15;
    if (size === 0 && symbol !== 0xf0) {
      band.quietBlocks = readRun(reader, symbol >> 4) - 1; // this block is one of them
      return;
    }
    k += symbol >> 4;
    const value = readSigned(reader, size) << bit;
    if (k > to) reader.isBroken = true;
    else if (size > 0) put(plane, block, k, value);
  }
};

const readRun = (reader: BitReader, size: number): number => (1 << size) + readBits(reader, size);

/** One more bit of the AC values of the blocks from `block` up to `end`: T.81, G.1.2.3. */
export const readAcMore = (
  reader: BitReader,
  plane: Plane,
  ac: HuffmanDecoder,
  band: Band,
  block: number,
  end: number,
): void => {
  for (; block < end && !isDry(reader); block += 1) {
    let k = band.from;
    if (band.quietBlocks === 0) k = readNewOf(reader, plane, ac, band, block);
    if (band.quietBlocks === 0) continue;
    band.quietBlocks -= 1;
    correctRest(reader, plane, band, block, k);
  }
};

/** Reads the values that are new and corrects those between them. The place from which on nothing is new. */
const readNewOf = (reader: BitReader, plane: Plane, ac: HuffmanDecoder, band: Band, block: number): number => {
  const { to, bit } = band;
  const first = block * BLOCK;
  let k = band.from;
  for (; k <= to; k += 1) {
    const symbol = readSymbol(reader, ac);
    const isNew = (symbol & 15) !== 0;
    if (!isNew && symbol !== 0xf0) {
      band.quietBlocks = readRun(reader, symbol >> 4);
      return k;
    }
    const value = isNew ? (readBits(reader, 1) === 1 ? 1 : -1) << bit : 0;
    k = correctUntil(reader, plane.coefficients, first + k, first + to, bit, symbol >> 4) - first;
    if (isNew && k > to) reader.isBroken = true;
    else if (isNew) put(plane, block, k, value);
  }
  return k;
};

/** Corrects what is not 0 from `at` on, and passes `zeros` of the others; the place of the next, or the one behind `to`. */
const correctUntil = (
  reader: BitReader,
  coefficients: Int16Array,
  at: number,
  to: number,
  bit: number,
  zeros: number,
): number => {
  for (; at <= to; at += 1) {
    if (coefficients[at] !== 0) correct(reader, coefficients, at, bit);
    else if (zeros === 0) return at;
    else zeros -= 1;
  }
  return at;
};

const correct = (reader: BitReader, coefficients: Int16Array, at: number, bit: number): void => {
  if (readBits(reader, 1) === 0) return;
  const value = coefficients[at] ?? 0;
  coefficients[at] = value + (value < 0 ? -1 << bit : 1 << bit);
};

/** Corrects what is not 0 from `k` to the end of the band. By the marks: most blocks have few of them. */
const correctRest = (reader: BitReader, { coefficients, marks }: Plane, band: Band, block: number, k: number): void => {
  const { to, bit } = band;
  for (let word = k >> 5; word <= to >> 5; word += 1) {
    let left = marks[2 * block + word] ?? 0;
    if (k > 32 * word) left &= -1 << k;
    if (to < 32 * word + 31) left &= ~(-2 << to);
    while (left !== 0) {
      const lowest = left & -left;
      correct(reader, coefficients, block * BLOCK + 32 * word + 31 - Math.clz32(lowest), bit);
      left ^= lowest;
    }
  }
};
