// Pictures that would take more memory than there is (picture-cost.ts) if they were decoded at once.
import { readFile } from 'node:fs/promises';
import { freeMemory } from '../platform/free-memory.ts';
import type { Result } from '../shared/result.ts';
import { drawAvif, openAvif } from './pieces/avif-pieces.ts';
import { baselineJpeg } from './pieces/baseline-jpeg.ts';
import { drawHeicInPieces, openHeic } from './pieces/heic-pieces.ts';
import { shrinkInterlacedPng } from './pieces/interlaced-png.ts';
import { FileIsCut } from './pieces/isobmff.ts';
import { indexJpeg } from './pieces/jpeg-index.ts';
import { av1Rate, costOf, type DecodeCost } from './picture-cost.ts';
import { plainPng } from './plain-png.ts';
import type { ImageFormat } from './sniff-format.ts';

/**
 * What the picture of `pixels` at `path` takes in pieces; `'too-large'` when that is too much as well, or it is of a kind that cannot be
 * taken apart.
 */
export const costOfPieces = async (
  path: string,
  format: ImageFormat,
  pixels: number,
): Promise<Result<DecodeCost, 'too-large' | 'unreadable'>> => {
  const file = await readFile(path);
  try {
    const work = workOf(format, file, pixels);
    const cost = work && costOf(work, { ownProcess: true });
    return cost ? { ok: true, value: cost } : { ok: false, reason: 'too-large' };
  } catch (error) {
    return { ok: false, reason: error instanceof FileIsCut ? 'unreadable' : 'too-large' };
  } finally {
    freeMemory(file);
  }
};

type Work = { ms: number; bytes: number };

/** Milliseconds for each megapixel and bytes, measured at 12 to 50 megapixels; the file itself is held more than once. */
const workOf = (format: ImageFormat, file: Buffer, pixels: number): Work | undefined => {
  const megapixels = pixels / 1e6;
  switch (format) {
    case 'jpeg':
      indexJpeg(file); // which throws for what libjpeg alone can read
      return { ms: 70 * megapixels, bytes: file.length + Math.min(128e6, 4 * file.length) + 30e6 };
    case 'png':
      return { ms: 90 * megapixels, bytes: 2 * file.length + 95e6 };
    case 'webp':
      return undefined; // it never takes so much
    case 'avif':
      return avifWork(file, megapixels);
    case 'heic':
      return heicWork(file, megapixels);
  }
};

type Piece = { width: number; height: number };

/** For a megabyte of a piece to become a file that is read again. */
const WRITE_MS = 4;
/** What is drawn of the pieces, and its way to the JPEGs. */
const CANVAS_BYTES = 35e6;
const largest = (pieces: Piece[]): number => Math.max(...pieces.map(({ width, height }) => width * height));

const avifWork = (file: Buffer, megapixels: number): Work => {
  const { bits, isSubsampled, pieces, bytes } = openAvif(file);
  const rate = av1Rate({ isDeep: bits > 8, isSubsampled });
  const ms = rate.ms * megapixels + (WRITE_MS * bytes) / 1e6;
  return { ms, bytes: rate.bytes * largest(pieces) + 3 * file.length + CANVAS_BYTES };
};

/** Bytes for each pixel by the chroma format: grey, 4:2:0, 4:2:2, 4:4:4. */
const HEVC_BYTES = { plain: [2, 2.6, 3.1, 3.9], deep: [3.2, 4.5, 5, 7] };
const HEVC_MS = [100, 140, 160, 200];

const heicWork = (file: Buffer, megapixels: number): Work => {
  const { bits, chroma, placed } = openHeic(file);
  const rate = (bits > 8 ? HEVC_BYTES.deep : HEVC_BYTES.plain)[chroma] ?? Infinity;
  const bytes = rate * largest(placed.map(({ picture }) => picture)) + 2 * file.length + CANVAS_BYTES;
  return { ms: (HEVC_MS[chroma] ?? Infinity) * megapixels, bytes };
};

/**
 * What libvips can read of the picture at `path`, of one that costOfPieces let through: JPEGs in whole, the others at `side` pixels or a
 * little more. `isDamaged`: parts of it are missing. Throws when it cannot be decoded.
 */
export const decodeInPieces = async (
  path: string,
  format: ImageFormat,
  side: number,
): Promise<{ source: Buffer; isDamaged: boolean }> => {
  if (format === 'png') {
    const png = await plainPng(path);
    const bytes = typeof png === 'string' ? await readFile(png) : png;
    return { source: await shrinkInterlacedPng(bytes, side), isDamaged: false };
  }
  const file = await readFile(path);
  if (format === 'avif') return { source: await drawAvif(file, side), isDamaged: false };
  if (format === 'heic') return { source: await drawHeicInPieces(file, side), isDamaged: false };
  if (!indexJpeg(file).hasEnd) throw new Error('it is cut'); // as libvips calls it
  const { jpeg, damaged } = baselineJpeg(file);
  return { source: jpeg, isDamaged: damaged };
};
