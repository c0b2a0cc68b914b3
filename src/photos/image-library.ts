// The one place that configures sharp (libvips): what may be decoded, how much memory and how many threads.
import sharp from 'sharp';
import type { OutputInfo, Sharp } from 'sharp';

/** A picture of more pixels is refused; 50 megapixels are more than any phone sends without its 'raw' mode. */
export const MAX_PIXELS = 50_000_000;

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

/**
 * A decode that has not begun: the first frame of `source` (a path or its bytes), upright. `failOn` says how broken the
 * picture may be before the pipeline rejects; `isDeep` that it has 16 bits a channel, as its header says.
 */
export const openPicture = (
  source: string | Buffer,
  { failOn, isDeep }: { failOn: 'warning' | 'error'; isDeep: boolean },
): Picture => {
  const picture = sharp(source, { failOn, limitInputPixels: MAX_PIXELS, pages: 1, autoOrient: true });
  // sharp 0.35 takes 16-bit colours through Display P3 and forgets to come back when a profile is embedded: 8 bits first.
  return isDeep ? picture.pipelineColourspace('srgb') : picture;
};

/** Raw pixels and their shape, as sharp gives them. */
export type Pixels = { data: Buffer; info: OutputInfo };

/** A picture made of raw 8-bit `pixels`. */
export const openPixels = ({ data, info: { width, height, channels } }: Pixels): Picture =>
  sharp(data, { raw: { width, height, channels } });
