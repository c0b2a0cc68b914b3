// Bits as AV1 writes them (AV1 Bitstream & Decoding Process Specification, 4.10): the most significant bit first.

/**
 * Reads numbers of a few bits, one after the other. Every method throws at the end of `bytes`: broken headers promise more
 * than there is.
 */
export const makeBitReader = (bytes: Uint8Array) => {
  let at = 0;

  /** f(n): an unsigned number of 0 to 32 bits. */
  const read = (bits: number): number => {
    if (at + bits > bytes.length * 8) throw new Error('an AV1 header ends early');
    let value = 0;
    for (let i = 0; i < bits; i += 1, at += 1) value = value * 2 + (((bytes[at >> 3] ?? 0) >> (7 - (at & 7))) & 1);
    return value;
  };
  const flag = (): boolean => read(1) === 1;

  return {
    read,
    flag,
    /** Where the next bit is. */
    position: (): number => at,
    skip: (bits: number): void => {
      if (at + bits > bytes.length * 8) throw new Error('an AV1 header ends early');
      at += bits;
    },
    /** su(n): a number of n bits in two's complement. */
    signed: (bits: number): number => {
      const value = read(bits);
      return value < 2 ** (bits - 1) ? value : value - 2 ** bits;
    },
    /** uvlc(): as many zeros as the number has bits. Longer ones than 32 bits stand for the largest number. */
    variable: (): number => {
      let zeros = 0;
      while (!flag()) zeros += 1;
      return zeros >= 32 ? 2 ** 32 - 1 : read(zeros) + 2 ** zeros - 1;
    },
    /** ns(n): a number below `limit`, the smaller ones in one bit less. */
    below: (limit: number): number => {
      const bits = bitsOf(limit);
      const short = 2 ** bits - limit;
      const value = read(bits - 1);
      return value < short ? value : value * 2 - short + read(1);
    },
    /** On to the next whole byte, whose place it gives. */
    align: (): number => {
      at = (at + 7) & ~7;
      return at >> 3;
    },
  };
};

export type BitReader = ReturnType<typeof makeBitReader>;

/** Writes what a reader reads. */
export const makeBitWriter = () => {
  const bytes: number[] = [];
  let at = 0;

  const write = (value: number, bits: number): void => {
    for (let i = bits - 1; i >= 0; i -= 1, at += 1) {
      if ((at & 7) === 0) bytes.push(0);
      const bit = Math.floor(value / 2 ** i) % 2;
      bytes[at >> 3] = (bytes[at >> 3] ?? 0) | (bit << (7 - (at & 7)));
    }
  };

  return {
    write,
    flag: (value: boolean): void => write(value ? 1 : 0, 1),
    /** The bits of `source` from `start` up to `end`. */
    copy: (source: Uint8Array, start: number, end: number): void => {
      for (let i = start; i < end; i += 1) write(((source[i >> 3] ?? 0) >> (7 - (i & 7))) & 1, 1);
    },
    /** ns(n) */
    below: (value: number, limit: number): void => {
      const bits = bitsOf(limit);
      const short = 2 ** bits - limit;
      if (value < short) write(value, bits - 1);
      else write(value + short, bits);
    },
    /** Fills the last byte with zeros. */
    align: (): void => write(0, (8 - (at & 7)) & 7),
    bytes: (): Buffer => Buffer.from(bytes),
  };
};

export type BitWriter = ReturnType<typeof makeBitWriter>;

/** How many bits `value` has. */
const bitsOf = (value: number): number => 32 - Math.clz32(value);
