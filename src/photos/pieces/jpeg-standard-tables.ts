import type { HuffmanSpec } from './jpeg-huffman.ts';

/** All that AC values of 8-bit samples need: 0 to 15 zeros before a value of 1 to 10 bits, the end of a block, 16 zeros. */
const AC_SYMBOLS = Array.from({ length: 16 }, (_, run) =>
  Array.from({ length: 10 }, (_, i) => run * 16 + i + 1),
).flat();

/** Behind its frequent symbols, which stand in `first`, each table of Annex K has the others by number. */
const acSpec = (counts: readonly number[], first: string): HuffmanSpec => {
  const frequent = [...Buffer.from(first, 'hex')];
  const symbols = [...frequent, ...AC_SYMBOLS.filter((symbol) => !frequent.includes(symbol))];
  return { counts: Uint8Array.from(counts), symbols: Uint8Array.from(symbols) };
};

const dcSpec = (counts: readonly number[]): HuffmanSpec => ({
  counts: Uint8Array.from(counts),
  symbols: Uint8Array.from({ length: 12 }, (_, size) => size),
});

/** ITU-T T.81, tables K.3 to K.6: for luminance, and for chrominance. */
export const STANDARD_TABLES: readonly [StandardTables, StandardTables] = [
  {
    dc: dcSpec([0, 1, 5, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0]),
    ac: acSpec(
      [0, 2, 1, 3, 3, 2, 4, 3, 5, 5, 4, 4, 0, 0, 1, 125],
      '01020300041105122131410613516107227114328191a1082342b1c11552d1f02433627282',
    ),
  },
  {
    dc: dcSpec([0, 3, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0]),
    ac: acSpec(
      [0, 2, 1, 2, 4, 4, 3, 4, 7, 5, 4, 4, 0, 1, 2, 119],
      '0001020311040521310612415107617113223281081442' + '91a1b1c109233352f0156272d10a162434e125f1',
    ),
  },
];

type StandardTables = { dc: HuffmanSpec; ac: HuffmanSpec };
