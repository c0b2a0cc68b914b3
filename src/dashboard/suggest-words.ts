import { foldText } from '../shared/fold-text.ts';
import type { Db } from '../platform/db.ts';
import { matchParents, type Scope } from './parent-queries.ts';
import { wordStart } from './search-words.ts';

const SAMPLE = 500;
const MOST_WORDS = 4;

type Suggested = { word: string; written: string };

/**
 * 'Did you mean' for a search without a result: the search with one word replaced by a name that exists, at most two
 * letters away (one for words up to four letters), or null. It finds something by construction: the other words and the
 * scope hold. Looks at SAMPLE parents that have a word which begins nearly like the wrong one: cheap, and good enough
 * for a hint.
 */
export const suggestWords = async (
  db: Db,
  { scope, words, typed }: { scope: Scope; words: string[]; typed: string },
): Promise<string | null> => {
  for (const wrong of words.slice(0, MOST_WORDS)) {
    const length = Array.from(wrong).length;
    if (length < 3 || length > 40) continue;
    const others = words.filter((word) => word !== wrong);
    const found = await nearest(db, { scope, others, wrong, distance: length < 5 ? 1 : 2 });
    if (found) return replaced(typed, wrong, asWritten(found));
  }
  return null;
};

const nearest = async (
  db: Db,
  { scope, others, wrong, distance }: { scope: Scope; others: string[]; wrong: string; distance: number },
): Promise<Suggested | undefined> => {
  const sample = matchParents(db, scope, others)
    .whereRaw('word_starts(school_id, search_text) && ?::text[]', [
      likelyStarts(wrong).map((start) => wordStart(scope.schoolId, start)),
    ])
    .limit(SAMPLE);
  return db
    .select('word', db.raw(`min(concat_ws(' ', child_name, parent_name, parent_surname)) as written`))
    .from(sample.as('sample'))
    .joinRaw(`cross join lateral unnest(string_to_array(search_text, ' ')) as word`)
    .whereRaw('char_length(word) between 2 and 40 and levenshtein_less_equal(left(word, 41), ?, ?) <= ?', [
      wrong,
      distance,
      distance,
    ])
    .groupBy('word')
    .orderByRaw('levenshtein(word, ?), count(*) desc, word', [wrong])
    .first<Suggested | undefined>();
};

/** How the right word may begin: like the wrong one, with two of its letters exchanged, or without one of them. */
const likelyStarts = (wrong: string): string[] => {
  const letters = Array.from(wrong);
  const start = (...places: number[]) => places.map((place) => letters[place] ?? '').join('');
  return [start(0, 1, 2), start(1, 0, 2), start(0, 2, 1), start(1, 2, 3), start(0, 2, 3), start(0, 1, 3)];
};

/** The name with its capital and its accents, where it stands as a word of its own. */
const asWritten = ({ word, written }: Suggested): string =>
  written.split(/[\s\p{Pd}]+/u).find((part) => foldText(part) === word) ?? word;

const replaced = (typed: string, wrong: string, right: string): string => {
  const parts = typed.trim().split(/\s+/);
  if (!parts.some((part) => foldText(part) === wrong)) return right;
  return parts.map((part) => (foldText(part) === wrong ? right : part)).join(' ');
};
