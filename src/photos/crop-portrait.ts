// A photo's journey ⑤: compress (the portrait)
import { encodeJpeg, openPicture, type Picture } from './image-library.ts';
import { cropWidth, type PortraitCrop } from './portrait-crop.ts';

/** As large as any list, letter or screen at the gate shows a face. */
const MOST = { width: 480, height: 600 };

/**
 * Cuts the portrait out of a photo's stored full JPEG: a JPEG of at most 480 x 600 pixels, never larger than the crop, with
 * nothing in it but pixels. Rejects when the bytes are no whole picture, or the crop is not inside it.
 */
export const cropPortrait = async (full: Buffer, crop: PortraitCrop): Promise<Buffer> => {
  const { data } = await encodeJpeg(drawPortrait(openPicture(full, { failOn: 'error', isDeep: false }), crop));
  return data;
};

/** The same from a picture that is open already: upright, not turned and not resized yet. */
export const drawPortrait = (picture: Picture, { turn, x, y, size }: PortraitCrop): Picture => {
  const width = cropWidth(size);
  const turned = turn === 0 ? picture : picture.rotate(turn);
  const cropped = turned.extract({ left: x, top: y, width, height: size });
  if (size <= MOST.height) return cropped;
  return cropped.resize({ ...MOST, fit: 'fill' }); // 4:5 but for a part of a pixel
};
