// A photo's journey ④: validate
import { open } from 'node:fs/promises';
import type { Result } from '../shared/result.ts';
import { MAX_PIXELS, readHeader } from './image-library.ts';
import { plainPng } from './plain-png.ts';
import { sniffFormat } from './sniff-format.ts';
import type { ImageFormat } from './sniff-format.ts';

export type { ImageFormat } from './sniff-format.ts';
export type Refusal = 'not-an-image' | 'heic' | 'too-small' | 'too-large' | 'too-long' | 'unreadable';
export type Inspected = {
  format: ImageFormat;
  /** Upright, after the orientation tag, in pixels. */
  width: number;
  height: number;
  pixels: number;
  /** The decoder may hold more than 100 MB at once: such pictures are decoded one at a time (decode-queue.ts). */
  costly: boolean;
};

const HEAD_BYTES = 4096;
const MIN_SIDE = 200; // below, a face cannot be told from another
const MAX_SIDE = 16_384; // at most 50 megapixels and 1:4 give 14,142
const MAX_ASPECT = 4;
const COSTLY_BYTES = 100_000_000;

/**
 * Says what the picture at `path` is, from its content and its header alone: no pixel is decoded, so that a bomb costs
 * no more than a photo. `'heic'` is a photo that only another decoder can read; `'too-large'` means pixels, not bytes.
 */
export const inspectImage = async (path: string): Promise<Result<Inspected, Refusal>> => {
  const head = await readHead(path);
  const format = sniffFormat(head);
  if (!format) return refuse('not-an-image');
  if (format === 'heic') return refuse('heic');
  if (format === 'png' && claimsTooMuch(head)) return refuse('too-large');
  const header = await readHeader(format === 'png' ? await plainPng(path) : path);
  if (!header) return refuse('unreadable');
  if (header.format !== (format === 'avif' ? 'heif' : format)) return refuse('unreadable');

  const { width, height } = header.autoOrient;
  const refusal = sizeRefusal(width, height);
  if (refusal) return refuse(refusal);
  const pixels = width * height;
  const costly = pixels * bytesPerPixel(format, header) > COSTLY_BYTES;
  return { ok: true, value: { format, width, height, pixels, costly } };
};

const refuse = (reason: Refusal): { ok: false; reason: Refusal } => ({ ok: false, reason });

const readHead = async (path: string): Promise<Buffer> => {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
};

/** Whether a PNG is too large by its first bytes: what follows would be read in whole. */
const claimsTooMuch = (head: Buffer): boolean =>
  head.length >= 24 && head.readUInt32BE(16) * head.readUInt32BE(20) > MAX_PIXELS;

type Header = NonNullable<Awaited<ReturnType<typeof readHeader>>>;

const sizeRefusal = (width: number, height: number): Refusal | undefined => {
  const short = Math.min(width, height);
  const long = Math.max(width, height);
  if (short < MIN_SIDE) return 'too-small';
  if (width * height > MAX_PIXELS || long > MAX_SIDE) return 'too-large';
  return long / short > MAX_ASPECT ? 'too-long' : undefined;
};

/** What the decoder holds for each pixel at its worst, measured at 12 to 48 megapixels; a baseline JPEG runs through line by line. */
const bytesPerPixel = (format: ImageFormat, { isProgressive }: Header): number => {
  switch (format) {
    case 'jpeg':
      return isProgressive ? 8 : 0;
    case 'png':
      return 8;
    case 'webp':
      return 6;
    case 'avif':
      return 18;
  }
};
