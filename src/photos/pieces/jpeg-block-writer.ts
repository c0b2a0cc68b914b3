import { type BitWriter, writeBits } from './jpeg-bit-writer.ts';
import { type HuffmanEncoder, makeHuffmanEncoder } from './jpeg-huffman.ts';
import { BLOCK, type Plane } from './jpeg-planes.ts';
import { STANDARD_TABLES } from './jpeg-standard-tables.ts';

/** The largest that the standard tables have a code for: 11 bits of a DC difference, 10 of an AC value (ITU-T T.81, F.1.2). */
const MAX_DIFFERENCE = 2047;
const MAX_AC = 1023;

/** The most bytes that a block takes: 20 bits and 63 times 26, each byte with a 0 behind it, and what waits in the writer. */
export const MAX_BLOCK_BYTES = 2 * Math.ceil((20 + 63 * 26) / 8) + 8;

const END_OF_BLOCK = 0x00;
const SIXTEEN_ZEROS = 0xf0;

type Encoders = { dc: HuffmanEncoder; ac: HuffmanEncoder };

/** By their place in the file. */
export const standardEncoders = (): Encoders[] =>
  STANDARD_TABLES.map(({ dc, ac }) => ({ dc: makeHuffmanEncoder(dc), ac: makeHuffmanEncoder(ac) }));

/** One component as it is written. */
export type PlaneWriter = {
  plane: Plane;
  encoders: Encoders;
  /** The last DC value, from which the next one differs. */
  prediction: number;
  /** A value had no code and was written as the nearest that has: only broken scans have such values. */
  isClamped: boolean;
};

/** Writes a block as T.81, F.1.2 has it. */
export const writeBlock = (bits: BitWriter, writer: PlaneWriter, block: number): void => {
  const { coefficients, marks } = writer.plane;
  const difference = clamp(writer, (coefficients[block * BLOCK] ?? 0) - writer.prediction, MAX_DIFFERENCE);
  writer.prediction += difference;
  writeValue(bits, writer.encoders.dc, 0, difference);
  let last = 0;
  for (let word = 0; word < 2; word += 1) {
    let left = marks[2 * block + word] ?? 0;
    while (left !== 0) {
      const lowest = left & -left;
      left ^= lowest;
      const k = 32 * word + 31 - Math.clz32(lowest);
      const value = clamp(writer, coefficients[block * BLOCK + k] ?? 0, MAX_AC);
      if (value === 0) continue; // a mark outlives a value that became 0, as in broken scans
      writeAc(bits, writer.encoders.ac, k - last - 1, value);
      last = k;
    }
  }
  if (last < BLOCK - 1) writeCode(bits, writer.encoders.ac, END_OF_BLOCK);
};

/** A block that no part of the picture is in: the cheapest. */
export const writeFiller = (bits: BitWriter, { encoders: { dc, ac } }: PlaneWriter): void => {
  writeCode(bits, dc, 0);
  writeCode(bits, ac, END_OF_BLOCK);
};

const clamp = (writer: PlaneWriter, value: number, most: number): number => {
  if (value >= -most && value <= most) return value;
  writer.isClamped = true;
  return value < 0 ? -most : most;
};

const writeAc = (bits: BitWriter, encoder: HuffmanEncoder, zeros: number, value: number): void => {
  for (; zeros > 15; zeros -= 16) writeCode(bits, encoder, SIXTEEN_ZEROS);
  writeValue(bits, encoder, zeros << 4, value);
};

/** The code of the value's size with `run`, and the value's own bits: those of a negative one less 1. */
const writeValue = (bits: BitWriter, { codes, lengths }: HuffmanEncoder, run: number, value: number): void => {
  const size = 32 - Math.clz32(Math.abs(value));
  const own = (value < 0 ? value - 1 : value) & ((1 << size) - 1);
  const symbol = run | size;
  writeBits(bits, ((codes[symbol] ?? 0) << size) | own, (lengths[symbol] ?? 0) + size);
};

const writeCode = (bits: BitWriter, { codes, lengths }: HuffmanEncoder, symbol: number): void =>
  writeBits(bits, codes[symbol] ?? 0, lengths[symbol] ?? 0);
