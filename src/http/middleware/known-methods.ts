import type { RequestHandler } from 'express';

export const KNOWN_METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'];

/** 405 for methods that no route of ours could have, TRACE above all (R54); nginx.conf has the same list. */
export const knownMethods: RequestHandler = (req, res, next) => {
  if (KNOWN_METHODS.includes(req.method)) {
    next();
    return;
  }
  res.status(405).set('Allow', KNOWN_METHODS.join(', ')).end();
};
