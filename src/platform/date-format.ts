/** So many minutes are remembered before all are forgotten. */
const MOST = 10_000;

/**
 * A format of dates, by locale and Intl's options, that changes at most once a minute. Remembers what it wrote: building
 * and asking Intl is dear, a list has fifty dates, and people look at the same ones again and again.
 */
export const dateFormat = (locale: string, options: Intl.DateTimeFormatOptions): ((at: Date) => string) => {
  const format = new Intl.DateTimeFormat(locale, options);
  const known = new Map<number, string>();
  return (at) => {
    const minute = Math.floor(at.getTime() / 60_000);
    let text = known.get(minute);
    if (text !== undefined) return text;
    if (known.size >= MOST) known.clear();
    known.set(minute, (text = format.format(at)));
    return text;
  };
};
