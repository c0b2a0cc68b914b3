import { StoreUnavailable } from '../platform/object-store.ts';

type Limits = {
  /** Works at once. */
  places: number;
  /** Milliseconds that one waits for a place. */
  waitMs: number;
};

/**
 * Lets only so many works hold a connection of the database while they wait for S3: an S3 that hangs must not take them all, and
 * with them every page. Who waits longer than `waitMs` for a place is told that the store is away.
 */
export const makeKeepTurns = ({ places, waitMs }: Limits): KeepTurns => {
  const line = new Set<() => void>();
  let running = 0;

  const takePlace = (): Promise<void> => {
    if (running < places) {
      running += 1;
      return Promise.resolve();
    }
    return new Promise((resolve, reject) => {
      const start = () => {
        clearTimeout(timer);
        resolve();
      };
      const timer = setTimeout(() => {
        line.delete(start);
        reject(new StoreUnavailable('away'));
      }, waitMs);
      line.add(start);
    });
  };

  return async (work) => {
    await takePlace();
    try {
      return await work();
    } finally {
      const [next] = line; // it takes over the place
      if (next) {
        line.delete(next);
        next();
      } else running -= 1;
    }
  };
};

type KeepTurns = <T>(work: () => Promise<T>) => Promise<T>;

/** On a disk there is nothing to wait for. */
export const atOnce: KeepTurns = (work) => work();
