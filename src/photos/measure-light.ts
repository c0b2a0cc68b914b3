/** 8-bit grey without gaps. */
export type Grey = { data: Buffer; width: number; height: number };

export type Light = {
  /** The mean, and the value that 2 in 100 pixels exceed; 0 is black, 255 white. */
  mean: number;
  highlight: number;
  /** Share of pixels without any detail left, from 0 to 1. */
  burnt: number;
};

const BURNT = 245;
const HIGHLIGHT = 0.98;

/** How bright a grey picture is. */
export const measureLight = ({ data }: Grey): Light => {
  const counts = new Uint32Array(256);
  for (const value of data) counts[value] = (counts[value] ?? 0) + 1;
  let sum = 0;
  let burnt = 0;
  let seen = 0;
  let highlight = 255;
  counts.forEach((count, value) => {
    sum += count * value;
    if (value > BURNT) burnt += count;
    if (seen < data.length * HIGHLIGHT) highlight = value;
    seen += count;
  });
  return { mean: sum / data.length, highlight, burnt: burnt / data.length };
};

/**
 * How sharp a grey picture is: the variance of its Laplacian (Pech-Pacheco and others, 2000), which is low where no edge is
 * steep. It depends on the size, so that pictures are compared at one size.
 */
export const measureSharpness = ({ data, width, height }: Grey): number => {
  let sum = 0;
  let squares = 0;
  let count = 0;
  const at = (x: number, y: number) => data[y * width + x] ?? 0;
  for (let y = 1; y < height - 1; y += 1) {
    for (let x = 1; x < width - 1; x += 1) {
      const edge = at(x - 1, y) + at(x + 1, y) + at(x, y - 1) + at(x, y + 1) - 4 * at(x, y);
      sum += edge;
      squares += edge * edge;
      count += 1;
    }
  }
  return count === 0 ? 0 : squares / count - (sum / count) ** 2;
};
