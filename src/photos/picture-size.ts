/** A picture of more pixels is refused; 50 megapixels are more than any phone sends without its 'raw' mode. */
export const MAX_PIXELS = 50_000_000;
const MIN_SIDE = 200; // below, a face cannot be told from another
const MAX_SIDE = 16_384; // at most 50 megapixels and 1:4 give 14,142
const MAX_ASPECT = 4;

/** Why a picture of that many pixels is not taken, if so. */
export const sizeRefusal = (width: number, height: number): 'too-small' | 'too-large' | 'too-long' | undefined => {
  const short = Math.min(width, height);
  const long = Math.max(width, height);
  if (short < MIN_SIDE) return 'too-small';
  if (width * height > MAX_PIXELS || long > MAX_SIDE) return 'too-large';
  return long / short > MAX_ASPECT ? 'too-long' : undefined;
};
