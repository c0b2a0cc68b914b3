// Writes boxes of the ISO base media file format (ISO/IEC 14496-12, 4.2), and the numbers in them, highest byte first.

export const box = (type: string, ...parts: readonly Buffer[]): Buffer => {
  const content = Buffer.concat(parts);
  return Buffer.concat([uint32(8 + content.length), Buffer.from(type, 'latin1'), content]);
};

/** A box of version 0 without flags. */
export const fullBox = (type: string, ...parts: readonly Buffer[]): Buffer => box(type, uint32(0), ...parts);

export const uint16 = (...values: readonly number[]): Buffer => {
  const bytes = Buffer.alloc(2 * values.length);
  values.forEach((value, i) => bytes.writeUInt16BE(value, 2 * i));
  return bytes;
};

export const uint32 = (...values: readonly number[]): Buffer => {
  const bytes = Buffer.alloc(4 * values.length);
  values.forEach((value, i) => bytes.writeUInt32BE(value, 4 * i));
  return bytes;
};
