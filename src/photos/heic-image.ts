import { readFile } from 'node:fs/promises';
import { crc32, deflateSync } from 'node:zlib';
import { makeColourConverter } from './colour-code.ts';
import { type HeifPixels, openHeif, type Plane } from './heif-library.ts';
import { openPixels, openPlane, type Picture } from './image-library.ts';
import { sizeRefusal } from './picture-size.ts';

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
  const [y, cb, cr] = await Promise.all(planes.map((plane) => shrink(plane, size)));
  if (!y || !cb || !cr) throw new Error('a component is missing');
  const rgb = toRgb(y, cb, cr, { luma, full, bits: planes[0].bits });
  if (byCode) makeColourConverter(code)?.(rgb);
  return openPixels({ data: toBytes(rgb), info: { ...size, channels: 3 } });
};

const shrink = async ({ samples, width, height, stride }: Plane, size: Size): Promise<Uint8Array | Uint16Array> => {
  const depth = samples instanceof Uint16Array ? 'ushort' : 'uchar';
  const bytes = await openPlane(samples, { width: stride, height })
    .extract({ left: 0, top: 0, width, height })
    .resize(size.width, size.height, { fit: 'fill' })
    .toColourspace(depth === 'ushort' ? 'grey16' : 'b-w')
    .raw({ depth })
    .toBuffer();
  return depth === 'ushort' ? new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.length / 2) : bytes;
};

type Samples = Uint8Array | Uint16Array;
type Meaning = { luma: readonly [red: number, blue: number]; full: boolean; bits: number };

/** Red, green, blue from 0 to 1 (ITU-T H.273); a little beyond where the codec went. */
const toRgb = (y: Samples, cb: Samples, cr: Samples, { luma: [kr, kb], full, bits }: Meaning): Float32Array => {
  const unit = 2 ** (bits - 8);
  const most = 2 ** bits - 1;
  const [black, lumaRange, chromaRange] = full ? [0, most, most] : [16 * unit, 219 * unit, 224 * unit];
  const middle = 128 * unit;
  const rgb = new Float32Array(y.length * 3);
  for (let i = 0; i < y.length; i += 1) {
    const light = ((y[i] ?? 0) - black) / lumaRange;
    const r = light + (2 * (1 - kr) * ((cr[i] ?? 0) - middle)) / chromaRange;
    const b = light + (2 * (1 - kb) * ((cb[i] ?? 0) - middle)) / chromaRange;
    rgb[3 * i] = r;
    rgb[3 * i + 1] = (light - kr * r - kb * b) / (1 - kr - kb);
    rgb[3 * i + 2] = b;
  }
  return rgb;
};

const toBytes = (rgb: Float32Array): Buffer => {
  const bytes = new Uint8ClampedArray(rgb.length);
  for (let i = 0; i < rgb.length; i += 1) bytes[i] = (rgb[i] ?? 0) * 255;
  return Buffer.from(bytes.buffer);
};

/** Pictures with transparency, or of a rarer kind. */
const fromRgba = ({ samples, width, height, stride }: Plane, size: Size): Picture =>
  openPixels({
    data: Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength),
    info: { width: stride / 4, height, channels: 4 },
  })
    .extract({ left: 0, top: 0, width, height })
    .resize(size.width, size.height, { fit: 'fill' });

const BEHIND_HEADER = 33;

/** A PNG with an ICC profile, for the decode that follows to convert by. */
const withProfile = (png: Buffer, profile: Buffer): Buffer => {
  const data = Buffer.concat([Buffer.from('iCCPof the photo\0\0', 'latin1'), deflateSync(profile)]);
  const frame = Buffer.alloc(8);
  frame.writeUInt32BE(data.length - 4, 0);
  frame.writeUInt32BE(crc32(data), 4);
  return Buffer.concat([
    png.subarray(0, BEHIND_HEADER),
    frame.subarray(0, 4),
    data,
    frame.subarray(4),
    png.subarray(BEHIND_HEADER),
  ]);
};
