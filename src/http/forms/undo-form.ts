import { z } from 'zod';
import { parseId } from '../../shared/ids.ts';
import { classFilter } from './office-text.ts';

/** Which decision is taken back, as the page showed it, and where the reviewer goes on. */
const schema = z.object({
  decision: z
    .string()
    .optional()
    .catch(undefined)
    .transform((text) => parseId(text)),
  back: z.enum(['review', 'parent']).catch('review'),
  class: classFilter,
});

export const readUndo = (body: unknown) => {
  const { decision: decisionId, back, class: className } = schema.parse(body ?? {});
  return { decisionId, back, className };
};
