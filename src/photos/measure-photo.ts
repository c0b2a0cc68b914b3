import type { FaceLibrary, Rgb } from './face-library.ts';
import { openPicture, openPixels, type Picture, type Pixels } from './image-library.ts';
import { type Grey, type Light, measureLight, measureSharpness } from './measure-light.ts';
import { measurePose, type Point, type Pose } from './measure-pose.ts';
import type { Box } from './photo-check.ts';
import { PRINT_SIDE, picturePrint } from './picture-print.ts';

export type MeasuredFace = {
  /** In pixels of the picture, which it may leave at the edges. */
  box: Box;
  score: number;
};

/** What was measured in a photo; sizes and places in its own pixels. */
export type MeasuredPhoto = {
  width: number;
  height: number;
  light: Light;
  /** Of the whole picture at one size; see measure-light.ts. */
  sharpness: number;
  print: string | undefined;
  /** Null: nobody looked for faces. The largest first. */
  faces: MeasuredFace[] | null;
  /** Of the largest face. */
  main: (Pose & { light: Light; sharpness: number }) | null;
};

/** Pixels of the longer side at which faces are looked for; the detectors look at 512 and 416. */
const SEARCH_SIDE = 640;
/**
 * Shares of the longer side that are put round the picture in grey, the next where the one before shows no face. Without a border
 * close faces are missed (6 of 40 found); with the first one, those that fill nearly the whole picture still are.
 */
const BORDERS = [0.2, 0.5];
const BORDER_GREY = '#808080';
/** Pixels at which a face is compared with the limits of light and sharpness. */
const FACE_SIDE = 160;
/** Of the box of a face, the inner part without hair and background. */
const INNER = { from: 24, side: 112 };
/** Pixels at which whole pictures are compared. */
const WHOLE_SIDE = 320;

/** Measures a JPEG as we store it (upright, sRGB). Without a library no face is looked for. Rejects when it cannot be decoded. */
export const measurePhoto = async (jpeg: Buffer, library: FaceLibrary | undefined): Promise<MeasuredPhoto> => {
  const photo = await rgb(openPicture(jpeg, { failOn: 'error', isDeep: false }).flatten({ background: 'white' }));
  const { width, height } = photo.info;
  const whole = await grey(openPixels(photo).resize(WHOLE_SIDE, WHOLE_SIDE, { fit: 'inside' }));
  const small = await grey(openPixels(photo).resize(PRINT_SIDE, PRINT_SIDE, { fit: 'fill' }));
  const measured = {
    ...{ width, height, light: measureLight(whole), sharpness: measureSharpness(whole), print: picturePrint(small) },
  };
  if (!library) return { ...measured, faces: null, main: null };

  const { faces, pose } = await findFaces(photo, library);
  const [largest] = faces;
  if (!largest || !pose) return { ...measured, faces, main: null };
  const face = await greyFace(photo, largest.box);
  const main = { ...pose, light: measureLight(innerOf(face)), sharpness: measureSharpness(face) };
  return { ...measured, faces, main };
};

const rgb = (picture: Picture): Promise<Pixels> =>
  picture.toColourspace('srgb').raw().toBuffer({ resolveWithObject: true });

const grey = async (picture: Picture): Promise<Grey> => {
  const { data, info } = await picture.greyscale().raw().toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height };
};

/** Looks for faces in a smaller copy with a grey border; gives them in the photo's own pixels. */
const findFaces = async (photo: Pixels, library: FaceLibrary) => {
  const copy = await rgb(openPixels(photo).resize(SEARCH_SIDE, SEARCH_SIDE, { fit: 'inside' }));
  for (const share of BORDERS) {
    const found = await findWithin(copy, share, library);
    if (found.faces.length > 0) return inPhoto(found, photo.info.width / copy.info.width);
  }
  return { faces: [], pose: undefined };
};

type Found = Awaited<ReturnType<FaceLibrary['look']>>;

/** What is found with such a border, in the pixels of the copy. */
const findWithin = async (copy: Pixels, share: number, library: FaceLibrary): Promise<Found> => {
  const border = Math.round(Math.max(copy.info.width, copy.info.height) * share);
  const sides = { top: border, bottom: border, left: border, right: border, background: BORDER_GREY };
  const framed = await rgb(openPixels(copy).extend(sides));
  const picture: Rgb = { data: framed.data, width: framed.info.width, height: framed.info.height };
  const { faces, points } = await library.look(picture);
  const back = <P extends Point>(point: P): P => ({ ...point, x: point.x - border, y: point.y - border });
  return { faces: faces.map(({ box, score }) => ({ score, box: back(box) })), points: points.map(back) };
};

const inPhoto = ({ faces, points }: Found, scale: number) => ({
  faces: faces.map(({ box: { x, y, width, height }, score }): MeasuredFace => ({
    score,
    box: { x: x * scale, y: y * scale, width: width * scale, height: height * scale },
  })),
  pose: measurePose(points.map(({ x, y }) => ({ x: x * scale, y: y * scale }))),
});

/** The part of a face that is within the photo, at one size. */
const greyFace = (photo: Pixels, box: Box): Promise<Grey> => {
  const { width, height } = photo.info;
  const left = clamp(Math.floor(box.x), 0, width - 1);
  const top = clamp(Math.floor(box.y), 0, height - 1);
  const part = {
    left,
    top,
    width: clamp(Math.ceil(box.x + box.width), left + 1, width) - left,
    height: clamp(Math.ceil(box.y + box.height), top + 1, height) - top,
  };
  return grey(openPixels(photo).extract(part).resize(FACE_SIDE, FACE_SIDE, { fit: 'fill' }));
};

const innerOf = ({ data, width }: Grey): Grey => {
  const rows = Array.from({ length: INNER.side }, (_, row) => {
    const start = (INNER.from + row) * width + INNER.from;
    return data.subarray(start, start + INNER.side);
  });
  return { data: Buffer.concat(rows), width: INNER.side, height: INNER.side };
};

const clamp = (value: number, least: number, most: number): number => Math.min(Math.max(value, least), most);
