import { z } from 'zod';
import { cropSteps } from '../../photos/adjust-crop.ts';
import { type PortraitCrop, turns } from '../../photos/portrait-crop.ts';
import { classFilter } from './office-text.ts';

/** Where the page was come from and leads back to. */
const origin = {
  back: z.enum(['review', 'parent']).catch('review'),
  class: classFilter,
};

export type CropOrigin = { backTo: 'review' | 'parent'; className: string | null };

/** The address of the page; whatever is not understood counts as not said. */
export const readCropQuery = (query: unknown): CropOrigin => {
  const { back: backTo, class: className } = z.object(origin).parse(query);
  return { backTo, className };
};

/** A whole number of at most seven digits: more is nonsense, and so is everything else. */
const pixels = z
  .string()
  .regex(/^-?\d{1,7}$/)
  .transform(Number)
  .nullable()
  .catch(null);

const schema = z.object({
  ...origin,
  do: z.enum([...cropSteps, 'auto', 'save']),
  turn: z
    .enum(turns.map(String))
    .transform((text) => turns.find((turn) => String(turn) === text))
    .optional()
    .catch(undefined),
  x: pixels,
  y: pixels,
  size: pixels,
});

export type CropForm = CropOrigin & { press: z.infer<typeof schema>['do']; crop: PortraitCrop };

/**
 * Reads what was pressed, and the crop as the page showed it; a field that is nonsense counts as `saved` has it. Inside the
 * picture it need not be: that is for the use case. Undefined when no button of ours was pressed.
 */
export const readCropForm = (body: unknown, saved: PortraitCrop): CropForm | undefined => {
  const read = schema.safeParse(body ?? {});
  if (!read.success) return undefined;
  const { do: press, back: backTo, class: className, turn, x, y, size } = read.data;
  const crop = { turn: turn ?? saved.turn, x: x ?? saved.x, y: y ?? saved.y, size: size ?? saved.size };
  return { press, backTo, className, crop };
};
