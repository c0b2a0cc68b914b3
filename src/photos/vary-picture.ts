import { openPicture, openPixels, type Picture } from './image-library.ts';

/** Ways to spoil a good photo, each with what the checks ought to say of it. */
export const variants = ['dark', 'bright', 'blurred', 'on-its-side'] as const;
export type Variant = (typeof variants)[number];

/** Stops of light that the dark one has less and the bright one more, counted in light and not in pixel values. */
const STOPS = { dark: -4, bright: 2.5 };
/** Blur, as a share of the picture's longer side. */
const BLUR = 0.01;
const QUALITY = 80;

/** A spoilt copy of a JPEG as we store it. */
export const varyPicture = async (jpeg: Buffer, variant: Variant): Promise<Buffer> => {
  const picture = openPicture(jpeg, { failOn: 'error', isDeep: false });
  const spoilt = await spoil(picture, variant);
  return spoilt.jpeg({ quality: QUALITY }).toBuffer();
};

const spoil = async (picture: Picture, variant: Variant): Promise<Picture> => {
  if (variant === 'on-its-side') return picture.rotate(90);
  const pixels = await picture.raw().toBuffer({ resolveWithObject: true });
  if (variant === 'blurred') {
    const side = Math.max(pixels.info.width, pixels.info.height);
    return openPixels(pixels).blur(Math.max(0.3, side * BLUR));
  }
  const table = exposed(STOPS[variant]);
  return openPixels({ ...pixels, data: pixels.data.map((value) => table[value] ?? value) as Buffer });
};

/** Each value of sRGB with so many stops more light (IEC 61966-2-1). */
const exposed = (stops: number): number[] =>
  Array.from({ length: 256 }, (_, value) => {
    const coded = value / 255;
    const light = (coded <= 0.04045 ? coded / 12.92 : ((coded + 0.055) / 1.055) ** 2.4) * 2 ** stops;
    const back = light <= 0.0031308 ? light * 12.92 : 1.055 * Math.min(1, light) ** (1 / 2.4) - 0.055;
    return Math.round(255 * Math.min(1, back));
  });
