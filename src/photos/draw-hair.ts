import type { FaceLook, Hairstyle } from './face-look.ts';
import { type Brush, shade } from './paint-canvas.ts';
import { ellipse } from './trace-path.ts';

type Draw = (head: Brush, look: FaceLook) => void;

/** What of the hair, or of a scarf, is behind the head. */
export const drawBack: Draw = (head, look) => behind[look.hairstyle]?.(head, look);

/** What of it is in front of the head. */
export const drawHair: Draw = (head, look) => before[look.hairstyle](head, look);

/** Circles of tight curls round the head: x, y, radius. */
const CURLS = [
  ...[46, 66, 15, 56, 50, 16, 72, 41, 17, 90, 41, 17, 105, 51, 16, 114, 66, 15, 42, 84, 13, 118, 84, 13],
  ...[41, 102, 12, 119, 102, 12, 64, 54, 13, 96, 54, 13, 80, 50, 13],
];

const behind: Partial<Record<Hairstyle, Draw>> = {
  long: (head, { hair }) =>
    head.fill(
      'M38 92C35 42 58 32 80 32s46 10 43 60c-1 26 3 44 6 60-8 10-30 14-49 14s-40-4-48-14c3-16 7-34 6-60z',
      hair,
    ),
  waves: (head, { hair }) =>
    head.fill(
      'M37 88C34 44 56 31 80 31s46 13 43 57c3 9 7 13 4 22 5 9 6 15 1 24 3 10-2 19-13 20-10 6-60 6-70 0-11-1-16-10-13-20-5-9-4-15 1-24-3-9 1-13 4-22z',
      hair,
    ),
  bob: (head, { hair }) =>
    head.fill('M36 96C32 46 54 31 80 31s48 15 44 65c0 16-1 30-8 36-14 6-58 6-72 0-7-6-8-20-8-36z', hair),
  bun: (head, { hair }) => {
    head.fill(ellipse(80, 30, 17), shade(hair, 1.18));
    head.fill('M42 92C38 50 58 38 80 38s42 12 38 54z', hair);
  },
  ponytail: (head, { hair }) => {
    head.fill('M108 50c20 4 26 28 22 56-2 18-2 32 4 44-20 2-32-12-30-40 2-26 2-44 4-60z', shade(hair, 0.9));
    head.fill('M42 92C38 50 58 37 80 37s42 13 38 55z', hair);
  },
  curls: (head, { hair }) => {
    for (let i = 0; i < CURLS.length; i += 3)
      head.fill(ellipse(CURLS[i] ?? 0, CURLS[i + 1] ?? 0, CURLS[i + 2] ?? 0), hair);
  },
  scarf: (head, { cloth }) =>
    head.fill('M34 100C30 46 56 28 80 28s50 18 46 72c0 26 8 42 15 62H19c7-20 15-36 15-62z', shade(cloth, 0.85)),
};

const FRINGE = 'M45 86c-2-34 16-49 38-49 24 0 34 21 32 49-10-6-18-14-26-28-9 16-28 20-44 28z';

const before: Record<Hairstyle, Draw> = {
  long: (head, { hair }) => head.fill(FRINGE, hair),
  waves: (head, { hair }) =>
    head.fill('M45 88c-4-34 14-51 35-51s39 17 35 51c-5-12-12-22-35-30-23 8-30 18-35 30z', hair),
  bob: (head, { hair }) => head.fill('M45 84c0-30 14-46 35-46s36 16 35 46c-12-4-22-10-30-20-10 10-24 16-40 20z', hair),
  bun: (head, { hair }) => head.fill('M46 80c0-28 14-42 34-42s34 14 34 42c-8-14-20-20-34-20s-26 6-34 20z', hair),
  ponytail: (head, { hair }) =>
    head.fill('M45 84c-1-31 14-46 35-46s36 15 35 46c-6-13-15-21-30-25-8 12-24 16-40 25z', hair),
  curls: (head, { hair }) => head.fill('M46 80c-2-34 14-48 34-48s36 14 34 48c-8-12-19-17-34-17s-26 5-34 17z', hair),
  short: (head, { hair }) =>
    head.fill('M45 82c-3-34 13-45 35-45s38 11 35 45c-3-12-8-20-14-22-13-4-29-4-42 0-6 2-11 10-14 22z', hair),
  swept: (head, { hair }) =>
    head.fill('M44 86c-6-40 14-52 38-52 26 0 40 14 34 52-3-12-7-18-13-22-14 4-34 3-46-3-7 5-10 13-13 25z', hair),
  crop: (head, { hair }) =>
    head.fill(
      'M45 84c-3-32 12-44 35-44s38 12 35 44c-2-8-4-14-6-18-8-6-18-9-29-9s-21 3-29 9c-2 4-4 10-6 18z',
      shade(hair, 1.12),
    ),
  bald: (head, { hair }) =>
    head.fill('M45 92c-2-10-1-20 2-28 2 8 2 18 2 28zM115 92c2-10 1-20-2-28-2 8-2 18-2 28z', shade(hair, 0.92)),
  scarf: (head, { cloth }) => {
    const edge = 'M38 96C36 50 56 33 80 33s44 17 42 63c-1 24-10 44-42 50-32-6-41-26-42-50z';
    head.fill(`${edge}m10-4c0 26 12 40 32 40s32-14 32-40-12-38-32-38-32 12-32 38z`, cloth);
    head.fill('M40 122c-22 26-28 46-24 62 34-14 94-14 128 0 4-16-2-36-24-62-16 22-64 22-80 0z', shade(cloth, 0.85));
  },
  turban: (head, { cloth }) => {
    head.fill('M40 76c-6-34 16-48 40-48s46 14 40 48c-10-12-24-18-40-18s-30 6-40 18z', cloth);
    head.stroke('M44 66c14-22 44-32 66-24M46 74c14-22 46-30 70-18M80 58c-2-8-2-16 0-28', shade(cloth, 1.18), 3);
  },
};
