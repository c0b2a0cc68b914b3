// A photo's journey ⑦: what the service thinks of it
import type { ChangePortrait } from './change-portrait.ts';
import type { PhotoFace } from './photo-check.ts';
import type { Photo } from './photo.ts';
import { cropAround, type PictureSide, type PortraitCrop } from './portrait-crop.ts';

type Deps = { changePortrait: ChangePortrait };

/** The portrait around the face that the checks found, out of the upright full picture. */
export const cropAroundFace = (
  { width, height }: PictureSide,
  { eyes: { left, right }, ...box }: PhotoFace,
): PortraitCrop => {
  const eyes = { x: (left.x + right.x) / 2, y: (left.y + right.y) / 2 };
  return cropAround({ ...box, eyes }, width, height);
};

/**
 * Cuts the portrait around the face that was found, while it is the picture's middle still: what a person chose stays. A photo
 * that was replaced or decided against meanwhile keeps what it has.
 */
export const makePortrayFace =
  ({ changePortrait }: Deps) =>
  async (photo: Photo, face: PhotoFace): Promise<void> => {
    if (photo.portrait && photo.portrait.source !== 'centre') return;
    await changePortrait(photo, cropAroundFace(photo, face), 'face');
  };

export type PortrayFace = ReturnType<typeof makePortrayFace>;
