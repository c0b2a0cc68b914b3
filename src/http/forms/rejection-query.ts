import { z } from 'zod';
import { rejectReasons } from '../../photos/photo.ts';
import { classFilter } from './office-text.ts';

/** The address of the page for a rejection; whatever is not understood counts as not said. */
const schema = z.object({
  back: z.enum(['review', 'parent']).catch('review'),
  class: classFilter,
  reason: z.enum(rejectReasons).optional().catch(undefined),
});

export const readRejectionQuery = (query: unknown) => {
  const { back: backTo, class: className, reason } = schema.parse(query);
  return { backTo, className, reason };
};
