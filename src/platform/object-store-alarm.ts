import type { Clock } from './clock.ts';
import type { Logger } from './logger.ts';
import { type ObjectStore, StoreUnavailable } from './object-store.ts';

/** One line in so long is enough, for somebody has to act all the same. */
const QUIET_MS = 10 * 60_000;

/** The same store, which raises an alarm when it refuses us: an ERROR line of its own, at most one in ten minutes. */
export const makeAlarmedStore = (
  store: ObjectStore,
  { clock, logger }: { clock: Clock; logger: Logger },
): ObjectStore => {
  let quietUntil = 0;
  const alarm = (error: unknown): void => {
    const now = clock.now().getTime();
    if (!(error instanceof StoreUnavailable) || error.reason !== 'denied' || now < quietUntil) return;
    quietUntil = now + QUIET_MS;
    logger.error(
      { err: error.cause ?? error },
      'S3 refuses us: check the bucket, the role and the key of the environment',
    );
  };
  const heard = async <T>(asking: Promise<T>): Promise<T> => {
    try {
      return await asking;
    } catch (error) {
      alarm(error);
      throw error;
    }
  };
  return {
    put: (...args) => heard(store.put(...args)),
    putStream: (...args) => heard(store.putStream(...args)),
    open: (key) => heard(store.open(key)),
    head: (key) => heard(store.head(key)),
    remove: (keys) => heard(store.remove(keys)),
    check: () => heard(store.check()),
    async *list(prefix) {
      try {
        yield* store.list(prefix);
      } catch (error) {
        alarm(error);
        throw error;
      }
    },
  };
};
