import type { Result } from '../shared/result.ts';

type Limits = {
  /** Decodes at once: as many as cores, for one keeps one core busy. */
  running: number;
  /** Decodes that may wait behind them; each holds an upload on disk and a request open. */
  waiting: number;
};
type Waiting = { costly: boolean; start: () => void };

/**
 * Bounds what decoding may take of a machine: `running` pictures at once, of them one costly one at most (some need 300 MB
 * and more), and `waiting` behind them in order of arrival. `run` gives what `work` gives, rejects when it rejects, and
 * answers `'busy'` without starting it when there is no room. `isFull` is for turning an upload away before its body.
 */
export const makeDecodeQueue = ({ running: maxRunning, waiting: maxWaiting }: Limits) => {
  let running = 0;
  let costlyRunning = false;
  const line: Waiting[] = [];

  const mayStart = (costly: boolean): boolean => running < maxRunning && !(costly && costlyRunning);

  const take = (costly: boolean): void => {
    running += 1;
    costlyRunning ||= costly;
  };

  const release = (costly: boolean): void => {
    running -= 1;
    if (costly) costlyRunning = false;
    // A costly picture that waits for another does not hold up the small ones behind it.
    const next = line.findIndex((waiting) => mayStart(waiting.costly));
    for (const { costly: isCostly, start } of next === -1 ? [] : line.splice(next, 1)) {
      take(isCostly); // now, not when it wakes: nobody may slip in between
      start();
    }
  };

  return {
    isFull: (): boolean => running >= maxRunning && line.length >= maxWaiting,

    load: (): { running: number; waiting: number } => ({ running, waiting: line.length }),

    run: async <T>(work: () => Promise<T>, { costly = false } = {}): Promise<Result<T, 'busy'>> => {
      if (mayStart(costly)) take(costly);
      else if (line.length >= maxWaiting) return { ok: false, reason: 'busy' };
      else await new Promise<void>((start) => line.push({ costly, start }));
      try {
        return { ok: true, value: await work() };
      } finally {
        release(costly);
      }
    },
  };
};

export type DecodeQueue = ReturnType<typeof makeDecodeQueue>;
