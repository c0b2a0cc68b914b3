import {
  aroundPoint,
  clampCrop,
  middleOf,
  type PictureSide,
  type PortraitCrop,
  type Turn,
  turnedSides,
} from './portrait-crop.ts';

/** What one press of a button does to a crop. */
export const cropSteps = ['turn-left', 'turn-right', 'up', 'left', 'right', 'down', 'closer', 'wider'] as const;
export type CropStep = (typeof cropSteps)[number];

/** A step to the side is a tenth of the crop's height; one closer makes the crop a seventh smaller. */
const MOVE = 0.1;
const CLOSER = 6 / 7;

/** The crop after one step, still inside the picture. At an edge, or as close or wide as can be, it stays as it is. */
export const adjustCrop = (crop: PortraitCrop, step: CropStep, picture: PictureSide): PortraitCrop => {
  const far = Math.max(1, Math.round(crop.size * MOVE));
  switch (step) {
    case 'turn-left':
      return turnCrop(crop, 270, picture);
    case 'turn-right':
      return turnCrop(crop, 90, picture);
    case 'closer':
      return aroundPoint({ ...crop, size: crop.size * CLOSER }, middleOf(crop), picture);
    case 'wider':
      return aroundPoint({ ...crop, size: crop.size / CLOSER }, middleOf(crop), picture);
    case 'up':
      return clampCrop({ ...crop, y: crop.y - far }, picture);
    case 'down':
      return clampCrop({ ...crop, y: crop.y + far }, picture);
    case 'left':
      return clampCrop({ ...crop, x: crop.x - far }, picture);
    case 'right':
      return clampCrop({ ...crop, x: crop.x + far }, picture);
  }
};

/** The crop of the same size around the same point, with the picture turned clockwise by that much more. */
export const turnCrop = (crop: PortraitCrop, by: Turn, picture: PictureSide): PortraitCrop => {
  let { turn } = crop;
  let middle = middleOf(crop);
  for (let left: number = by; left > 0; left -= 90) {
    const { height } = turnedSides(turn, picture);
    middle = { x: height - middle.y, y: middle.x };
    turn = ((turn + 90) % 360) as Turn;
  }
  return aroundPoint({ turn, size: crop.size }, middle, picture);
};
