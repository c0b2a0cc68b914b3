// Open bitstream units, the parcels of an AV1 stream (AV1 specification, 5.3 and 6.2.1).

/** obu_type */
export const SEQUENCE_HEADER = 1;
export const FRAME_HEADER = 3;
export const TILE_GROUP = 4;
export const FRAME = 6;
const TEMPORAL_DELIMITER = 2;
const METADATA = 5;
const PADDING = 15;

/** A frame has at most 4096 tiles, each in a group of its own. */
const MAX_UNITS = 5000;

export type Unit = { type: number; payload: Buffer };

/**
 * The units in `data` that draw a picture, in their order; the payloads are parts of `data`. Throws when a length leads out of
 * it, or when there are layers.
 */
export const unitsOf = (data: Buffer): Unit[] => {
  const units: Unit[] = [];
  let at = 0;
  for (let count = 0; at < data.length; count += 1) {
    if (count === MAX_UNITS) throw new Error('too many AV1 units');
    const header = data[at] ?? 0;
    const type = (header >> 3) & 15;
    at += 1;
    if (header & 0b1000_0000) throw new Error('not an AV1 unit');
    if (header & 0b0100) {
      if (data[at] !== 0) throw new Error('AV1 layers');
      at += 1;
    }
    // A unit without a size takes the rest.
    const [size, sizeBytes] = header & 0b0010 ? readLeb128(data, at) : [data.length - at, 0];
    at += sizeBytes;
    if (at + size > data.length) throw new Error('an AV1 unit ends early');
    if (type !== TEMPORAL_DELIMITER && type !== METADATA && type !== PADDING)
      units.push({ type, payload: data.subarray(at, at + size) });
    at += size;
  }
  return units;
};

/** A unit with a size in front; `parts` are its payload. */
export const writeUnit = (type: number, parts: readonly Buffer[]): Buffer[] => {
  const size = parts.reduce((sum, part) => sum + part.length, 0);
  return [Buffer.from([(type << 3) | 0b0010, ...leb128(size)]), ...parts];
};

/** leb128(): seven bits a byte, the smallest first, at most eight bytes (4.10.5). */
const readLeb128 = (data: Buffer, start: number): [value: number, bytes: number] => {
  let value = 0;
  for (let i = 0; i < 8; i += 1) {
    const byte = data[start + i];
    if (byte === undefined) throw new Error('an AV1 unit ends early');
    value += (byte & 0x7f) * 2 ** (7 * i);
    if (byte < 0x80) return [value, i + 1];
  }
  throw new Error('an AV1 unit has no size');
};

const leb128 = (value: number): number[] => {
  const bytes = [];
  for (let rest = value; bytes.length === 0 || rest > 0; rest = Math.floor(rest / 128))
    bytes.push((rest % 128) | (rest >= 128 ? 0x80 : 0));
  return bytes;
};
