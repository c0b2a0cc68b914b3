/** A part of a picture: red, green and blue, 8 bits each, line by line. */
type Part = { left: number; top: number; width: number; height: number; rgb: Uint8Array };

/** Sums of so many squared values of 255 fit 16 bits. */
export const MAX_FACTOR = 16;

/**
 * A canvas for a picture of `width` x `height` pixels that arrives in parts and is made smaller by the whole number `factor` (1 to
 * 16): each pixel of the canvas is the mean of a square of `factor` pixels a side, wherever the parts meet. It takes 6 bytes
 * for each of its pixels.
 */
export const makeShrinkCanvas = (width: number, height: number, factor: number) => {
  const [across, down] = [Math.ceil(width / factor), Math.ceil(height / factor)];
  const sums = new Uint16Array(across * down * 3);

  return {
    width: across,
    height: down,

    /** What reaches beyond the picture's right or lower edge is left out. */
    add: ({ left, top, rgb, ...size }: Part): void => {
      const columns = Math.min(size.width, width - left);
      const rows = Math.min(size.height, height - top);
      for (let y = 0; y < rows; y += 1) {
        const line = Math.floor((top + y) / factor) * across;
        addLine(sums, (line + Math.floor(left / factor)) * 3, {
          ...{ rgb, from: y * size.width * 3, count: columns },
          ...{ factor, inSquare: factor - (left % factor) },
        });
      }
    },

    /** The picture; the canvas is used up, for its memory is taken over. */
    finish: (): Buffer => {
      const bytes = new Uint8Array(sums.buffer);
      for (let y = 0; y < down; y += 1) {
        const rows = Math.min(factor, height - y * factor);
        for (let x = 0; x < across; x += 1) {
          const count = rows * Math.min(factor, width - x * factor);
          const at = (y * across + x) * 3;
          // A sum is read before its own place, further ahead, is written.
          for (let i = at; i < at + 3; i += 1) bytes[i] = ((sums[i] as number) + (count >> 1)) / count;
        }
      }
      return Buffer.from(sums.buffer, 0, sums.length);
    },
  };
};

type Line = { rgb: Uint8Array; from: number; count: number; factor: number; inSquare: number };

/** Adds `count` pixels to the sums from `start` on; `inSquare`: how many go to the first one. */
const addLine = (sums: Uint16Array, start: number, { rgb, from, count, factor, inSquare }: Line): void => {
  let [at, place, left, square] = [from, start, count, inSquare];
  while (left > 0) {
    const end = at + 3 * Math.min(square, left);
    left -= square;
    let [red, green, blue] = [0, 0, 0];
    for (; at < end; at += 3) {
      red += rgb[at] as number;
      green += rgb[at + 1] as number;
      blue += rgb[at + 2] as number;
    }
    sums[place] = (sums[place] as number) + red;
    sums[place + 1] = (sums[place + 1] as number) + green;
    sums[place + 2] = (sums[place + 2] as number) + blue;
    place += 3;
    square = factor;
  }
};
