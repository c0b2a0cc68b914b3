import type { RequestHandler } from 'express';
import { Refused } from '../../shared/errors.ts';
import { changes } from './csrf.ts';

/**
 * Refuses POSTs that another site sent (R41). Browsers that say where a request comes from (Sec-Fetch-Site) decide it;
 * for others the Origin does. `no-referrer` makes the Origin `null` also for our own forms: then, and where neither is
 * sent, the token alone decides.
 */
export const makeSameOrigin = ({ baseUrl }: { baseUrl: string }): RequestHandler => {
  const own = new URL(baseUrl).origin;
  return (req, _res, next) => {
    if (!changes(req)) {
      next();
      return;
    }
    const site = req.get('sec-fetch-site');
    const origin = req.get('origin');
    const foreign =
      site === undefined
        ? origin !== undefined && origin !== 'null' && origin !== own
        : site !== 'same-origin' && site !== 'none';
    next(foreign ? new Refused('forged') : undefined);
  };
};
