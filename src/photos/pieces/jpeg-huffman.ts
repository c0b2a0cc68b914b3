/** Bits that the quick table answers at once; in photos nine of ten codes are no longer. */
export const QUICK_BITS = 9;

const MAX_CODE_BITS = 16;

/** A Huffman table as it stands in a file (ITU-T T.81, B.2.4.2): how many codes there are of 1 to 16 bits, and their symbols in order. */
export type HuffmanSpec = { counts: Uint8Array; symbols: Uint8Array };

/** For reading. */
export type HuffmanDecoder = {
  /** By the next QUICK_BITS bits: length * 256 + symbol; 0 where the code is longer or none. */
  quick: Uint16Array;
  /** By length: the first code that is too large for it, or 0. */
  limit: Int32Array;
  /** By length: what to add to a code to have the place of its symbol. */
  offset: Int32Array;
  symbols: Uint8Array;
};

/** For writing, by symbol; a length of 0 means that there is no code. */
export type HuffmanEncoder = { codes: Int32Array; lengths: Uint8Array };

/** The decoder of a table. Throws when it has more codes than its lengths leave room for (T.81, C.2). */
export const makeHuffmanDecoder = ({ counts, symbols }: HuffmanSpec): HuffmanDecoder => {
  const quick = new Uint16Array(1 << QUICK_BITS);
  const limit = new Int32Array(MAX_CODE_BITS + 1);
  const offset = new Int32Array(MAX_CODE_BITS + 1);
  for (const { length, code, count, place } of codesOf(counts)) {
    offset[length] = place - code;
    limit[length] = code + count;
    if (length > QUICK_BITS) continue;
    const width = 1 << (QUICK_BITS - length);
    for (let i = 0; i < count; i += 1)
      quick.fill((length << 8) | (symbols[place + i] ?? 0), (code + i) * width, (code + i + 1) * width);
  }
  return { quick, limit, offset, symbols };
};

/** The encoder of a table. Throws as makeHuffmanDecoder does. */
export const makeHuffmanEncoder = ({ counts, symbols }: HuffmanSpec): HuffmanEncoder => {
  const codes = new Int32Array(256);
  const lengths = new Uint8Array(256);
  for (const { length, code, count, place } of codesOf(counts))
    for (let i = 0; i < count; i += 1) {
      codes[symbols[place + i] ?? 0] = code + i;
      lengths[symbols[place + i] ?? 0] = length;
    }
  return { codes, lengths };
};

/** The codes by length: they count upwards, and go on with a 0 behind them when they get longer (T.81, C.2). */
function* codesOf(counts: Uint8Array): Generator<{ length: number; code: number; count: number; place: number }> {
  let code = 0;
  let place = 0;
  for (let length = 1; length <= MAX_CODE_BITS; length += 1) {
    const count = counts[length - 1] ?? 0;
    if (code + count > 1 << length) throw new Error('a Huffman table has more codes than there are');
    if (count > 0) yield { length, code, count, place };
    code = (code + count) << 1;
    place += count;
  }
}
