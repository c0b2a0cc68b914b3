import { type HuffmanDecoder, QUICK_BITS } from './jpeg-huffman.ts';

/**
 * A place in the entropy-coded bytes of one scan. It stops at the first marker, or at `end`, and gives zero bits from there on.
 * Its numbers stay within 32 bits: V8 keeps them without a heap object.
 */
export type BitReader = {
  readonly bytes: Buffer;
  readonly view: DataView;
  /** Behind the last byte of the scan. */
  readonly end: number;
  /** The next byte to take. */
  at: number;
  /** The lowest `count` bits are next; those above are spent. */
  bits: number;
  count: number;
  /** How many of `count` are not from the file: more than `count` when some of them have been read. */
  padded: number;
  /** A code was read that its table does not have, or that leads out of its block. */
  isBroken: boolean;
};

export const makeBitReader = (bytes: Buffer, at: number, end: number): BitReader => ({
  ...{ bytes, view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), end },
  ...{ at, bits: 0, count: 0, padded: 0, isBroken: false },
});

/** More was read than there was up to the next marker. */
export const isDry = (reader: BitReader): boolean => reader.count < reader.padded;

/** Forgets the bits that were taken and not read. */
export const dropBits = (reader: BitReader): void => {
  reader.bits = 0;
  reader.count = 0;
  reader.padded = 0;
};

/** Takes bytes until there are at least 24 bits; for at most 23. */
const fill = (reader: BitReader): void => {
  if (reader.at + 4 <= reader.end) {
    const word = reader.view.getInt32(reader.at);
    if (((~word - 0x01010101) & word & 0x80808080) === 0) {
      // None of the four bytes is 0xFF.
      const taken = (31 - reader.count) >> 3;
      reader.bits = (reader.bits << (8 * taken)) | (word >>> (32 - 8 * taken));
      reader.count += 8 * taken;
      reader.at += taken;
      return;
    }
  }
  while (reader.count < 24) takeByte(reader);
};

/** 0xFF is itself when a 0 follows (T.81, B.1.1.5) and begins a marker otherwise; several of them are as one (B.1.1.2). */
const takeByte = (reader: BitReader): void => {
  const { bytes, end } = reader;
  let byte = reader.at < end ? (bytes[reader.at] ?? 0) : 0xff;
  if (byte === 0xff) {
    let next = reader.at;
    while (next < end && bytes[next] === 0xff) next += 1;
    if (next < end && bytes[next] === 0) reader.at = next + 1;
    else {
      reader.at = Math.max(reader.at, next - 1); // not once more over all of them when the next byte is asked for
      reader.padded += 8;
      byte = 0;
    }
  } else reader.at += 1;
  reader.bits = (reader.bits << 8) | byte;
  reader.count += 8;
};

/** The symbol of the next code; 0 for a code that the table does not have. */
export const readSymbol = (reader: BitReader, table: HuffmanDecoder): number => {
  if (reader.count < 16) fill(reader);
  const entry = table.quick[(reader.bits >>> (reader.count - QUICK_BITS)) & ((1 << QUICK_BITS) - 1)] ?? 0;
  if (entry === 0) return readLongSymbol(reader, table);
  reader.count -= entry >> 8;
  return entry & 0xff;
};

const readLongSymbol = (reader: BitReader, { limit, offset, symbols }: HuffmanDecoder): number => {
  for (let length = QUICK_BITS + 1; length <= 16; length += 1) {
    const code = (reader.bits >>> (reader.count - length)) & ((1 << length) - 1);
    if (code >= (limit[length] ?? 0)) continue;
    reader.count -= length;
    return symbols[code + (offset[length] ?? 0)] ?? 0;
  }
  reader.count -= 16;
  reader.isBroken = true;
  return 0;
};

/** The next `size` bits, at most 16, as a number. */
export const readBits = (reader: BitReader, size: number): number => {
  if (reader.count < size) fill(reader);
  reader.count -= size;
  return (reader.bits >>> reader.count) & ((1 << size) - 1);
};

/** The next `size` bits, at most 15, as a number with a sign: EXTEND of T.81, F.2.2.1. */
export const readSigned = (reader: BitReader, size: number): number => {
  const bits = readBits(reader, size);
  return bits < 1 << (size - 1) ? bits - (1 << size) + 1 : bits;
};
