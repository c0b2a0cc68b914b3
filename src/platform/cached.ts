import type { Clock } from './clock.ts';

/**
 * Remembers what `load` gave for a key, for `ms` milliseconds and at most 1,000 keys: for rows that every page reads
 * and that change rarely. A failure is not remembered. Who asks while it is loaded waits for
 * the same.
 */
export const cached = <Key, Value>(load: (key: Key) => Promise<Value>, { ms, clock }: { ms: number; clock: Clock }) => {
  const known = new Map<Key, { value: Value; until: number }>();
  const loading = new Map<Key, Promise<Value>>();
  return async (key: Key): Promise<Value> => {
    const now = clock.now().getTime();
    const hit = known.get(key);
    if (hit && hit.until > now) return hit.value;
    const joined = loading.get(key);
    if (joined) return joined;
    const mine = load(key)
      .then((value) => {
        if (known.size >= 1000) known.clear();
        known.set(key, { value, until: now + ms });
        return value;
      })
      .finally(() => loading.delete(key));
    loading.set(key, mine);
    return mine;
  };
};
