import type { RequestHandler } from 'express';
import helmet from 'helmet';

type Options = {
  /** Also Strict-Transport-Security. */
  https: boolean;
  /** The origin that pages may show pictures from beside our own: S3's, with signed addresses. */
  picturesFrom?: string | undefined;
};

/** The headers of every answer (R34, R40). */
export const makeSecurity = ({ https, picturesFrom }: Options): RequestHandler[] => [
  helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'"],
        imgSrc: ["'self'", 'blob:', ...(picturesFrom === undefined ? [] : [picturesFrom])], // blob: the preview of the photo that was chosen
        connectSrc: ["'self'"],
        formAction: ["'self'"],
        baseUri: ["'none'"],
        frameAncestors: ["'none'"],
      },
    },
    referrerPolicy: { policy: 'no-referrer' },
    crossOriginOpenerPolicy: { policy: 'same-origin' },
    crossOriginResourcePolicy: { policy: 'same-origin' },
    strictTransportSecurity: https ? { maxAge: 31_536_000, includeSubDomains: false } : false,
    xFrameOptions: { action: 'deny' },
  }),
  (_req, res, next) => {
    res.set('Cache-Control', 'no-store');
    res.set('X-Robots-Tag', 'noindex, nofollow');
    res.set('Permissions-Policy', 'camera=(), microphone=(), geolocation=(), interest-cohort=()');
    next();
  },
];
