import { checkLimits as limits } from './check-limits.ts';
import type { MeasuredFace, MeasuredPhoto } from './measure-photo.ts';
import type { Box, CheckCode, PhotoCheck, PhotoFace } from './photo-check.ts';

type Limit = { advice: number; hint: number };

/** Holds what was measured against the limits. `mayBeDamaged`: it decoded with warnings only. */
export const judgePhoto = (measured: MeasuredPhoto, { mayBeDamaged }: { mayBeDamaged: boolean }): PhotoCheck[] => [
  ...judgeFaces(measured),
  check('may-be-damaged', mayBeDamaged ? 1 : 0, 0, mayBeDamaged ? 'advice' : 'ok'),
];

const judgeFaces = (measured: MeasuredPhoto): PhotoCheck[] => {
  const face = largestFace(measured);
  if (measured.faces === null) return judgePicture(measured);
  if (!face || !measured.main) return [check('no-face', 0, limits.faces, 'advice'), ...judgePicture(measured)];
  const people = countPeople(measured, face);
  const { light, sharpness, turn, tilt, eyesOpen } = measured.main;
  const { width } = face.box;
  const isLarge = width >= limits.faceWidth;
  return [
    check('several-faces', people, limits.faces, people > limits.faces ? 'advice' : 'ok'),
    atLeast('too-dark', light.highlight, limits.faceHighlight),
    atMost('too-bright', light.burnt, limits.faceBurnt),
    ...(isLarge ? [atLeast('blurred', sharpness, limits.faceSharpness)] : []),
    check('face-too-small', width, limits.faceWidth, isLarge ? 'ok' : 'advice'),
    atMost('face-cut-off', shareOutside(face.box, measured), only(limits.outside)),
    atMost('off-centre', distanceFromMiddle(face.box, measured), only(limits.offCentre)),
    atMost('turned', Math.abs(turn), limits.turn),
    atMost('tilted', Math.abs(tilt), only(limits.tilt)),
    check('eyes-closed', eyesOpen, limits.eyesOpen, eyesOpen < limits.eyesOpen ? 'hint' : 'ok'),
  ];
};

/** Light and sharpness of the whole picture, where no face is known. */
const judgePicture = ({ light, sharpness }: MeasuredPhoto): PhotoCheck[] => [
  atLeast('too-dark', light.highlight, limits.pictureHighlight),
  atMost('too-bright', light.burnt, limits.pictureBurnt),
  atLeast('blurred', sharpness, limits.pictureSharpness),
];

/** The face that the checks are about; what no head is shaped like is none. */
const largestFace = ({ faces }: MeasuredPhoto): MeasuredFace | undefined => {
  const [largest] = faces ?? [];
  if (!largest) return undefined;
  const shape = largest.box.height / largest.box.width;
  return shape >= limits.faceShape.least && shape <= limits.faceShape.most ? largest : undefined;
};

const countPeople = ({ faces }: MeasuredPhoto, main: MeasuredFace): number => {
  const area = ({ box }: MeasuredFace) => box.width * box.height;
  const others = (faces ?? []).filter((face) => face !== main && face.score > limits.otherFaceScore);
  return 1 + others.filter((face) => area(face) > limits.otherFaceShare * area(main)).length;
};

type Size = { width: number; height: number };

const within = (box: Box, { width, height }: Size): Box => {
  const x = Math.max(0, box.x);
  const y = Math.max(0, box.y);
  return {
    x,
    y,
    width: Math.max(0, Math.min(width, box.x + box.width) - x),
    height: Math.max(0, Math.min(height, box.y + box.height) - y),
  };
};

const shareOutside = (box: Box, picture: Size): number => {
  const inside = within(box, picture);
  return Math.max(0, 1 - (inside.width * inside.height) / (box.width * box.height));
};

const distanceFromMiddle = ({ x, width }: Box, picture: Size): number =>
  Math.abs((x + width / 2) / picture.width - 0.5);

/** Where the face is, for whoever makes a portrait of it; null when none was found. */
export const faceOf = (measured: MeasuredPhoto): PhotoFace | null => {
  const face = largestFace(measured);
  if (!face || !measured.main) return null;
  const { x, y, width, height } = within(face.box, measured);
  const { left, right } = measured.main.eyes;
  const whole = (point: { x: number; y: number }) => ({ x: Math.round(point.x), y: Math.round(point.y) });
  return {
    ...whole({ x, y }),
    width: Math.round(width),
    height: Math.round(height),
    eyes: { left: whole(left), right: whole(right) },
  };
};

const check = (code: CheckCode, value: number, limit: number, level: PhotoCheck['level']): PhotoCheck => ({
  code,
  level,
  value: Math.round(value * 1000) / 1000,
  limit,
});

const only = (advice: number): Limit => ({ advice, hint: advice });

const atLeast = (code: CheckCode, value: number, { advice, hint }: Limit): PhotoCheck =>
  check(code, value, advice, value < advice ? 'advice' : value < hint ? 'hint' : 'ok');

const atMost = (code: CheckCode, value: number, { advice, hint }: Limit): PhotoCheck =>
  check(code, value, advice, value > advice ? 'advice' : value > hint ? 'hint' : 'ok');
