import type { ImageFormat } from './sniff-format.ts';

export type DecodeCost = {
  /** Milliseconds of one core that the decode is expected to take. */
  ms: number;
  /** What the decoder holds at its worst beyond what it always has. */
  bytes: number;
  /** So much that such pictures are decoded one at a time (decode-queue.ts). */
  costly: boolean;
};

/** What libvips says of a picture, and its first bytes. */
type Header = {
  isProgressive?: boolean;
  depth?: string;
  channels?: number;
  chromaSubsampling?: string | undefined;
  head: Buffer;
};
type Rate = { ms: number; bytes: number };

/** Making two JPEGs of the pixels, and what goes round it. */
const BASE = { ms: 25, bytes: 15_000_000 };
/** HEIC, and what is decoded in pieces, has a process for each picture (decoder.ts). */
const OWN_PROCESS = { ms: 250, bytes: 75_000_000 };
const NO_PROCESS = { ms: 0, bytes: 0 };
const COSTLY_MS = 450;
const COSTLY_BYTES = 100_000_000;
/** What the pictures that are decoded at one moment may take together: with it all of the service stays below 512 MiB (R4). */
export const DECODE_BYTES = 345_000_000;

/** What would take more at once is better decoded in pieces, slower, so that there is room below DECODE_BYTES. */
export const AT_ONCE_BYTES = 300_000_000;

/** What a picture of so many pixels takes to decode at once; undefined when that is more memory than there is. */
export const decodeCost = (format: ImageFormat, pixels: number, header: Header): DecodeCost | undefined => {
  const rate = rateOf(format, header);
  const work = { ms: (rate.ms * pixels) / 1e6, bytes: rate.bytes * pixels };
  return costOf(work, { ownProcess: format === 'heic' });
};

/** The cost of a decode that takes so much of its own; undefined when that is more memory than there is. */
export const costOf = (work: Rate, { ownProcess }: { ownProcess: boolean }): DecodeCost | undefined => {
  const own = ownProcess ? OWN_PROCESS : NO_PROCESS;
  const ms = BASE.ms + own.ms + work.ms;
  const bytes = BASE.bytes + own.bytes + work.bytes;
  if (bytes > DECODE_BYTES) return undefined;
  return { ms, bytes, costly: ownProcess || ms > COSTLY_MS || bytes > COSTLY_BYTES };
};

/**
 * Milliseconds for each megapixel and bytes for each pixel, measured at 12 and 48 megapixels. `photos:try FOLDER` shows what each
 * picture of a folder takes beside what is expected of it.
 */
const rateOf = (format: ImageFormat, header: Header): Rate => {
  switch (format) {
    case 'jpeg':
      return jpegRate(header);
    case 'png':
      return pngRate(header);
    case 'webp':
      return { ms: 20, bytes: header.head.includes('VP8L') ? 4.5 : 1.5 };
    case 'avif':
      return avifRate(header);
    case 'heic':
      return heicRate(header);
  }
};

const isDeep = ({ depth }: Header): boolean => depth === 'ushort';

/** A baseline JPEG runs through line by line; of a progressive one all coefficients are held, two bytes each. */
const jpegRate = ({ isProgressive = false, channels = 3, chromaSubsampling }: Header): Rate => {
  const ms = channels === 4 ? 50 : isProgressive ? 16 : 4;
  if (!isProgressive) return { ms, bytes: 0.2 };
  return { ms, bytes: chromaSubsampling === '4:2:0' ? 3.4 : channels * 2.2 };
};

/** An interlaced PNG is held in whole. */
const pngRate = (header: Header): Rate => {
  const { isProgressive = false, channels = 3 } = header;
  const sample = isDeep(header) ? 2 : 1;
  return { ms: 10 * sample, bytes: isProgressive ? channels * sample * 1.15 : 1.5 };
};

const avifRate = (header: Header): Rate =>
  av1Rate({ isDeep: isDeep(header), isSubsampled: header.chromaSubsampling === '4:2:0' });

/** The decoder keeps 11 bytes of notes for each pixel, and the picture several times over while it turns it into RGB. `isSubsampled`: 4:2:0. */
export const av1Rate = ({ isDeep, isSubsampled }: { isDeep: boolean; isSubsampled: boolean }): Rate => {
  const bytes = isSubsampled ? 15.5 : 18.5;
  return isDeep ? { ms: 85, bytes: bytes * 1.35 } : { ms: 60, bytes };
};

/** Phones make grids of small pictures, which are decoded one after the other; a camera's large one is held twice. */
const heicRate = (header: Header): Rate => {
  const bytes = header.head.includes('grid') ? 3.5 : header.chromaSubsampling === '4:2:0' ? 6 : 8;
  return isDeep(header) ? { ms: 130, bytes: bytes * 2.5 } : { ms: 65, bytes };
};
