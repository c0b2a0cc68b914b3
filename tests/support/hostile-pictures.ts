// Pictures that someone made to hurt. Everything is built here, byte by byte where no library would do it.
import { constants, deflateRawSync, deflateSync } from 'node:zlib';
import type { PngOptions } from 'sharp';
import { plain, pngChunk, pngWith, scene } from './pictures.ts';
import type { PngChunk } from './pictures.ts';

/** A PNG that claims to be `width` x `height`; behind the claim is next to nothing. */
export const pngClaiming = async (
  width: number,
  height: number,
  picture = scene(),
  options: PngOptions = {},
): Promise<Buffer> => {
  const png = await picture.png(options).toBuffer();
  const header = Buffer.from(png.subarray(16, 29));
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  return Buffer.concat([png.subarray(0, 8), pngChunk(['IHDR', header]), png.subarray(33)]);
};

/** A JPEG whose frame header claims `width` x `height`. */
export const jpegClaiming = async (width: number, height: number, progressive = false): Promise<Buffer> => {
  const jpeg = await scene().jpeg({ progressive }).toBuffer();
  const frame = jpeg.indexOf(Buffer.from([0xff, progressive ? 0xc2 : 0xc0]));
  jpeg.writeUInt16BE(height, frame + 5);
  jpeg.writeUInt16BE(width, frame + 7);
  return jpeg;
};

/** A lossy WebP whose key frame claims `side` x `side`, of at most 16,383. */
export const webpClaiming = async (side: number): Promise<Buffer> => {
  const webp = await scene().webp().toBuffer();
  const frame = webp.indexOf(Buffer.from([0x9d, 0x01, 0x2a]));
  webp.writeUInt16LE(side, frame + 3);
  webp.writeUInt16LE(side, frame + 5);
  return webp;
};

/** An AVIF whose item claims `width` x `height`. */
export const avifClaiming = async (width: number, height: number): Promise<Buffer> => {
  const avif = await scene().avif({ effort: 0 }).toBuffer();
  const extent = avif.indexOf('ispe');
  avif.writeUInt32BE(width, extent + 8);
  avif.writeUInt32BE(height, extent + 12);
  return avif;
};

/** A zlib stream of `first` and then `megabytes` of one letter. Its checksum is wrong, which shows only at the end. */
const inflating = (megabytes: number, first = Buffer.alloc(0)): Buffer => {
  const block = deflateRawSync(Buffer.alloc(1e6, 'a'), { finishFlush: constants.Z_FULL_FLUSH });
  const head = deflateRawSync(first, { finishFlush: constants.Z_FULL_FLUSH });
  const last = deflateRawSync(Buffer.alloc(0));
  const blocks = Array.from({ length: megabytes }, () => block);
  return Buffer.concat([Buffer.from([0x78, 0x9c]), head, ...blocks, last, Buffer.alloc(4)]);
};

const chunkOf = (type: string, head: string, data: Buffer): PngChunk => [
  type,
  Buffer.concat([Buffer.from(head, 'latin1'), data]),
];

/** PNGs that inflate to a gigabyte and more from a chunk beside the pixels. */
export const inflatingPngs = async (): Promise<Record<string, Buffer>> => {
  const gigabyte = inflating(1000);
  const small = deflateSync(Buffer.alloc(6e6, 'a')); // libpng's own limit for one chunk is 8 MB
  const profile = Buffer.alloc(132);
  profile.writeUInt32BE(1e9 + 132, 0);
  profile.write('mntrRGB XYZ ', 12, 'latin1');
  profile.write('acsp', 36, 'latin1');
  return {
    'one zTXt': await pngWith([chunkOf('zTXt', 'Comment\0\0', gigabyte)]),
    'many zTXt': await pngWith(Array.from({ length: 900 }, (_, i) => chunkOf('zTXt', `Comment ${i}\0\0`, small))),
    'XMP in iTXt': await pngWith([chunkOf('iTXt', 'XML:com.adobe.xmp\0\x01\0\0\0', gigabyte)]),
    'a profile': await pngWith([chunkOf('iCCP', 'x\0\0', inflating(1000, profile))]),
    'many profiles': await pngWith(Array.from({ length: 900 }, () => chunkOf('iCCP', 'x\0\0', small))),
  };
};

/** A 48-megapixel progressive JPEG whose last scan comes again and again: each costs a walk over all of the picture. */
export const manyScans = async (times: number): Promise<Buffer> => {
  const jpeg = await plain(8000, 6000).jpeg({ progressive: true }).toBuffer();
  const scan = jpeg.lastIndexOf(Buffer.from([0xff, 0xda]));
  const end = jpeg.length - 2;
  const again = Array.from({ length: times }, () => jpeg.subarray(scan, end));
  return Buffer.concat([jpeg.subarray(0, scan), ...again, jpeg.subarray(end)]);
};

/** Files that are no photo, by the kind they are; some would fetch or run something in a careless program. */
export const notPhotos = async (): Promise<Record<string, Buffer>> => {
  const svg = '<svg xmlns="http://www.w3.org/2000/svg" width="400" height="300"><rect width="400" height="300"/></svg>';
  const ofText = {
    svg,
    'svg behind a declaration': `<?xml version="1.0"?>\n<!-- x -->\n${svg}`,
    pdf: '%PDF-1.4\n1 0 obj<</Type/Catalog/OpenAction<</S/URI/URI(http://127.0.0.1:9/)>>>>endobj\ntrailer<</Root 1 0 R>>',
    html: '<!doctype html><script>alert(1)</script>',
    eps: '%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 400 300\n(/etc/passwd) (r) file\n',
    mvg: 'push graphic-context\nviewbox 0 0 400 300\nimage over 0,0 0,0 "https://127.0.0.1:9/x.png"\npop graphic-context',
    ppm: `P6\n400 300\n255\n${'a'.repeat(400 * 300 * 3)}`,
    radiance: `#?RADIANCE\nFORMAT=32-bit_rle_rgbe\n\n-Y 300 +X 400\n${'a'.repeat(400 * 300 * 4)}`,
    video: '\0\0\0\x18ftypisom\0\0\0\0isommp42',
    'cut-off signature': '\xff\xd8',
    empty: '',
  };
  return {
    ...Object.fromEntries(Object.entries(ofText).map(([kind, text]) => [kind, Buffer.from(text, 'latin1')])),
    gif: await scene().gif().toBuffer(),
    tiff: await scene().tiff().toBuffer(),
  };
};
