// Boxes, of which ISO base media files such as HEIC and AVIF consist (ISO/IEC 14496-12, 4.2), and the numbers in them.

/** A file that promises more bytes than it has: most likely it did not arrive in whole. */
export class FileIsCut extends Error {
  constructor(what: string) {
    super(`${what} is cut`);
    this.name = 'FileIsCut';
  }
}

/** A box without its head. */
export type Box = { type: string; content: Buffer };

/** More boxes than a picture of 50 megapixels has tiles of 64 x 64. */
const MAX_BOXES = 20_000;

/** The boxes that `bytes` consist of, as views. Throws FileIsCut when one is longer than what is left. */
export const boxesOf = (bytes: Buffer): Box[] => {
  const boxes: Box[] = [];
  for (let at = 0; at + 8 <= bytes.length;) {
    const size = sizeOf(bytes, at);
    const head = bytes.readUInt32BE(at) === 1 ? 16 : 8;
    if (size < head || at + size > bytes.length) throw new FileIsCut('a box');
    if (boxes.length === MAX_BOXES) throw new Error('too many boxes');
    boxes.push({
      type: bytes.toString('latin1', at + 4, at + 8),
      content: bytes.subarray(at + head, at + size),
    });
    at += size;
  }
  return boxes;
};

/** 1: the size follows in eight bytes. 0: it reaches to the end. */
const sizeOf = (bytes: Buffer, at: number): number => {
  const size = bytes.readUInt32BE(at);
  if (size === 1) return Number(bytes.readBigUInt64BE(at + 8));
  return size === 0 ? bytes.length - at : size;
};

/** Reads the numbers of `content`, highest byte first, one after the other. Every function throws at its end. */
export const makeByteReader = (content: Buffer) => {
  let at = 0;
  const take = (bytes: number): number => {
    if (at + bytes > content.length) throw new Error('a box ends early');
    at += bytes;
    return at - bytes;
  };
  return {
    position: (): number => at,
    skip: (bytes: number): void => void take(bytes),
    /** Of 0 to 8 bytes; what 53 bits do not hold is rounded. */
    number: (bytes: number): number => {
      const start = take(bytes);
      let value = 0;
      for (let i = start; i < at; i += 1) value = value * 256 + (content[i] ?? 0);
      return value;
    },
    /** What a 'full box' begins with. */
    versionAndFlags: (): { version: number; flags: number } => {
      const start = take(4);
      return { version: content.readUInt8(start), flags: content.readUIntBE(start + 1, 3) };
    },
    /** A code of four letters. */
    text: (): string => {
      const start = take(4);
      return content.toString('latin1', start, start + 4);
    },
  };
};
