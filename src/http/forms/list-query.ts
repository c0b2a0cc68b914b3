import { z } from 'zod';
import { parentStatuses } from '../../parents/parent.ts';
import type { ListState } from '../presenters/admin-list-address.ts';
import { classFilter } from './office-text.ts';

/** The address of the list of parents. Whatever is not understood counts as not said (R55): never an error. */
const schema = z.object({
  status: z
    .enum([...parentStatuses, 'archived'])
    .nullable()
    .catch(null),
  class: classFilter,
  q: z
    .string()
    .catch('')
    .transform((words) =>
      words
        .replace(/\p{Cc}/gu, ' ')
        .trim()
        .slice(0, 200),
    ),
  sort: z.enum(['name', '-name', 'child', '-child', 'changed', '-changed']).catch('name'),
  cursor: z.string().max(2000).optional().catch(undefined),
});

export const readListQuery = (query: unknown): ListState & { cursor: string | undefined } => {
  const { status, class: className, q: words, sort: order, cursor } = schema.parse(query);
  return { filter: { status, className, words }, order, cursor };
};
