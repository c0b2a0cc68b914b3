import { z } from 'zod';
import { parseId } from '../../shared/ids.ts';
import { classFilter } from './office-text.ts';

const id = z
  .string()
  .optional()
  .catch(undefined)
  .transform((text) => parseId(text));

/** The address of the review page; whatever is not understood counts as not said. */
const schema = z.object({
  class: classFilter,
  photo: id,
  after: id,
  before: id,
});

export type ReviewPlace = { className: string | null; photoId?: number; after?: number; before?: number };

export const readReviewQuery = (query: unknown): ReviewPlace => {
  const { class: className, photo, after, before } = schema.parse(query);
  if (photo !== undefined) return { className, photoId: photo };
  if (after !== undefined) return { className, after };
  return before === undefined ? { className } : { className, before };
};
