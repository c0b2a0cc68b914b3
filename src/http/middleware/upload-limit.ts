import type { Request, Response } from 'express';
import type { Clock } from '../../platform/clock.ts';
import type { MakeRateLimit } from '../../platform/rate-limit.ts';
import { UploadRefused } from './upload-refused.ts';

const HOUR = 3600;

/**
 * At most 20 uploads an hour and 60 a day by one link, 600 an hour by one address (product.md; R18). Counts one and
 * throws UploadRefused('too-many') beyond a limit.
 */
export const makeUploadLimit = ({ makeRateLimit, clock }: { makeRateLimit: MakeRateLimit; clock: Clock }) => {
  const byAddress = makeRateLimit('upload-address', 600, HOUR);
  const hourly = makeRateLimit('upload-hour', 20, HOUR);
  const daily = makeRateLimit('upload-day', 60, 24 * HOUR);
  return async (req: Request, res: Response): Promise<void> => {
    const link = String(res.locals.parent.id);
    const limits = [
      [byAddress, req.ip ?? 'unknown'],
      [hourly, link],
      [daily, link],
    ] as const;
    for (const [limit, key] of limits) {
      const outcome = await limit.consume(key);
      if (outcome.ok) continue;
      const nextAt = new Date(clock.now().getTime() + outcome.retryAfter * 1000);
      throw new UploadRefused('too-many', { retryAfter: outcome.retryAfter, nextAt });
    }
  };
};

export type UploadLimit = ReturnType<typeof makeUploadLimit>;
