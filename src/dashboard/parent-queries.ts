import type { Knex } from 'knex';
import { parentStatuses, type ParentStatus } from '../parents/parent.ts';
import type { Db } from '../platform/db.ts';
import type { ListOrder, Place } from './list-cursor.ts';
import { startsPattern, wordStart } from './search-words.ts';

type Query = Knex.QueryBuilder<Record<string, unknown>, unknown>;

/** What the office wants to see; the status 'archived' is the list of those that all others leave out. */
export type Scope = { schoolId: number; status: ParentStatus | 'archived' | null; className: string | null };

/**
 * Class and status are filters and no orders: each order needs an index of its own in each scope, and a list sorted by its filter
 * is one list behind the other. `column` is what the indexes hold, `key` the text of it for a cursor, `value` the way back.
 */
const sorts = {
  name: { column: 'sort_name', key: 'sort_name', value: '?' },
  child: { column: 'sort_child', key: 'sort_child', value: '?' },
  changed: {
    column: 'changed_at',
    key: '(extract(epoch from changed_at) * 1000000)::bigint::text', // a JavaScript Date would lose the microseconds
    value: "timestamptz 'epoch' + cast(? as double precision) * interval '1 microsecond'",
  },
};

/** What a row of the list shows. */
export const LIST_COLUMNS = [
  ...[
    'id',
    'parent_name',
    'parent_surname',
    'child_name',
    'class_name',
    'status',
    'photo_id',
    'changed_at',
    'not_me_at',
  ],
];
const COLUMNS = [...LIST_COLUMNS, 'sort_name', 'sort_child', 'search_text'].map((column) => `parents.${column}`);

/** In which direction to go through which index, and from where. */
export type Walk = { column: string; key: string; ascending: boolean; from: Place | undefined; value: string };

export const makeWalk = (order: ListOrder, from: Place | undefined): Walk => {
  const sort = sorts[order.replace('-', '') as keyof typeof sorts];
  return { ...sort, from, ascending: order.startsWith('-') === (from?.way === 'before') };
};

/** The rows from the walk's place on, in its direction: the place's own row is not among them. */
export const inOrder = (query: Query, walk: Walk, limit: number): Query => {
  const direction = walk.ascending ? 'asc' : 'desc';
  return query.orderBy(walk.column, direction).orderBy('id', direction).limit(limit);
};

export const beyondPlace = (query: Query, { from, ascending, column, value }: Walk): Query =>
  from === undefined
    ? query
    : query.whereRaw(`(??, id) ${ascending ? '>' : '<'} (${value}, ?)`, [column, from.key, from.id]);

/**
 * The parents of a scope, read through the index that has them in order: each query stops after `limit` rows. A class
 * alone is the merge of its statuses, which an index holds in order one by one. `only` narrows each of them.
 */
export const walkParents = (
  db: Db,
  scope: Scope,
  walk: Walk,
  { limit, only = (query) => query }: { limit: number; only?: (query: Query) => Query },
): Query => {
  const { schoolId, status, className } = scope;
  const list = (where: Record<string, unknown>): Query =>
    inOrder(only(beyondPlace(select(db).where({ school_id: schoolId, ...where }), walk)), walk, limit);
  if (className === null && status === null) return list({ archived_at: null });
  if (className === null) return list({ listed_as: status });
  if (status !== null) return list({ class_name: className, listed_as: status });
  // Each with an order and a limit of its own: else PostgreSQL reads all of them and sorts.
  const lists = parentStatuses.map((listed) => list({ class_name: className, listed_as: listed }));
  return inOrder(db.select('*').from(db.unionAll(lists, true).as('lists')), walk, limit);
};

/** The parents of a scope of whose words one starts with each of `words`, in no order, read through the words' index. */
export const matchParents = (db: Db, { schoolId, status, className }: Scope, words: string[]): Query => {
  const query = select(db)
    .where({ school_id: schoolId })
    .where(status === null ? {} : { listed_as: status })
    .where(className === null ? {} : { class_name: className })
    .whereRaw(status === 'archived' ? 'archived_at is not null' : 'archived_at is null') // as in the partial indexes
    .whereRaw('word_starts(school_id, search_text) @> ?::text[]', [words.map((word) => wordStart(schoolId, word))]);
  return likeWords(query, words);
};

export const likeWords = (query: Query, words: string[]): Query =>
  words.reduce((narrowed, word) => narrowed.whereRaw('search_text like ?', [startsPattern(word)]), query);

const select = (db: Db): Query => db('parents').select(COLUMNS) as Query;
