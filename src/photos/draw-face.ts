import { type FaceLook, greys, hairTones, inventLook, skinTones, type Traits } from './face-look.ts';
import { seededRandom } from '../shared/seeded-random.ts';
import { drawBack, drawHair } from './draw-hair.ts';
import { openPixels } from './image-library.ts';
import { type Brush, type Canvas, makeCanvas, shade } from './paint-canvas.ts';
import { ellipse, roundedBox } from './trace-path.ts';

/** What is wrong with the picture; `plain` is as a school wants it. */
export type FaceVariant = 'plain' | 'dark' | 'far' | 'two' | 'turned' | 'covered';

type Wanted = {
  /** The same number is the same face. */
  seed: number;
  /** What the face is invented from; anybody when left out. */
  traits?: Traits;
  /** What of it is not invented. */
  look?: Partial<FaceLook>;
  variant?: FaceVariant;
  /** Pixels; the height is 5/4 of it. */
  width?: number;
};

const ANYBODY: Traits = { woman: true, skins: skinTones.olive, hairs: hairTones.dark };
const QUALITY = 90; // it is compressed once more when it is received

/** Draws the portrait of somebody who does not exist; gives a JPEG. Wrong proportions and flat colours: nobody takes it for a photo. */
export const drawFace = async ({ seed, traits = ANYBODY, look: own, variant = 'plain', width = 960 }: Wanted) => {
  const random = seededRandom(seed);
  const canvas = makeCanvas(width);
  const look = { ...inventLook(random, traits), ...own };
  variants[variant](canvas, look, inventLook(random, { ...traits, woman: !traits.woman }));
  const { pixels: data, height } = canvas;
  const info = {
    format: 'raw',
    size: data.length,
    width,
    height,
    channels: 3,
    premultiplied: false,
    hasAlpha: false,
  } as const;
  return openPixels({ data, info }).jpeg({ quality: QUALITY, chromaSubsampling: '4:4:4' }).toBuffer();
};

const EVERYTHING = 'M0 0H160V200H0Z';

const variants: Record<FaceVariant, (canvas: Canvas, look: FaceLook, other: FaceLook) => void> = {
  plain: (canvas, look) => {
    drawBackdrop(canvas, look);
    drawPerson(canvas, look);
  },
  dark: (canvas, look) => {
    const room = canvas.brush();
    room.fill(EVERYTHING, '#3a3d49');
    room.fill('M100 14h52v110h-52Z', '#8893a8');
    drawPerson(canvas, look);
    room.fill(EVERYTHING, '#070a14', 0.66);
  },
  far: (canvas, look) => {
    const field = canvas.brush();
    field.fill(EVERYTHING, '#cfdcc9');
    field.fill('M0 130H160V200H0Z', '#a9b89f');
    drawPerson(canvas, look, { x: 52, y: 78, scale: 0.36 });
  },
  two: (canvas, look, other) => {
    canvas.brush().fill(EVERYTHING, '#d8d0bf');
    drawPerson(canvas, other, { x: -14, y: 36, scale: 0.86 });
    drawPerson(canvas, look, { x: 62, y: 46, scale: 0.8 });
  },
  turned: (canvas, look) => {
    drawBackdrop(canvas, look);
    drawPerson(canvas, look, { turn: 11 });
  },
  covered: (canvas, look) => {
    drawBackdrop(canvas, look);
    drawPerson(canvas, { ...look, glasses: 'none' });
    drawSunglasses(canvas.brush());
  },
};

const drawBackdrop = (canvas: Canvas, { backdrop }: FaceLook) => {
  canvas.brush().fill(EVERYTHING, backdrop);
  canvas.brush().fill(ellipse(80, 96, 74), '#ffffff', 0.28);
};

type Pose = { x?: number; y?: number; scale?: number; turn?: number };

/** From the back to the front. A turned head has its features to the left and hides the ear there. */
const drawPerson = (canvas: Canvas, look: FaceLook, { x = 0, y = 0, scale = 1, turn = 0 }: Pose = {}) => {
  const body = canvas.brush({ x, y, scale });
  const head = canvas.brush({ x, y, scale, squeeze: look.width });
  const features = canvas.brush({ x: x - turn * scale, y, scale, squeeze: look.width * (turn === 0 ? 1 : 0.82) });
  drawBack(head, look);
  drawClothes(body, look);
  drawHead(head, body, look, turn > 0);
  drawBeard(turn > 0 ? head : features, look);
  drawFeatures(features, look);
  drawHair(head, look);
  drawGlasses(features, look);
};

const SHOULDERS = 'M12 202c2-34 30-46 68-46s66 12 68 46z';

const drawClothes = (body: Brush, { clothes, top, hairstyle }: FaceLook) => {
  body.fill(SHOULDERS, hairstyle === 'scarf' ? shade(top, 0.8) : top);
  if (clothes === 'v-neck') body.fill('M61 156.500l19 25 19-25-19-4z', shade(top, 0.62));
  if (clothes === 'collar') body.fill('M62 156l18 24 18-24-18-6z', '#ffffff');
  if (clothes === 'stripes') {
    for (const y of [170, 182, 194]) body.stroke(stripe(y), shade(top, top === '#e8e4da' ? 0.6 : 1.35), 4);
  }
  if (clothes === 'hood') {
    body.fill('M50 160c6 16 54 16 60 0 6 6 4 20-30 22-34-2-36-16-30-22z', shade(top, 0.78));
    body.stroke('M71 180v13M89 180v13', shade(top, 0.55), 2);
  }
};

/** As far as the shoulders reach at that height. */
const stripe = (y: number): string => {
  const half = 66 * Math.sqrt(1 - ((202 - y) / 46) ** 2) - 2;
  return `M${80 - half} ${y}q${half} 5 ${2 * half} 0`;
};

const drawHead = (head: Brush, body: Brush, { skin, hairstyle, earrings }: FaceLook, turned: boolean) => {
  body.fill('M66 118h28v34c0 18-28 18-28 0z', shade(skin, 0.86));
  const ears = hairstyle === 'scarf' ? [] : turned ? [115] : [45, 115];
  for (const x of ears) {
    head.fill(ellipse(x, 92, 8), shade(skin, 0.86));
    if (earrings) head.fill(ellipse(x < 80 ? x - 2 : x + 2, 102.5, 2.8), '#e9b949');
  }
  head.fill('M46 84c0-28 14-42 34-42s34 14 34 42c0 34-16 52-34 52s-34-18-34-52z', skin);
};

const drawBeard = (face: Brush, { beard, hair, skin }: FaceLook) => {
  const around = 'M46 92c0 30 14 46 34 46s34-16 34-46c-3 10-8 15-14 17-5-6-35-6-40 0-6-2-11-7-14-17z';
  if (beard === 'full') face.fill(around, hair);
  if (beard === 'stubble') face.fill(around, shade(skin, 0.82));
  if (beard === 'moustache') face.fill('M62 114c2-8 12-9 18-6 6-3 16-2 18 6-6-3-12-3-18-3s-12 0-18 3z', hair);
};

const INK = '#2a2320';

const drawFeatures = (face: Brush, { skin, beard, smile, hair }: FaceLook) => {
  face.stroke('M60 80q7-5 14-1M86 79q7-4 14 1', greys.includes(hair) ? '#5d5a5c' : INK, 2.6);
  for (const x of [67, 93]) {
    face.fill(ellipse(x, 90, 3.2, 4), INK);
    face.fill(ellipse(x + 1, 88.5, 0.9), '#ffffff', 0.85);
  }
  for (const x of [58, 102]) face.fill(ellipse(x, 103, 6.5, 4.5), '#e0523f', 0.1);
  face.stroke('M80 92c-1 6-4 9-3 11s4 2 6 1', shade(skin, 0.74), 2.4);
  if (smile === 'open') {
    face.fill('M68 113.500q12 4 24 0c0 8-6 12.500-12 12.500s-12-4.500-12-12.500z', '#7a2f2b');
    face.fill(
      'M69.500 114.200q10.500 3 21 0c-.2 2-.6 3.300-1.200 4.200q-9.300 2-18.600 0c-.6-.9-1-2.200-1.200-4.200z',
      '#ffffff',
    );
  } else face.stroke('M69 115q11 9 22 0', beard === 'full' ? '#8d4a40' : shade(skin, 0.62), 3);
};

const drawGlasses = (face: Brush, { glasses }: FaceLook) => {
  if (glasses === 'none') return;
  const frames = {
    square: [roundedBox(55, 81, 22, 18, 8), roundedBox(83, 81, 22, 18, 8)],
    round: [ellipse(66, 90, 11), ellipse(94, 90, 11)],
  };
  for (const frame of frames[glasses]) face.stroke(frame, '#22283a', 2.6);
  face.stroke('M77 88h6M55 87l-8-2M105 87l8-2', '#22283a', 2.6);
};

const drawSunglasses = (face: Brush) => {
  for (const x of [53, 82]) face.fill(roundedBox(x, 79, 25, 21, 9), '#14161d');
  face.stroke('M77 86h6M53 86l-7-2M107 86l7-2', '#14161d', 3);
  face.stroke('M59 92l7-8M88 92l7-8', '#4a5064', 2.4);
};
