import type { Clock } from './clock.ts';

/**
 * Remembers what `load` gave for a key, for `ms` milliseconds and at most 1,000 keys: for rows that every page reads
 * and that change rarely. A failure is not remembered.
 */
export const cached = <Key, Value>(load: (key: Key) => Promise<Value>, { ms, clock }: { ms: number; clock: Clock }) => {
  const known = new Map<Key, { value: Value; until: number }>();
  return async (key: Key): Promise<Value> => {
    const now = clock.now().getTime();
    const hit = known.get(key);
    if (hit && hit.until > now) return hit.value;
    const value = await load(key);
    if (known.size >= 1000) known.clear();
    known.set(key, { value, until: now + ms });
    return value;
  };
};
