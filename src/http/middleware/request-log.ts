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
      /** Whether it brought a photo that is kept now and was not before. */
      isPhotoKept?: boolean;
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
      const { parent, staff, isPhotoKept = false } = res.locals as Partial<Express.Locals>;
      const { method } = req;
      const { statusCode: status, writableFinished: whole } = res;
      count(metrics, { method, route, status, ms, whole, byParent: parent !== undefined, isPhotoKept });
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

type Ended = {
  method: string;
  route: string;
  status: number;
  ms: number;
  /** Whether its answer went out whole. */
  whole: boolean;
  byParent: boolean;
  isPhotoKept: boolean;
};

const count = (metrics: Metrics, ended: Ended): void => {
  const { method, route, status, ms, whole } = ended;
  if (PROBES.has(route)) return;
  const isUpload = method === 'POST' && route === paths.parentPhoto;
  if (isUpload && !whole) return; // a parent's network broke off, which is daily life
  metrics.count('Requests');
  if (!whole) metrics.count('RequestsAborted');
  else if (status >= 500) metrics.count('RequestErrors');
  if (!isUpload)
    metrics.took(ms); // how long an upload takes is up to the parent's network
  else if (ended.byParent) countUpload(metrics, ended);
};

/** A photo that comes once more is neither. */
const countUpload = (metrics: Metrics, { status, isPhotoKept }: Ended): void => {
  if (isPhotoKept) metrics.count('UploadsAccepted');
  else if (status >= 400) metrics.count('UploadsRefused');
};
