import type { RequestHandler } from 'express';
import type { Logger } from '../../platform/logger.ts';
import type { Metrics } from '../../platform/metrics.ts';
import { makeReference } from '../../shared/reference.ts';
import { paths } from '../paths.ts';
import { routeOf } from '../route-of.ts';

declare global {
  namespace Express {
    interface Locals {
      /** What an error page and the log call this request, e.g. '7F3K-92QX'. */
      requestId: string;
    }
  }
}

type Deps = { logger: Logger; metrics: Metrics };

/** Names each request, and logs and counts its end: the route's pattern, never the address, which can hold a link. */
export const makeRequestLog =
  ({ logger, metrics }: Deps): RequestHandler =>
  (req, res, next) => {
    const started = performance.now();
    const { socket } = req;
    const sentBefore = socket.bytesWritten;
    const requestId = makeReference();
    res.locals.requestId = requestId;
    res.set('X-Request-Id', requestId);
    res.once('close', () => {
      const ms = performance.now() - started;
      const route = routeOf(req);
      const { parent, staff } = res.locals as Partial<Express.Locals>;
      const { method } = req;
      const { statusCode: status, writableFinished: whole } = res;
      if (whole) count(metrics, { method, route, status, ms, byParent: parent !== undefined });
      logger.info(
        {
          ...{ requestId, method, route, status, ms: Math.round(ms), bytes: socket.bytesWritten - sentBefore },
          who: parent ? 'parent' : staff ? 'staff' : 'anyone',
          ...(parent ? { parentId: parent.id } : {}),
          ...(staff ? { staffId: staff.id } : {}),
          ...(whole ? {} : { aborted: true }),
        },
        'request',
      );
    });
    next();
  };

/** Asked by machines, every few seconds: they would hide what people meet. */
const PROBES = new Set<string>([paths.health, paths.ready, paths.metrics]);

type Answered = { method: string; route: string; status: number; ms: number; byParent: boolean };

const count = (metrics: Metrics, { method, route, status, ms, byParent }: Answered): void => {
  if (PROBES.has(route)) return;
  metrics.count('Requests');
  if (status >= 500) metrics.count('RequestErrors');
  if (method !== 'POST' || route !== paths.parentPhoto) {
    metrics.took(ms); // how long an upload takes is up to the parent's network
  } else if (byParent) {
    metrics.count(status < 400 ? 'UploadsAccepted' : 'UploadsRefused');
  }
};
