import { RateLimiterMemory, RateLimiterPostgres, RateLimiterRes } from 'rate-limiter-flexible';
import type { Db } from './db.ts';

type LimitOutcome = { ok: true } | { ok: false; /** Seconds. */ retryAfter: number };

/** How often something may be done by one key (a link, an address ...). */
type RateLimit = {
  /** Counts one more; not ok when that is beyond the limit. */
  consume: (key: string) => Promise<LimitOutcome>;
  /** Takes one back: what was counted turned out not to count. */
  giveBack: (key: string) => Promise<void>;
  /** Whether anything is counted for the key; counts nothing. */
  has: (key: string) => Promise<boolean>;
  reset: (key: string) => Promise<void>;
};

export type MakeRateLimit = (name: string, points: number, seconds: number) => RateLimit;

const free: RateLimit = {
  consume: async () => ({ ok: true }),
  giveBack: async () => undefined,
  has: async () => false,
  reset: async () => undefined,
};

/**
 * Makes limits that all processes share (counted in PostgreSQL, table from a migration); while the database is away
 * each process counts in memory. `scale` multiplies every limit, 0 switches them off.
 */
export const makeRateLimits =
  ({ db, scale }: { db: Db; scale: number }): MakeRateLimit =>
  (name, points, seconds) => {
    if (scale === 0) return free;
    const most = Math.max(1, Math.round(points * scale));
    const limiter = new RateLimiterPostgres({
      storeClient: db,
      storeType: 'knex',
      tableName: 'rate_limits',
      tableCreated: true, // ready at once: the callback would run inside the constructor
      clearExpiredByTimeout: false, // the housekeeping does it
      keyPrefix: name,
      points: most,
      duration: seconds,
      insuranceLimiter: new RateLimiterMemory({ points: most, duration: seconds }),
    });
    return {
      consume: async (key) => {
        try {
          await limiter.consume(key);
          return { ok: true };
        } catch (refusal) {
          if (!(refusal instanceof RateLimiterRes)) throw refusal;
          return { ok: false, retryAfter: Math.ceil(refusal.msBeforeNext / 1000) };
        }
      },
      giveBack: async (key) => {
        await limiter.reward(key);
      },
      has: async (key) => ((await limiter.get(key))?.consumedPoints ?? 0) > 0,
      reset: async (key) => {
        await limiter.delete(key);
      },
    };
  };
