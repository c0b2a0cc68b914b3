import { z } from 'zod';

/** How a list is sorted; a minus turns it round. */
export const listOrders = ['name', '-name', 'child', '-child', 'changed', '-changed'] as const;
export type ListOrder = (typeof listOrders)[number];

/** A place in a list: just after or just before one of its rows. */
export type Place = {
  order: ListOrder;
  way: 'after' | 'before';
  /** Which row of the list that was, counted from 1. */
  ordinal: number;
  id: number;
  /** What the row is sorted by: a name, or microseconds since 1970. */
  key: string;
};

const placeSchema = z.tuple([
  z.enum(listOrders),
  z.enum(['after', 'before']),
  z.int().min(1).max(1e9),
  z.int().min(1),
  z
    .string()
    .max(100)
    .regex(/^[^\0]*$/), // PostgreSQL has no text with NUL
]);
const microseconds = /^[0-9]{1,16}$/;

/** A place as text for an address. It is no secret and no proof: it can only show another page of the same list. */
export const writeCursor = ({ order, way, ordinal, id, key }: Place): string =>
  Buffer.from(JSON.stringify([order, way, ordinal, id, key])).toString('base64url');

/** Whatever `writeCursor` did not write for a list in this order gives undefined, which is the first page (R55). */
export const readCursor = (cursor: unknown, order: ListOrder): Place | undefined => {
  if (typeof cursor !== 'string' || cursor.length > 1000) return undefined;
  const read = placeSchema.safeParse(parseJson(Buffer.from(cursor, 'base64url').toString()));
  if (!read.success) return undefined;
  const [sortedBy, way, ordinal, id, key] = read.data;
  if (sortedBy !== order || (order.endsWith('changed') && !microseconds.test(key))) return undefined;
  return { order, way, ordinal, id, key };
};

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};
