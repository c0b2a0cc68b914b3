import { z } from 'zod';
import { parseId } from '../../shared/ids.ts';

const schema = z.object({
  done: z.string().max(40).optional().catch(undefined),
  of: z.string().optional().catch(undefined),
});

/** What an action left in the address it led to: its code, and the id of the parent whom it was about. */
export const readDone = (query: unknown): { done: string | undefined; of: number | undefined } => {
  const { done, of } = schema.parse(query);
  return { done, of: parseId(of) };
};
