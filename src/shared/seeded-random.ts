/** A number in [0, 1), each call the next one. */
export type Random = () => number;

/**
 * Numbers that look random and are the same for the same `seed` (mulberry32, public domain). For invented people and
 * pictures only: whoever sees a few of them can compute the rest.
 */
export const seededRandom = (seed: number): Random => {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
};

/** One of `choices`, each as likely. Throws when there is none. */
export const pick = <T>(random: Random, choices: readonly T[]): T => {
  const index = Math.floor(random() * choices.length);
  if (choices.length === 0) throw new Error('there is nothing to pick from');
  return choices[index] as T;
};
