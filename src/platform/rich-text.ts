/** What goes into a sentence; `count` chooses the plural form. */
export type MessageValues = Record<string, string | number>;

/** A piece of a sentence. `value` pieces were filled in (a name, say) and are written inside `<bdi>`. */
export type RichPart = { text: string; value: boolean; strong: boolean };

// Two private-use characters mark where a value starts and ends while the sentence is one string.
const OPEN = '\uE000';
const CLOSE = '\uE001';
const MARKS = /[\uE000\uE001]/g;

/**
 * Splits a translated sentence into parts. `translate` gets the values with marks around the texts; the sentence may
 * hold `<strong>...</strong>`, which only translators can write: in a value it stays text.
 */
export const rich = (translate: (marked: MessageValues) => string, values: MessageValues): RichPart[] => {
  const marked = Object.fromEntries(
    Object.entries(values).map(([name, value]) => [
      name,
      typeof value === 'string' ? `${OPEN}${value.replace(MARKS, '')}${CLOSE}` : value,
    ]),
  );
  const parts: RichPart[] = [];
  let strong = false;
  for (const piece of translate(marked).split(/(\uE000[^\uE001]*\uE001|<\/?strong>)/)) {
    if (piece === '') continue;
    if (piece === '<strong>') strong = true;
    else if (piece === '</strong>') strong = false;
    else if (piece.startsWith(OPEN)) parts.push({ text: piece.slice(1, -1), value: true, strong });
    else parts.push({ text: piece, value: false, strong });
  }
  return parts;
};
