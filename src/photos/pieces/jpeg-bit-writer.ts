/** Entropy-coded bytes in the making. Its numbers stay within 32 bits, as BitReader's. */
export type BitWriter = {
  readonly bytes: Buffer;
  readonly view: DataView;
  at: number;
  /** The lowest `count` bits, at most 31, are still to be written. */
  bits: number;
  count: number;
};

export const makeBitWriter = (bytes: Buffer): BitWriter => ({
  ...{ bytes, view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength) },
  ...{ at: 0, bits: 0, count: 0 },
});

/** Writes the `size` bits, at most 31, of `value`, which has no others. */
export const writeBits = (writer: BitWriter, value: number, size: number): void => {
  const free = 32 - writer.count;
  if (size < free) {
    writer.bits = (writer.bits << size) | value;
    writer.count += size;
    return;
  }
  const rest = size - free;
  writeWord(writer, (writer.bits << free) | (value >>> rest));
  writer.bits = value; // with bits above `rest` that have been written: they leave at the top
  writer.count = rest;
};

const writeWord = (writer: BitWriter, word: number): void => {
  if (((~word - 0x01010101) & word & 0x80808080) === 0) {
    // None of the four bytes is 0xFF.
    writer.view.setInt32(writer.at, word);
    writer.at += 4;
    return;
  }
  for (let shift = 24; shift >= 0; shift -= 8) writeByte(writer, (word >>> shift) & 0xff);
};

/** A 0 behind each 0xFF: ITU-T T.81, F.1.2.3. */
const writeByte = (writer: BitWriter, byte: number): void => {
  writer.bytes[writer.at] = byte;
  writer.at += 1;
  if (byte !== 0xff) return;
  writer.bytes[writer.at] = 0;
  writer.at += 1;
};

/** Fills the last byte with ones (F.1.2.3) and writes what is left. */
export const endBits = (writer: BitWriter): void => {
  const missing = -writer.count & 7;
  writeBits(writer, (1 << missing) - 1, missing);
  for (; writer.count > 0; writer.count -= 8) writeByte(writer, (writer.bits >>> (writer.count - 8)) & 0xff);
};
