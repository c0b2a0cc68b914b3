import { foldText } from '../shared/fold-text.ts';

const MOST_WORDS = 8;
/** As many letters of a word's start as the database's `word_starts` keeps. */
const LONGEST_START = 12;

/**
 * The words that somebody typed, folded like the names that they are looked for in. Empty when nothing was typed,
 * undefined when there is nothing in it that a name could have (a lone '%'). Words after the eighth do not count.
 */
export const searchWords = (typed: string): string[] | undefined => {
  if (typed.trim() === '') return [];
  const folded = foldText(typed.slice(0, 1000));
  return folded === '' ? undefined : [...new Set(folded.split(' '))].slice(0, MOST_WORDS);
};

/** What the index has of a word, as `word_starts` writes it. */
export const wordStart = (schoolId: number, word: string): string =>
  `${schoolId} ${Array.from(word).slice(0, LONGEST_START).join('')}`;

/** For `search_text like`: some word starts so. What LIKE takes for wildcards stands for itself. */
export const startsPattern = (word: string): string => `% ${word.replace(/[\\%_]/g, '\\$&')}%`;
