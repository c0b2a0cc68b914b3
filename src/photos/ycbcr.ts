import { type ColourConverter } from './colour-code.ts';
import { openPlane } from './image-library.ts';
import type { Plane } from './heif-library.ts';

type Size = { width: number; height: number };
type Samples = Uint8Array | Uint16Array;

/** The picture of one component, `size` large. */
export const shrinkPlane = async ({ samples, width, height, stride }: Plane, size: Size): Promise<Samples> => {
  const depth = samples instanceof Uint16Array ? 'ushort' : 'uchar';
  const bytes = await openPlane(samples, { width: stride, height })
    .extract({ left: 0, top: 0, width, height })
    .resize(size.width, size.height, { fit: 'fill' })
    .toColourspace(depth === 'ushort' ? 'grey16' : 'b-w')
    .raw({ depth })
    .toBuffer();
  return depth === 'ushort' ? new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.length / 2) : bytes;
};

/** Shares of red and blue in Y, the range and the bits of a sample. */
type Meaning = { luma: readonly [red: number, blue: number]; full: boolean; bits: number };

/** Numbers that are converted at a time: what they take as fractions stays small beside the picture. */
const AT_A_TIME = 65_536;

/** Red, green and blue of 8 bits, of components of one size. `convert` is given them as fractions, a little beyond 0 and 1 where the codec went. */
export const toRgb = (
  [y, cb, cr]: readonly [Samples, Samples, Samples],
  meaning: Meaning,
  convert?: ColourConverter,
): Buffer => {
  const bytes = new Uint8ClampedArray(y.length * 3);
  for (let start = 0; start < y.length; start += AT_A_TIME) {
    const end = start + AT_A_TIME;
    const rgb = fractionsOf([y.subarray(start, end), cb.subarray(start, end), cr.subarray(start, end)], meaning);
    convert?.(rgb);
    for (let i = 0; i < rgb.length; i += 1) bytes[3 * start + i] = (rgb[i] ?? 0) * 255;
  }
  return Buffer.from(bytes.buffer);
};

/** Red, green, blue from 0 to 1 (ITU-T H.273). */
const fractionsOf = (
  [y, cb, cr]: readonly [Samples, Samples, Samples],
  { luma: [kr, kb], full, bits }: Meaning,
): Float32Array => {
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
