// The one place that configures sharp (libvips): what may be decoded, how much memory and how many threads.
import sharp from 'sharp';
import type { Channels, Sharp } from 'sharp';
import { MAX_PIXELS } from './picture-size.ts';

// Parents' photos are all different and are decoded once: a cache only holds memory.
sharp.cache(false);
// Threads within one picture cost more CPU than they bring; several pictures run side by side instead (decode-queue.ts).
sharp.concurrency(1);
// Everything libvips can open is blocked (with all on, a 2 KB SVG holds a thread for 41 s), then what phones send is let in.
// A misspelt name is ignored silently, so a test opens one picture of each kind. `Heif` is for AVIF: the prebuilt library has no HEVC.
sharp.block({ operation: ['VipsForeignLoad'] });
sharp.unblock({
  operation: ['VipsForeignLoadJpeg', 'VipsForeignLoadPng', 'VipsForeignLoadWebp', 'VipsForeignLoadHeif'],
});

/**
 * The header of the picture in `source` (a path or its bytes) as libvips reads it; undefined when it cannot. Decodes no
 * pixels and has no limit of its own, so that the caller can tell 'too large' from 'unreadable'.
 */
export const readHeader = (source: string | Buffer) =>
  sharp(source, { failOn: 'none', limitInputPixels: false, pages: 1 })
    .metadata()
    .catch(() => undefined);

export type Picture = Sharp;

type Reading = {
  /** How broken the picture may be before the pipeline rejects. */
  failOn: 'warning' | 'error';
  /** It has 16 bits a channel, as its header says. */
  isDeep: boolean;
  /** Its profile is left aside: its colours are those of sRGB, or are converted afterwards. */
  ignoreProfile?: boolean;
};

/** A decode that has not begun: the first frame of `source` (a path or its bytes), upright. */
export const openPicture = (source: string | Buffer, { failOn, isDeep, ignoreProfile = false }: Reading): Picture => {
  const picture = sharp(source, {
    ...{ failOn, limitInputPixels: MAX_PIXELS, pages: 1 },
    ...{ autoOrient: true, ignoreIcc: ignoreProfile },
  });
  // sharp 0.35 takes 16-bit colours through Display P3 and forgets to come back when a profile is embedded: 8 bits first.
  return isDeep ? picture.pipelineColourspace('srgb') : picture;
};

/** Raw pixels of 8 bits and their shape. */
export type Pixels = { data: Buffer; info: { width: number; height: number; channels: Channels } };

/** A picture made of raw 8-bit `pixels`. */
export const openPixels = ({ data, info: { width, height, channels } }: Pixels): Picture =>
  sharp(data, { raw: { width, height, channels } });

/** A picture of one component with 8 or 16 bits a sample. */
export const openPlane = (
  samples: Uint8Array | Uint16Array,
  { width, height }: { width: number; height: number },
): Picture => sharp(samples, { raw: { width, height, channels: 1 }, limitInputPixels: false });

const QUALITY = 80;

/**
 * Draws a picture as what we keep: a JPEG without metadata. Huffman tables made to measure would save 4 % of the bytes for
 * 15 % more CPU a photo.
 */
export const encodeJpeg = (picture: Picture) =>
  picture
    .jpeg({ quality: QUALITY, chromaSubsampling: '4:2:0', optimiseCoding: false })
    .toBuffer({ resolveWithObject: true });
