import type { Db } from '../platform/db.ts';
import { beyondPlace, inOrder, likeWords, matchParents, type Scope, type Walk, walkParents } from './parent-queries.ts';

/** More matches than this are not counted: the page says '1,000+' (quality.md, 'search at 1M'). */
export const MOST_MATCHES = 1000;
/** So many rows are read in the list's order for a search with more matches than that. */
const NEAR_ROWS = 3000;

/**
 * The next `limit` matches in the walk's order, and how many there are (MOST_MATCHES + 1 stands for more).
 *
 * Up to MOST_MATCHES are all fetched through the words' index, and sorted. With more, no index has them in order and
 * fetching all could mean hundreds of thousands; so the list itself is read from the place on, up to NEAR_ROWS of it,
 * which finds the next page of words that are frequent there. Should these be too few, matches that were fetched first
 * fill the page: right ones and in order, but others may lie between them.
 */
export const searchParents = (
  db: Db,
  { scope, words, walk, limit }: { scope: Scope; words: string[]; walk: Walk; limit: number },
) => {
  const popular = '(select count(*) from found) > ?';
  const nearby = walkParents(db, scope, walk, {
    limit: NEAR_ROWS,
    only: (query) => query.whereRaw(popular, [MOST_MATCHES]),
  });
  const near = inOrder(likeWords(db.select('*').from(nearby.as('nearby')), words), walk, limit);
  const found = beyondPlace(db.select('*').from('found'), walk);
  const page = inOrder(db.select('*').from(db.union([found, db.select('*').from('near')]).as('both')), walk, limit);
  return db
    .withMaterialized('found', matchParents(db, scope, words).limit(MOST_MATCHES + 1))
    .with('near', near)
    .select(db.raw('(select count(*) from found)::int as matches'), 'page.*', db.raw(`${walk.key} as key`))
    .from(db.raw('(values (1)) as once (one)'))
    .leftJoin(page.as('page'), db.raw('true'));
};
