// A photo's journey ⑤: compress
import { hash } from 'node:crypto';
import { freeMemory } from '../platform/free-memory.ts';
import type { Result } from '../shared/result.ts';
import { convertColours } from './convert-colours.ts';
import { drawPortrait } from './crop-portrait.ts';
import { encodeJpeg, openPicture, openPixels } from './image-library.ts';
import type { Picture, Pixels } from './image-library.ts';
import type { ImageFormat, Inspected } from './inspect-image.ts';
import { plainPng } from './plain-png.ts';
import { centreCrop, type PortraitCrop } from './portrait-crop.ts';

const FULL_SIDE = 1200; // pixels: as large as anyone looks at a face
const THUMB_SIDE = 320; // sharp on a list at twice the screen's density
const INSIDE = { fit: 'inside', withoutEnlargement: true } as const;

export type Compressed = {
  /** JPEGs without any metadata or profile, in sRGB, upright, at most 1200 and 320 pixels a side. */
  full: Buffer;
  thumb: Buffer;
  /** A 4:5 part of the picture, at most 480 x 600: its middle, for nobody has looked for a face yet. */
  portrait: Buffer;
  portraitCrop: PortraitCrop;
  width: number;
  height: number;
  thumbWidth: number;
  thumbHeight: number;
  /** SHA-256 of the JPEGs, in hex. */
  sha256: string;
  thumbSha256: string;
  portraitSha256: string;
  /** The picture decodes, but not without warnings: people should look for missing parts. */
  mayBeDamaged: boolean;
};

/**
 * Makes what we keep of the picture at `path`, which `inspectImage` let through. Nothing of the file is copied: the
 * JPEGs are drawn anew from the pixels, so that metadata and whatever hides in the file stay behind. Whatever stops the
 * decoder is `'unreadable'`.
 */
export const compressImage = async (
  path: string,
  seen: Pick<Inspected, 'format' | 'colours'> & Partial<Pick<Inspected, 'inPieces'>>,
): Promise<Result<Compressed, 'unreadable'>> => {
  const { source, isDamaged } = await sourceOf(path, seen);
  if (!source) return { ok: false, reason: 'unreadable' };
  // Some phones write photos that warn ('Invalid SOS parameters'), so a warning alone refuses nothing; 'none' would take
  // truncated uploads for whole.
  for (const failOn of ['warning', 'error'] as const) {
    const { isDeep, isSrgb, toSrgb } = seen.colours;
    const pixels = await decode(openPicture(source, { failOn, isDeep, ignoreProfile: isSrgb || toSrgb !== undefined }));
    if (!pixels) continue;
    if (toSrgb) convertColours(pixels.data, toSrgb);
    const all = await encodeAll(pixels);
    freeMemory(pixels.data);
    return { ok: true, value: { ...all, mayBeDamaged: isDamaged || failOn === 'error' } };
  }
  return { ok: false, reason: 'unreadable' };
};

type Source = { source: string | Buffer | undefined; isDamaged: boolean };

/** What libvips can read of the picture: a path or bytes. */
const sourceOf = async (
  path: string,
  { format, inPieces = false }: { format: ImageFormat; inPieces?: boolean },
): Promise<Source> => {
  if (inPieces) {
    const { decodeInPieces } = await import('./decode-in-pieces.ts');
    return decodeInPieces(path, format, FULL_SIDE).catch((error: unknown) => {
      if (error instanceof Error && 'syscall' in error) throw error; // the file's fault is not the picture's
      return UNREADABLE;
    });
  }
  if (format === 'png') return { source: await plainPng(path), isDamaged: false };
  if (format !== 'heic') return { source: path, isDamaged: false };
  const { drawHeic } = await import('./heic-image.ts'); // 5 MB of code that most processes never need
  return drawHeic(path, FULL_SIDE).then(
    (source) => ({ source, isDamaged: false }),
    () => UNREADABLE,
  );
};

const UNREADABLE: Source = { source: undefined, isDamaged: false };

/** The one decode: raw pixels of 8 bits at the larger size, on white where the picture is transparent. */
const decode = async (picture: Picture): Promise<Pixels | undefined> => {
  try {
    return await picture
      .flatten({ background: 'white' })
      .resize(FULL_SIDE, FULL_SIDE, INSIDE)
      .toColourspace('srgb')
      .raw()
      .toBuffer({ resolveWithObject: true });
  } catch {
    return undefined;
  }
};

/** All JPEGs from the same pixels: 7 % less CPU than a thumbnail made from the JPEG. */
const encodeAll = async (pixels: Pixels): Promise<Omit<Compressed, 'mayBeDamaged'>> => {
  const portraitCrop = centreCrop(pixels.info.width, pixels.info.height);
  const full = await encodeJpeg(openPixels(pixels));
  const thumb = await encodeJpeg(openPixels(pixels).resize(THUMB_SIDE, THUMB_SIDE, INSIDE));
  const portrait = await encodeJpeg(drawPortrait(openPixels(pixels), portraitCrop));
  return {
    full: full.data,
    thumb: thumb.data,
    portrait: portrait.data,
    portraitCrop,
    width: full.info.width,
    height: full.info.height,
    thumbWidth: thumb.info.width,
    thumbHeight: thumb.info.height,
    sha256: hash('sha256', full.data),
    thumbSha256: hash('sha256', thumb.data),
    portraitSha256: hash('sha256', portrait.data),
  };
};
