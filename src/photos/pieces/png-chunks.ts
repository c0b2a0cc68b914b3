import { crc32 } from 'node:zlib';
import { MAX_PIXELS } from '../picture-size.ts';

const SIGNATURE = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');
const FRAME_BYTES = 12; // length, type and checksum around a chunk's data (PNG, clause 5.3)
const HEADER_BYTES = 13;
const MAX_SIDE = 16_384; // as in picture-size.ts: bounds what one row takes
/** Samples of a pixel for each colour type (PNG, clause 11.2.1) but the palette, which has no 16 bits. */
const SAMPLES: Record<number, number> = { 0: 1, 2: 3, 4: 2, 6: 4 };

export type PngHeader = {
  /** In pixels. */
  width: number;
  height: number;
  /** 0 grey, 2 colour, 4 grey with alpha, 6 colour with alpha. */
  colourType: number;
  /** Of a pixel, 16 bits each. */
  samples: number;
};

export type InterlacedPng = {
  header: PngHeader;
  /** Whole chunks that tell how the pixels are to be seen: iCCP and eXIf. */
  looks: Buffer[];
  /** The tRNS chunk and the samples of the one colour that is transparent. */
  key?: { chunk: Buffer; colour: number[] };
  /** How many bytes of deflated pixels there are. */
  bytes: number;
  /** The deflated pixels, in pieces that are not tiny. */
  pieces: () => Generator<Buffer>;
};

/**
 * What the PNG in `png` says before its pixels, none of which is inflated. Throws unless it is interlaced, with 16 bits a sample,
 * no larger than the photos that we take, and whole up to the end of its pixels.
 */
export const readInterlacedPng = (png: Buffer): InterlacedPng => {
  const header = readHeader(png);
  const looks = new Map<string, Buffer>(); // libpng too goes by the first of a kind
  let bytes = 0;
  let firstPixels = 0;
  for (const { type, start, end } of chunksFrom(png, SIGNATURE.length)) {
    if (bytes > 0 && type !== 'IDAT') break; // they follow one another (clause 5.6), and nothing behind them counts
    if (type === 'IDAT') {
      firstPixels ||= start;
      bytes += end - start - FRAME_BYTES;
    } else if (['iCCP', 'eXIf', 'tRNS'].includes(type)) {
      if (!looks.has(type)) looks.set(type, png.subarray(start, end));
    } else if (!['IHDR', 'PLTE'].includes(type) && /^[A-Z]/.test(type)) {
      throw new Error(`a PNG has a critical chunk ${type}`);
    }
  }
  const key = readKey(header, looks.get('tRNS'));
  looks.delete('tRNS');
  return {
    header,
    looks: [...looks.values()],
    ...(key && { key }),
    bytes,
    pieces: () => joinPixels(png, firstPixels),
  };
};

const readHeader = (png: Buffer): PngHeader => {
  const [first] = chunksFrom(png, SIGNATURE.length);
  const start = SIGNATURE.length + 8;
  if (!png.subarray(0, SIGNATURE.length).equals(SIGNATURE) || first?.type !== 'IHDR') throw new Error('no PNG');
  if (first.end !== start + HEADER_BYTES + 4 || !isIntact(png.subarray(first.start, first.end)))
    throw new Error('its header is broken');
  const [width, height] = [png.readUInt32BE(start), png.readUInt32BE(start + 4)];
  const [depth, colourType = -1, ...methods] = png.subarray(start + 8, start + HEADER_BYTES);
  const samples = SAMPLES[colourType];
  if (!isOfSize(width, height)) throw new Error(`a PNG of ${width} x ${height}`);
  // Deflate, the five filters, Adam7: the only values of the standard.
  if (depth !== 16 || !samples || methods.join() !== '0,0,1')
    throw new Error('no interlaced PNG with 16 bits a sample');
  return { width, height, colourType, samples };
};

const isOfSize = (width: number, height: number): boolean =>
  Math.min(width, height) > 0 && width * height <= MAX_PIXELS && Math.max(width, height) <= MAX_SIDE;

/** Undefined where libpng ignores it too: of the wrong length or checksum, or beside an alpha channel (clause 11.3.1.1). */
const readKey = ({ colourType, samples }: PngHeader, chunk: Buffer | undefined): InterlacedPng['key'] => {
  if (chunk?.length !== FRAME_BYTES + 2 * samples || colourType > 2 || !isIntact(chunk)) return undefined;
  return { chunk, colour: Array.from({ length: samples }, (_, sample) => chunk.readUInt16BE(8 + 2 * sample)) };
};

const isIntact = (chunk: Buffer): boolean => crc32(chunk.subarray(4, -4)) === chunk.readUInt32BE(chunk.length - 4);

function* chunksFrom(png: Buffer, from: number): Generator<{ type: string; start: number; end: number }> {
  for (let start = from; start + FRAME_BYTES <= png.length;) {
    const end = start + FRAME_BYTES + png.readUInt32BE(start);
    if (end > png.length) throw new Error('a PNG ends within a chunk');
    yield { type: png.toString('latin1', start + 4, start + 8), start, end };
    start = end;
  }
}

const PIECE_BYTES = 64 * 1024;

/** Each piece is a turn of a thread: a file can have a million chunks of a byte, which are put together. */
function* joinPixels(png: Buffer, from: number): Generator<Buffer> {
  let joined = Buffer.allocUnsafe(PIECE_BYTES);
  let filled = 0;
  for (const { type, start, end } of chunksFrom(png, from)) {
    if (type !== 'IDAT') break;
    for (let at = start + 8; at < end - 4;) {
      const count = Math.min(end - 4 - at, PIECE_BYTES - filled);
      png.copy(joined, filled, at, at + count);
      at += count;
      filled += count;
      if (filled < PIECE_BYTES) continue;
      yield joined;
      joined = Buffer.allocUnsafe(PIECE_BYTES); // the one before may still wait its turn
      filled = 0;
    }
  }
  yield joined.subarray(0, filled);
}

/** A stored block's header (RFC 1951, clause 3.2.4): its kind, its length and the length's complement. */
const BLOCK_BYTES = 5;
const MAX_BLOCK = 65_535;
const ZLIB_HEADER = Buffer.from([0x78, 0x01]); // RFC 1950: deflate, a window of 32 KiB, packed as fast as can be
const BEFORE_ROW = 8 + BLOCK_BYTES;

export type StoredPng = {
  /** All of the file; zeros where pixels have not been written. */
  bytes: Buffer;
  /** Where the samples (big-endian) of a row begin in `bytes`. */
  rowAt: (y: number) => number;
  /** Writes what depends on the pixels: no pixel is written afterwards. */
  seal: () => void;
};

/**
 * A PNG of 16 bits a sample that is neither interlaced nor packed, to write pixels into: one place for the pixels and the file.
 * `chunks` stand before the pixels. Throws RangeError for rows beyond a stored block: 8,191 pixels of colour with alpha.
 */
export const makeStoredPng = ({ width, height, colourType, samples }: PngHeader, chunks: Buffer[]): StoredPng => {
  const rowBytes = 1 + width * samples * 2; // behind a byte that says 'not filtered'
  if (rowBytes > MAX_BLOCK) throw new RangeError(`rows of ${width} pixels are too long to be stored`);
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([16, colourType], 8);
  const head = Buffer.concat([SIGNATURE, makeChunk('IHDR', header), ...chunks, makeChunk('IDAT', ZLIB_HEADER)]);
  const stride = FRAME_BYTES + BLOCK_BYTES + rowBytes;
  const rows = head.length + stride * height;
  const bytes = Buffer.alloc(rows + 2 * FRAME_BYTES + BLOCK_BYTES + 4);
  head.copy(bytes);
  const seal = () => {
    let adler = 1;
    for (let start = head.length; start < rows; start += stride) {
      const end = start + stride - 4;
      bytes.writeUInt32BE(BLOCK_BYTES + rowBytes, start);
      bytes.write('IDAT', start + 4, 'latin1');
      bytes.writeUInt16LE(rowBytes, start + 9);
      bytes.writeUInt16LE(MAX_BLOCK - rowBytes, start + 11);
      bytes.writeUInt32BE(crc32(bytes.subarray(start + 4, end)), end);
      adler = adler32(bytes, { start: start + BEFORE_ROW, end, adler });
    }
    const last = Buffer.from([1, 0, 0, 0xff, 0xff, 0, 0, 0, 0]); // an empty block that says 'the last'
    last.writeUInt32BE(adler, BLOCK_BYTES);
    makeChunk('IDAT', last).copy(bytes, rows);
    makeChunk('IEND', Buffer.alloc(0)).copy(bytes, bytes.length - FRAME_BYTES);
  };
  return { bytes, rowAt: (y) => head.length + stride * y + BEFORE_ROW + 1, seal };
};

const makeChunk = (type: string, data: Buffer): Buffer => {
  const chunk = Buffer.concat([Buffer.alloc(4), Buffer.from(type, 'latin1'), data, Buffer.alloc(4)]);
  chunk.writeUInt32BE(data.length, 0);
  chunk.writeUInt32BE(crc32(chunk.subarray(4, -4)), chunk.length - 4);
  return chunk;
};

const ADLER_BASE = 65_521;
const ADLER_RUN = 3800; // bytes until the sum of sums could leave 31 bits, where whole numbers are fast

/** The checksum of RFC 1950, clause 8.2, of `bytes` from `start` to `end`, going on from `adler`. */
const adler32 = (bytes: Uint8Array, { start, end, adler }: { start: number; end: number; adler: number }): number => {
  let sum = adler & 0xffff;
  let sumOfSums = adler >>> 16;
  for (let from = start; from < end; from += ADLER_RUN) {
    const to = Math.min(end, from + ADLER_RUN);
    for (let at = from; at < to; at += 1) {
      sum += bytes[at] ?? 0;
      sumOfSums += sum;
    }
    sum %= ADLER_BASE;
    sumOfSums %= ADLER_BASE;
  }
  return ((sumOfSums << 16) | sum) >>> 0;
};
