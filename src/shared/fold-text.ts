/** Letters that carry their accent inside, so that Unicode does not take them apart. */
const LETTERS: Record<string, string> = { ł: 'l', ø: 'o', đ: 'd', ð: 'd', þ: 'th', ß: 'ss', æ: 'ae', œ: 'oe', ı: 'i' };

/**
 * How staff hear a name: no accents, no apostrophes, lower case, hyphens and the like as spaces. "O'Brien-Núñez" and
 * "obrien nunez" fold to the same text. Both what is searched in and what is searched for go through here.
 */
export const foldText = (text: string): string =>
  text
    .replace(/['’‘ʼ`´ʻʹ]/gu, '') // first: NFKD makes a space of ´
    .normalize('NFKD')
    .toLowerCase()
    .replace(/\p{M}/gu, '')
    .replace(/[łøđðþßæœı]/gu, (letter) => LETTERS[letter] ?? letter)
    .replace(/[\p{P}\p{Z}\p{C}]+/gu, ' ')
    .trim();
