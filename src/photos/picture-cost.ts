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
/** HEIC has a process for each picture (decoder.ts). */
const OWN_PROCESS = { ms: 250, bytes: 75_000_000 };
const NO_PROCESS = { ms: 0, bytes: 0 };
const COSTLY_MS = 450;
const COSTLY_BYTES = 100_000_000;
/** What the pictures that are decoded at one moment may take together: with it all of the service stays below 512 MiB (R4). */
export const DECODE_BYTES = 345_000_000;

/** What a picture of so many pixels takes to decode; undefined when that is more memory than there is. */
export const decodeCost = (format: ImageFormat, pixels: number, header: Header): DecodeCost | undefined => {
  const rate = rateOf(format, header);
  const own = format === 'heic' ? OWN_PROCESS : NO_PROCESS;
  const ms = BASE.ms + own.ms + (rate.ms * pixels) / 1e6;
  const bytes = BASE.bytes + own.bytes + rate.bytes * pixels;
  if (bytes > DECODE_BYTES) return undefined;
  return { ms, bytes, costly: format === 'heic' || ms > COSTLY_MS || bytes > COSTLY_BYTES };
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

/** The decoder holds the picture several times over while it turns it into RGB. */
const avifRate = (header: Header): Rate => {
  const bytes = header.chromaSubsampling === '4:2:0' ? 15.5 : 18.5;
  return isDeep(header) ? { ms: 85, bytes: bytes * 1.35 } : { ms: 60, bytes };
};

/** Phones make grids of small pictures, which are decoded one after the other; a camera's large one is held twice. */
const heicRate = (header: Header): Rate => {
  const bytes = header.head.includes('grid') ? 3.5 : 6;
  return isDeep(header) ? { ms: 130, bytes: bytes * 2.5 } : { ms: 65, bytes };
};
