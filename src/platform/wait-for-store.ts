import { setTimeout as wait } from 'node:timers/promises';
import { StoreUnavailable } from './object-store.ts';

/** So long a job waits for a store itself: while it does, the jobs behind it wait too, instead of failing one by one. */
const PATIENCE_MS = 60_000;
const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 20_000;

/**
 * Does `work` again while a store is away, after waits that double and are never the same twice. Rejects with what it threw last
 * when a minute is over or `signal` aborts; anything else that it throws comes at once.
 */
export const waitForStore = async <T>(work: () => Promise<T>, { signal }: { signal: AbortSignal }): Promise<T> => {
  const end = performance.now() + PATIENCE_MS;
  for (let pause = FIRST_WAIT_MS; ; pause = Math.min(2 * pause, LONGEST_WAIT_MS)) {
    try {
      return await work();
    } catch (error) {
      const jittered = pause * (0.5 + Math.random() / 2);
      if (!(error instanceof StoreUnavailable) || signal.aborted || performance.now() + jittered > end) throw error;
      await wait(jittered, undefined, { signal }).catch(() => Promise.reject(error as Error));
    }
  }
};
