/**
 * Which part of a photo is its portrait: the stored full picture turned clockwise by `turn` degrees, then a 4:5 rectangle with
 * its top left corner at `x`, `y` and the height `size`. Whole pixels, all inside the turned picture.
 */
export type PortraitCrop = { turn: Turn; x: number; y: number; size: number };

export const turns = [0, 90, 180, 270] as const;
export type Turn = (typeof turns)[number];

/** Pixels of the full stored picture, before any turn. */
export type PictureSide = { width: number; height: number };

/** Where a face is in the full stored picture, in its pixels. Without `eyes` (the point between them) their usual place is taken. */
export type FaceBox = { x: number; y: number; width: number; height: number; eyes?: { x: number; y: number } };

const RATIO = 4 / 5;
/** Of the crop around a face, measured on portraits (docs/adr/0014-portraits.md): height in face boxes, eyes from the top. */
const FACE_HEIGHTS = 2.1;
const EYES_AT = 0.42;
/** How far down a detector's box the eyes are, where it does not say. */
const EYES_IN_BOX = 0.4;
/** Closer than this nobody needs to go: 80 x 100 pixels. Smaller pictures are taken whole. */
const SMALLEST = 100;

/** The width of a crop that is `size` pixels high: 4:5 as far as whole pixels allow. */
export const cropWidth = (size: number): number => Math.round(size * RATIO);

/** The picture's sides after the turn. */
export const turnedSides = (turn: Turn, { width, height }: PictureSide): PictureSide =>
  turn === 90 || turn === 270 ? { width: height, height: width } : { width, height };

/** The largest part of the picture that is 4:5, from its middle. */
export const centreCrop = (width: number, height: number): PortraitCrop => {
  const size = largestSize({ width, height });
  return aroundPoint({ turn: 0, size }, { x: width / 2, y: height / 2 }, { width, height });
};

/** The crop that shows a face as portraits do; at the picture's edge as far as the picture reaches. */
export const cropAround = (face: FaceBox, width: number, height: number): PortraitCrop => {
  const eyes = face.eyes ?? { x: face.x + face.width / 2, y: face.y + face.height * EYES_IN_BOX };
  const size = clampSize(face.height * FACE_HEIGHTS, { width, height });
  const middle = { x: eyes.x, y: eyes.y + size * (0.5 - EYES_AT) };
  return aroundPoint({ turn: 0, size }, middle, { width, height });
};

/** The nearest crop that is inside the picture; a sound one stays as it is. */
export const clampCrop = ({ turn, x, y, size }: PortraitCrop, picture: PictureSide): PortraitCrop => {
  const sides = turnedSides(turn, picture);
  const clamped = clampSize(size, sides);
  return {
    turn,
    x: clamp(x, 0, sides.width - cropWidth(clamped)),
    y: clamp(y, 0, sides.height - clamped),
    size: clamped,
  };
};

/** The point in the middle of a crop, in the turned picture. */
export const middleOf = ({ x, y, size }: PortraitCrop): { x: number; y: number } => ({
  x: x + cropWidth(size) / 2,
  y: y + size / 2,
});

/** The crop of that size whose middle is nearest to `middle`. */
export const aroundPoint = (
  { turn, size }: Pick<PortraitCrop, 'turn' | 'size'>,
  middle: { x: number; y: number },
  picture: PictureSide,
): PortraitCrop => {
  const clamped = clampSize(size, turnedSides(turn, picture));
  return clampCrop({ turn, x: middle.x - cropWidth(clamped) / 2, y: middle.y - clamped / 2, size: clamped }, picture);
};

/** cropWidth(size) <= width, solved for the size: 4/5 of a whole number is never half a pixel. */
const largestSize = ({ width, height }: PictureSide): number => Math.min(height, Math.floor(width / RATIO + 0.625));

const clampSize = (size: number, sides: PictureSide): number => {
  const largest = largestSize(sides);
  return clamp(size, Math.min(SMALLEST, largest), largest);
};

/** The whole number in the bounds that is nearest; the lowest for what is no number. */
const clamp = (value: number, lowest: number, highest: number): number =>
  Number.isNaN(value) ? lowest : Math.round(Math.min(Math.max(value, lowest), highest));
