import { readFile } from 'node:fs/promises';
import { makeColourConverter } from './colour-code.ts';
import { type HeifPixels, openHeif, type Plane } from './heif-library.ts';
import { openPixels, type Picture } from './image-library.ts';
import { sizeRefusal } from './picture-size.ts';
import { withProfile } from './png-profile.ts';
import { shrinkPlane, toRgb } from './ycbcr.ts';

/**
 * The HEIC picture at `path` as a PNG of at most `side` pixels, upright, with the profile that it had, for compressImage to go on with;
 * it is not packed. Blocks its thread for as long as libheif decodes, and leaves what libheif took of memory taken: for a process
 * that ends afterwards. Throws when it cannot be decoded.
 */
export const drawHeic = async (path: string, side: number): Promise<Buffer> => {
  const heif = openHeif(await readFile(path));
  if (sizeRefusal(heif.width, heif.height)) throw new Error('its header and its picture differ in size');
  const pixels = heif.decode();
  const scale = Math.min(1, side / Math.max(heif.width, heif.height));
  const size = { width: Math.round(heif.width * scale), height: Math.round(heif.height * scale) };
  const profile = heif.profile();
  const picture = pixels.kind === 'planes' ? await fromPlanes(pixels, size, !profile) : fromRgba(pixels.plane, size);
  const png = await picture.png({ compressionLevel: 0 }).toBuffer();
  return profile ? withProfile(png, profile) : png;
};

type Size = { width: number; height: number };

/** Each component is made small before anything else: a fifth of the memory and a third of the time of doing it last. */
const fromPlanes = async (pixels: HeifPixels & { kind: 'planes' }, size: Size, byCode: boolean): Promise<Picture> => {
  const { planes, luma, full, code } = pixels;
  const [y, cb, cr] = await Promise.all(planes.map((plane) => shrinkPlane(plane, size)));
  if (!y || !cb || !cr) throw new Error('a component is missing');
  const convert = byCode ? makeColourConverter(code) : undefined;
  const data = toRgb([y, cb, cr], { luma, full, bits: planes[0].bits }, convert);
  return openPixels({ data, info: { ...size, channels: 3 } });
};

/** Pictures with transparency, or of a rarer kind. */
const fromRgba = ({ samples, width, height, stride }: Plane, size: Size): Picture =>
  openPixels({
    data: Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength),
    info: { width: stride / 4, height, channels: 4 },
  })
    .extract({ left: 0, top: 0, width, height })
    .resize(size.width, size.height, { fit: 'fill' });
