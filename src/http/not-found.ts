import type { RequestHandler } from 'express';
import { Refused } from '../shared/errors.ts';

/** Whatever no route took. Below /onboarding that is a link that does not work. */
export const notFound: RequestHandler = (req) => {
  throw new Refused(/^\/onboarding(\/|$)/i.test(req.path) ? 'link-invalid' : 'not-found');
};
