import { z } from 'zod';

/** A field as text, trimmed; '' where it is missing or was sent twice (R55). */
export const typedText = z
  .string()
  .catch('')
  .transform((text) => text.trim());

/** Signs that cannot be printed; the database refuses them too (product.md, rule 7). */
const CONTROLS = /\p{Cc}/u;

/** Counted as the database does: code points, not UTF-16 units. */
const letters = (text: string): number => Array.from(text).length;

/** One line of at most `most` letters; the faults are the messages of its issues. */
export const line = (most: number, faults: { signs: string; long: string }) =>
  z
    .string()
    .refine((text) => letters(text) <= most, { error: faults.long, abort: true })
    .refine((text) => !CONTROLS.test(text), faults.signs);

/** What people write in a box of several lines, with plain line ends. */
export const typedLines = typedText.transform((text) => text.replaceAll('\r\n', '\n'));

/** At most 300 letters, as the columns for notes have room for. */
export const note = z
  .string()
  .refine((text) => letters(text) <= 300, { error: 'noteLong', abort: true })
  .refine((text) => !CONTROLS.test(text.replaceAll('\n', ' ')), 'signs');

/** A class that a list is narrowed to; null for all of them, and for what cannot be a class's name. */
export const classFilter = z
  .string()
  .trim()
  .min(1)
  .refine((text) => letters(text) <= 50 && !CONTROLS.test(text))
  .nullable()
  .catch(null);
