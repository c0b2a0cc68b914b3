import { randomInt } from 'node:crypto';

const LETTERS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'; // Crockford's: easy to read out on the telephone

/** A name for one request or one error, like '7F3K-92QX'. */
export const makeReference = (): string => `${letters(4)}-${letters(4)}`;

const letters = (count: number): string => {
  let text = '';
  for (let i = 0; i < count; i += 1) text += LETTERS[randomInt(LETTERS.length)] ?? '';
  return text;
};
