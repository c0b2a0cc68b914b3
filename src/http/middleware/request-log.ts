import { randomInt } from 'node:crypto';
import type { RequestHandler } from 'express';
import type { Logger } from '../../platform/logger.ts';

declare global {
  namespace Express {
    interface Locals {
      /** What an error page and the log call this request, e.g. '7F3K-92QX'. */
      requestId: string;
    }
  }
}

const LETTERS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'; // Crockford's: easy to read out on the telephone

/** Names each request and logs its end: the route's pattern, never the address, which can hold a link. */
export const makeRequestLog =
  ({ logger }: { logger: Logger }): RequestHandler =>
  (req, res, next) => {
    const started = performance.now();
    const requestId = `${letters(4)}-${letters(4)}`;
    res.locals.requestId = requestId;
    res.set('X-Request-Id', requestId);
    res.once('close', () => {
      const route = (req.route as { path?: string } | undefined)?.path ?? '(other)';
      const { parent, staff } = res.locals as Partial<Express.Locals>;
      logger.info(
        {
          requestId,
          method: req.method,
          route,
          status: res.statusCode,
          ms: Math.round(performance.now() - started),
          ...(parent ? { parentId: parent.id } : {}),
          ...(staff ? { staffId: staff.id } : {}),
          ...(res.writableFinished ? {} : { aborted: true }),
        },
        'request',
      );
    });
    next();
  };

const letters = (count: number): string => {
  let text = '';
  for (let i = 0; i < count; i += 1) text += LETTERS[randomInt(LETTERS.length)] ?? '';
  return text;
};
