// A photo's journey ④: validate
import { closeSync, openSync, readSync } from 'node:fs';
import type { Result } from '../shared/result.ts';
import type { ColourMatrix } from './convert-colours.ts';
import { readHeader } from './image-library.ts';
import { AT_ONCE_BYTES, type DecodeCost, decodeCost } from './picture-cost.ts';
import { MAX_PIXELS, sizeRefusal } from './picture-size.ts';
import { plainPng } from './plain-png.ts';
import { sniffFormat } from './sniff-format.ts';
import type { ImageFormat } from './sniff-format.ts';
import { readSrgbMatrix } from './srgb-profile.ts';

export type { ImageFormat } from './sniff-format.ts';
export type Refusal = 'not-an-image' | 'heic' | 'too-small' | 'too-large' | 'too-long' | 'unreadable';
/** How the colours are stored; `toSrgb`: what is left to do after the profile was left aside. */
type Colours = { isDeep: boolean; isSrgb: boolean; toSrgb?: ColourMatrix };
export type Inspected = {
  format: ImageFormat;
  /** Upright, after the orientation tag, in pixels. */
  width: number;
  height: number;
  pixels: number;
  /** How its colours are to be read (image-library.ts). */
  colours: Colours;
  /** What the decode will take. */
  cost: DecodeCost;
  /** All at once it would take too much memory (decode-in-pieces.ts). */
  inPieces: boolean;
};

const HEAD_BYTES = 4096;

/**
 * Says what the picture at `path` is, from its content and its header alone: no pixel is decoded, so that a bomb costs
 * no more than a photo. `'too-large'` means pixels, not bytes, or that they would take more memory than there is;
 * `'heic'` is a picture of that kind that cannot be read.
 */
export const inspectImage = async (path: string): Promise<Result<Inspected, Refusal>> => {
  const head = readHead(path);
  const format = sniffFormat(head);
  if (!format) return refuse('not-an-image');
  if (format === 'png' && claimsTooMuch(head)) return refuse('too-large');
  const header = await readHeader(format === 'png' ? await plainPng(path) : path);
  if (header?.format !== LOADERS[format]) return refuse(format === 'heic' ? 'heic' : 'unreadable');

  const { width, height } = uprightSize(format, header);
  const refusal = sizeRefusal(width, height);
  if (refusal) return refuse(refusal);
  const pixels = width * height;
  const way = await planDecode(path, format, decodeCost(format, pixels, { ...header, head }), pixels);
  if (!way.ok) return way;
  return { ok: true, value: { format, width, height, pixels, colours: readColours(header), ...way.value } };
};

const planDecode = async (
  path: string,
  format: ImageFormat,
  atOnce: DecodeCost | undefined,
  pixels: number,
): Promise<Result<Pick<Inspected, 'cost' | 'inPieces'>, Refusal>> => {
  if (atOnce && atOnce.bytes <= AT_ONCE_BYTES) return { ok: true, value: { cost: atOnce, inPieces: false } };
  const { costOfPieces } = await import('./decode-in-pieces.ts'); // for a process that meets such a picture alone
  const cost = await costOfPieces(path, format, pixels);
  if (cost.ok) return { ok: true, value: { cost: cost.value, inPieces: true } };
  if (atOnce) return { ok: true, value: { cost: atOnce, inPieces: false } };
  return refuse(format === 'heic' && cost.reason === 'unreadable' ? 'heic' : cost.reason);
};

const refuse = (reason: Refusal): { ok: false; reason: Refusal } => ({ ok: false, reason });

/** At once: three ways to another thread and back would cost more than to read what has just been written. */
const readHead = (path: string): Buffer => {
  const file = openSync(path, 'r');
  try {
    const head = Buffer.alloc(HEAD_BYTES);
    return head.subarray(0, readSync(file, head, 0, HEAD_BYTES, 0));
  } finally {
    closeSync(file);
  }
};

/** Whether a PNG is too large by its first bytes: what follows would be read in whole. */
const claimsTooMuch = (head: Buffer): boolean =>
  head.length >= 24 && head.readUInt32BE(16) * head.readUInt32BE(20) > MAX_PIXELS;

/** What libvips calls the formats. */
const LOADERS = { jpeg: 'jpeg', png: 'png', webp: 'webp', avif: 'heif', heic: 'heif' } as const;

type Header = NonNullable<Awaited<ReturnType<typeof readHeader>>>;

/** HEIC pictures are turned by a property of their own; the orientation that iPhones write beside it has been obeyed already. */
const uprightSize = (format: ImageFormat, { width, height, autoOrient }: Header) =>
  format === 'heic' ? { width, height } : autoOrient;

const readColours = ({ depth, space, icc }: Header): Colours => {
  const isDeep = depth === 'ushort';
  const matrix = space === 'srgb' && icc ? readSrgbMatrix(icc) : undefined;
  if (matrix === 'same') return { isDeep, isSrgb: true };
  return matrix && !isDeep ? { isDeep, isSrgb: false, toSrgb: matrix } : { isDeep, isSrgb: false };
};
