// A photo's journey ⑩: the dashboard
import type { ParentStatus } from '../parents/parent.ts';
import type { Db } from '../platform/db.ts';
import type { CountParents, ParentCounts } from './count-parents.ts';
import { type ListOrder, type Place, readCursor, writeCursor } from './list-cursor.ts';
import { LIST_COLUMNS, makeWalk, type Scope, walkParents } from './parent-queries.ts';
import { MOST_MATCHES, searchParents } from './search-parents.ts';
import { searchWords } from './search-words.ts';
import { suggestWords } from './suggest-words.ts';

export type { ListOrder } from './list-cursor.ts';

export type ParentFilter = {
  status: ParentStatus | 'archived' | null;
  className: string | null;
  /** The search, as typed; '' for none. */
  words: string;
};

export type ListRow = {
  id: number;
  name: string;
  surname: string;
  childName: string;
  className: string | null;
  status: ParentStatus;
  photoId: number | null;
  changedAt: Date;
  /** 'This is not me' was said and the office has not cleared it. */
  notMe: boolean;
};

export type ParentPage = {
  rows: ListRow[];
  /** '1 to 50': which rows of the list these are; 0 to 0 for none. */
  from: number;
  to: number;
  /** Cursors of the neighbouring pages. */
  next: string | null;
  previous: string | null;
  /** `more`: '1,000+'. */
  total: { count: number; more: boolean };
  /** 'Did you mean', only for a search without a result. */
  suggestion: string | null;
};

type KeyedRow = {
  id: string;
  parent_name: string;
  parent_surname: string;
  child_name: string;
  class_name: string | null;
  status: ParentStatus;
  photo_id: string | null;
  changed_at: Date;
  not_me_at: Date | null;
  key: string;
};
/** The count comes also when no row does. */
type SearchedRow = { matches: number } & (KeyedRow | { id: null });
type Found = { rows: KeyedRow[]; total: ParentPage['total'] };
type Paging = {
  order: ListOrder;
  cursor?: unknown;
  limit?: number;
  /** The counts of the same school and class, where the caller asks for them anyway. */
  counts?: Promise<ParentCounts>;
};

const NOTHING: ParentPage = {
  rows: [],
  from: 0,
  to: 0,
  next: null,
  previous: null,
  total: { count: 0, more: false },
  suggestion: null,
};

/**
 * One page of the office's list of parents, `limit` (1 to 200) rows from a cursor on. Every page, however deep, reads
 * its own rows only; totals come from the counts, but for a search, which counts to 1,000. A cursor that is not one of
 * this list means the first page.
 */
export const makeListParents =
  ({ db, countParents }: { db: Db; countParents: CountParents }) =>
  async (
    schoolId: number,
    { status, className, words: typed }: ParentFilter,
    { order, cursor, limit = 50, counts }: Paging,
  ): Promise<ParentPage> => {
    const scope: Scope = { schoolId, status, className };
    const words = searchWords(typed);
    if (words === undefined) return NOTHING;

    const read = async (from: Place | undefined): Promise<Found> => {
      const walk = makeWalk(order, from);
      const more = limit + 1; // one row further tells whether there is another page
      if (words.length > 0) {
        return searched((await searchParents(db, { scope, words, walk, limit: more })) as SearchedRow[]);
      }
      const list = walkParents(db, scope, walk, { limit: more });
      const [rows, total] = await Promise.all([
        db.select<KeyedRow[]>(...LIST_COLUMNS, db.raw(`${walk.key} as key`)).from(list.as('list')),
        (counts ?? countParents(schoolId, className)).then((known) => countListed(known, status)),
      ]);
      return { rows, total };
    };

    const place = readCursor(cursor, order);
    const found = await read(place);
    if (place && isStale(place, found.rows.length, limit)) return toPage(await read(undefined), { order, limit });
    const page = toPage(found, { order, limit, place });
    if (words.length === 0 || page.total.count > 0) return page;
    return { ...page, suggestion: await suggestWords(db, { scope, words, typed }) };
  };

export type ListParents = ReturnType<typeof makeListParents>;

/** Rows have left the list since the cursor was made: nothing follows, or less than a page is before. */
const isStale = (place: Place, rows: number, limit: number): boolean =>
  place.way === 'after' ? rows === 0 : rows < limit;

const searched = (rows: SearchedRow[]): Found => {
  const matches = rows[0]?.matches ?? 0;
  return {
    rows: rows.filter((row) => row.id !== null),
    total: { count: Math.min(matches, MOST_MATCHES), more: matches > MOST_MATCHES },
  };
};

const countListed = (counts: ParentCounts, status: Scope['status']) => {
  const count = status === null ? counts.total : status === 'archived' ? counts.archived : counts.byStatus[status];
  return { count, more: false };
};

type Cut = { order: ListOrder; limit: number; place?: Place | undefined };

const toPage = (found: Found, { order, limit, place }: Cut): ParentPage => {
  const backwards = place?.way === 'before';
  const isMore = found.rows.length > limit;
  const rows = found.rows.slice(0, limit);
  if (backwards) rows.reverse();

  const from = firstOrdinal(place, rows.length, isMore);
  const to = rows.length === 0 ? 0 : from + rows.length - 1;
  const cursorAt = (way: Place['way'], row: KeyedRow | undefined, ordinal: number) =>
    row === undefined ? null : writeCursor({ order, way, ordinal, id: Number(row.id), key: row.key });
  return {
    rows: rows.map(toListRow),
    from,
    to,
    next: backwards || isMore ? cursorAt('after', rows.at(-1), to) : null,
    previous: (backwards ? isMore : place !== undefined) ? cursorAt('before', rows[0], from) : null,
    total: found.total,
    suggestion: null,
  };
};

const firstOrdinal = (place: Place | undefined, rows: number, isMore: boolean): number => {
  if (place === undefined) return Math.min(rows, 1);
  if (place.way === 'after') return place.ordinal + 1;
  return isMore ? Math.max(place.ordinal - rows, 1) : 1;
};

const toListRow = (row: KeyedRow): ListRow => ({
  id: Number(row.id),
  name: row.parent_name,
  surname: row.parent_surname,
  childName: row.child_name,
  className: row.class_name,
  status: row.status,
  photoId: row.photo_id === null ? null : Number(row.photo_id),
  changedAt: row.changed_at,
  notMe: row.not_me_at !== null,
});
