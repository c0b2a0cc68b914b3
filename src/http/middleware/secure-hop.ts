import type { RequestHandler } from 'express';

/**
 * People reach us at BASE_URL. When that is https, every request counts as secure, whatever the hop from the proxy to
 * us looks like: otherwise a forgotten TRUST_PROXY would silently keep all cookies back.
 */
export const makeSecureHop =
  ({ secure }: { secure: boolean }): RequestHandler =>
  (req, _res, next) => {
    if (secure) Object.defineProperty(req, 'secure', { value: true, configurable: true });
    next();
  };
