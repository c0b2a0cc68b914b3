import type { Request } from 'express';
import type { Clock } from '../../platform/clock.ts';
import type { MakeRateLimit } from '../../platform/rate-limit.ts';
import { Refused } from '../../shared/errors.ts';
import { addressKey } from './address-key.ts';

/**
 * Limits guesses at links by address (R31): after 60 misses in ten minutes an address is answered 429 before we look
 * anything up. A hit counts nothing, since whole schools share an address; but while it is blocked, right links behind the
 * address wait too (docs/security.md).
 */
export const makeLinkMisses = ({ makeRateLimit, clock }: { makeRateLimit: MakeRateLimit; clock: Clock }) => {
  const misses = makeRateLimit('link-miss', 60, 600);
  const blocked = new Map<string, number>();
  return {
    /** Throws `too-many` for an address that guessed too often; asks no database. */
    assertFew: (req: Request): void => {
      const until = blocked.get(addressKey(req));
      const left = (until ?? 0) - clock.now().getTime();
      if (left > 0) throw new Refused('too-many', { retryAfter: Math.ceil(left / 1000) });
    },
    /** Counts a miss. */
    count: async (req: Request): Promise<void> => {
      const outcome = await misses.consume(addressKey(req));
      if (outcome.ok) return;
      if (blocked.size > 10_000) blocked.clear();
      blocked.set(addressKey(req), clock.now().getTime() + outcome.retryAfter * 1000);
    },
  };
};

export type LinkMisses = ReturnType<typeof makeLinkMisses>;
