// Valid pictures of every kind that phones, cameras and scanners make. Everything is drawn here; nothing is a real photo.
import { crc32 } from 'node:zlib';
import sharp from 'sharp';
import type { Sharp } from 'sharp';

type Colour = readonly [number, number, number];

/** Top left, top right, bottom left, bottom right: what a test looks for after turning and converting. */
export const QUARTERS: readonly Colour[] = [
  [200, 60, 40],
  [60, 160, 60],
  [50, 80, 180],
  [220, 220, 220],
];

/** A picture of four coloured quarters; `order` says which of QUARTERS goes where. */
export const scene = (width = 400, height = 300, order: readonly number[] = [0, 1, 2, 3]): Sharp => {
  const pixels = Buffer.alloc(width * height * 3);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const place = (y < height / 2 ? 0 : 2) + (x < width / 2 ? 0 : 1);
      pixels.set(QUARTERS[order[place] ?? 0] ?? [], (y * width + x) * 3);
    }
  }
  return sharp(pixels, { raw: { width, height, channels: 3 } });
};

/** One colour, without memory of its own: for large pictures. */
export const plain = (width: number, height: number): Sharp =>
  sharp({ create: { width, height, channels: 3, background: '#c83c28' } });

/** The colour in the middle of each quarter of an encoded picture, and how many channels it has. */
export const quartersOf = async (picture: Buffer): Promise<number[][]> => {
  const { data, info } = await sharp(picture).raw().toBuffer({ resolveWithObject: true });
  return [1, 3].flatMap((row) =>
    [1, 3].map((column) => {
      const at = Math.floor((info.height * row) / 4) * info.width + Math.floor((info.width * column) / 4);
      return [...data.subarray(at * info.channels, (at + 1) * info.channels)];
    }),
  );
};

/** Where the quarters of an upright scene lie in the file for each EXIF orientation (TIFF 6.0, tag 274), 1 to 8. */
const STORED: readonly (readonly number[])[] = [
  [0, 1, 2, 3],
  [1, 0, 3, 2],
  [3, 2, 1, 0],
  [2, 3, 0, 1],
  [0, 2, 1, 3],
  [1, 3, 0, 2],
  [3, 1, 2, 0],
  [2, 0, 3, 1],
];

/** A scene that is 400 x 300 when upright, stored as a camera held in that `orientation` stores it, without the tag. */
export const turnedScene = (orientation: number): Sharp => {
  const order = STORED[orientation - 1];
  return orientation > 4 ? scene(300, 400, order) : scene(400, 300, order);
};

/**
 * A photo as a phone takes it: 12 megapixels lying on their side with the tag that says so, the place and the camera in
 * its EXIF, grain. Upright it is 3024 x 4032 and has QUARTERS in their order.
 */
export const phonePhoto = async (): Promise<Buffer> => {
  const size = { width: 4032, height: 3024, channels: 3 } as const;
  const lying = scene(400, 300, STORED[5]).resize(size.width, size.height, { kernel: 'nearest' });
  const noise = { type: 'gaussian', mean: 128, sigma: 40 } as const;
  const grain = sharp({ create: { ...size, background: '#808080', noise } });
  return sharp(await lying.toBuffer(), { raw: size })
    .composite([{ input: await grain.raw().toBuffer(), raw: size, blend: 'soft-light' }])
    .withExif({ IFD0: { Make: 'Phone' }, IFD3: { GPSLatitudeRef: 'N', GPSLatitude: '51/1 30/1 0/1' } })
    .withMetadata({ orientation: 6 })
    .jpeg({ quality: 85 })
    .toBuffer();
};

/** A progressive JPEG of 48 megapixels with something in every place: all of it is held while it is decoded. */
export const costlyPhoto = async (chromaSubsampling: '4:2:0' | '4:4:4'): Promise<Buffer> =>
  (await grainy(8000, 6000)).jpeg({ progressive: true, quality: 80, chromaSubsampling }).toBuffer();

/** Noise of the size of details, not of pixels, as in a photo. */
export const grainy = async (width: number, height: number): Promise<Sharp> => {
  const noise = { type: 'gaussian', mean: 128, sigma: 40 } as const;
  const small = { width: width / 4, height: height / 4, channels: 3, background: 'grey', noise } as const;
  return sharp(await sharp({ create: small }).png().toBuffer()).resize(width, height, { kernel: 'cubic' });
};

/** A transparent square in the middle of nowhere: one colour at the given opacity (0 to 1). */
export const glass = (alpha: number): Sharp =>
  sharp({ create: { width: 400, height: 300, channels: 4, background: { r: 200, g: 60, b: 40, alpha } } });

/** A JPEG of a scene with `segments` (marker, payload) put in behind its first two bytes. */
export const jpegWith = async (
  segments: readonly (readonly [number, Buffer])[],
  picture = scene(),
): Promise<Buffer> => {
  const jpeg = await picture.jpeg().toBuffer();
  const inserted = segments.map(([marker, payload]) => {
    const head = Buffer.from([0xff, marker, 0, 0]);
    head.writeUInt16BE(payload.length + 2, 2);
    return Buffer.concat([head, payload]);
  });
  return Buffer.concat([jpeg.subarray(0, 2), ...inserted, jpeg.subarray(2)]);
};

export type PngChunk = readonly [type: string, data: Buffer];

/** A PNG with `chunks` put in behind its header, or behind its pixels. */
export const pngWith = async (
  chunks: readonly PngChunk[],
  { picture = scene(), behindPixels = false } = {},
): Promise<Buffer> => {
  const png = await picture.png().toBuffer();
  const at = behindPixels ? png.length - 12 : 33;
  return Buffer.concat([png.subarray(0, at), ...chunks.map(pngChunk), png.subarray(at)]);
};

export const pngChunk = ([type, data]: PngChunk): Buffer => {
  const chunk = Buffer.alloc(12 + data.length);
  chunk.writeUInt32BE(data.length, 0);
  chunk.write(type, 4, 'latin1');
  data.copy(chunk, 8);
  chunk.writeUInt32BE(crc32(chunk.subarray(4, 8 + data.length)), 8 + data.length);
  return chunk;
};

/** An EXIF block (TIFF, big-endian): a description, an orientation, and a thumbnail in its second directory. */
export const exif = ({ orientation = 1, description = '', thumbnail = Buffer.alloc(0) }): Buffer => {
  const text = Buffer.from(`${description}\0`);
  const entry = (tag: number, type: number, count: number, value: number): Buffer => {
    const bytes = Buffer.alloc(12);
    bytes.writeUInt16BE(tag, 0);
    bytes.writeUInt16BE(type, 2);
    bytes.writeUInt32BE(count, 4);
    if (type === 3) bytes.writeUInt16BE(value, 8);
    else bytes.writeUInt32BE(value, 8);
    return bytes;
  };
  const directory = (entries: Buffer[], next: number): Buffer => {
    const frame = Buffer.alloc(6);
    frame.writeUInt16BE(entries.length, 0);
    frame.writeUInt32BE(next, 2);
    return Buffer.concat([frame.subarray(0, 2), ...entries, frame.subarray(2)]);
  };
  const second = 8 + 6 + 2 * 12;
  const end = second + 6 + 3 * 12;
  return Buffer.concat([
    Buffer.from('MM\0*\0\0\0\x08', 'latin1'),
    directory([entry(0x010e, 2, text.length, end), entry(0x0112, 3, 1, orientation)], second),
    directory(
      [entry(0x0103, 3, 1, 6), entry(0x0201, 4, 1, end + text.length), entry(0x0202, 4, 1, thumbnail.length)],
      0,
    ),
    text,
    thumbnail,
  ]);
};

/** Two frames of different colours, as an animated WebP. */
export const animatedWebp = (): Promise<Buffer> => {
  const frame = (colour: Colour): Buffer => Buffer.alloc(300 * 300 * 3, Buffer.from(colour));
  const frames = Buffer.concat([frame([200, 60, 40]), frame([50, 80, 180])]);
  return sharp(frames, { raw: { width: 300, height: 600, channels: 3, pageHeight: 300 } })
    .webp({ loop: 0, delay: [100, 100] })
    .toBuffer();
};
