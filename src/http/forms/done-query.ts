import { z } from 'zod';
import { PASSED_ON_A_PAGE } from '../../photos/passed-photos.ts';
import { parseId } from '../../shared/ids.ts';

/** How many photos of one page; 0 for what cannot be. */
const some = z.coerce.number().int().min(0).max(PASSED_ON_A_PAGE).catch(0);

const schema = z.object({
  done: z.string().max(40).optional().catch(undefined),
  of: z.string().optional().catch(undefined),
  n: some,
  rest: some,
});

/**
 * What an action left in the address it led to: its code, the id of the parent whom it was about, how many photos it was
 * about, and how many it left as they were.
 */
export const readDone = (query: unknown) => {
  const { done, of, n, rest } = schema.parse(query);
  return { done, of: parseId(of), n, rest };
};
