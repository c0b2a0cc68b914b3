import type { Request, Response } from 'express';
import type { Clock } from '../../platform/clock.ts';
import type { MakeRateLimit } from '../../platform/rate-limit.ts';
import { addressKey } from './address-key.ts';
import { UploadRefused } from './upload-refused.ts';

const HOUR = 3600;

/**
 * At most 20 uploads an hour and 60 a day by one link, 600 an hour by one address (product.md; R18). Counts one and
 * throws UploadRefused('too-many') beyond a limit. `giveBack`: for an upload that was not the parent's to answer for (we
 * were busy, failed, or had it already); at most 60 an hour by link, and the address still pays.
 */
export const makeUploadLimit = ({ makeRateLimit, clock }: { makeRateLimit: MakeRateLimit; clock: Clock }) => {
  const byAddress = makeRateLimit('upload-address', 600, HOUR);
  const hourly = makeRateLimit('upload-hour', 20, HOUR);
  const givenBack = makeRateLimit('upload-given-back', 60, HOUR);
  const daily = makeRateLimit('upload-day', 60, 24 * HOUR);
  const take = async (req: Request, res: Response): Promise<void> => {
    const link = String(res.locals.parent.id);
    const limits = [
      [byAddress, addressKey(req)],
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
  const giveBack = async (res: Response): Promise<void> => {
    const link = String(res.locals.parent.id);
    if (!(await givenBack.consume(link)).ok) return;
    await hourly.giveBack(link);
    await daily.giveBack(link);
  };
  return { take, giveBack };
};

export type UploadLimit = ReturnType<typeof makeUploadLimit>;
