import { setTimeout as wait } from 'node:timers/promises';

/** Resolves when `work` has ended, well or not, or after `ms` milliseconds. No timer is left that would keep a program from its end. */
export const within = async (ms: number, work: Promise<unknown> = Promise.resolve()): Promise<void> => {
  const over = new AbortController();
  const ended = work.catch(() => undefined).finally(() => over.abort());
  await Promise.race([ended, wait(ms, undefined, { signal: over.signal }).catch(() => undefined)]);
};
