import { z } from 'zod';
import { PASSED_ON_A_PAGE } from '../../photos/passed-photos.ts';
import { parseId } from '../../shared/ids.ts';
import { classFilter } from './office-text.ts';

const id = z
  .string()
  .optional()
  .catch(undefined)
  .transform((text) => parseId(text));

/** The photos that were ticked, the class, and the last photo that the page had. */
const schema = z.object({
  id: z
    .union([z.string().transform((one) => [one]), z.array(z.string())])
    .catch([])
    .transform((ids) => [...new Set(ids)].map(parseId).filter((one) => one !== undefined)),
  class: classFilter,
  last: id,
});

export const readPassed = (body: unknown) => {
  const { id: ticked, class: className, last } = schema.parse(body ?? {});
  return { photoIds: ticked.slice(0, PASSED_ON_A_PAGE), className, last: last ?? 0 };
};

/** The address of the page: a class, and the photo behind which it begins. */
const query = z.object({ class: classFilter, after: id });

export const readPassedQuery = (asked: unknown) => {
  const { class: className, after } = query.parse(asked);
  return { className, after: after ?? 0 };
};

/** What is taken back together. */
const batch = z.object({ batch: z.uuid(), class: classFilter });

export const readBatch = (body: unknown): { batch: string; className: string | null } | undefined => {
  const read = batch.safeParse(body ?? {});
  return read.success ? { batch: read.data.batch, className: read.data.class } : undefined;
};
