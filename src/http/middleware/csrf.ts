import { randomBytes } from 'node:crypto';
import type { Request, RequestHandler } from 'express';
import { Refused } from '../../shared/errors.ts';
import type { UniqueId } from '../../shared/ids.ts';
import { makeSigner, sameSecret } from './signer.ts';

/** The session's token, made at first use. It is the first field of every form. */
export const csrfToken = (req: Request): string => {
  req.session.csrfToken ??= randomBytes(24).toString('base64url');
  return req.session.csrfToken;
};

/** Throws 403 unless the body read so far carries the session's token. */
export const assertCsrf = (req: Request): void => {
  if (!sameSecret(tokenOf(req), req.session.csrfToken ?? '')) throw new Refused('forged');
};

/** The one address whose token is checked elsewhere: before the first byte of the file is kept (photo-upload.ts). */
const PHOTO = /^\/onboarding\/p\/[0-9]+\/photo$/;

/** Every POST but the photo's. A body that we did not parse has no token: multipart anywhere else is refused. */
export const checkCsrf: RequestHandler = (req, _res, next) => {
  if (changes(req) && !PHOTO.test(`${req.baseUrl}${req.path}`)) assertCsrf(req);
  next();
};

/**
 * The token of the forms at a link, where there is no session yet: a signature over the link. It binds the form to our
 * page; whoever can make one holds the link already.
 */
export const makeLinkToken = ({ secrets }: { secrets: string[] }) => {
  const signer = makeSigner({ secrets, purpose: 'link-form' });
  return {
    make: (uniqueId: UniqueId): string => signer.sign(uniqueId),
    /** Throws 403 unless the form carries the token of this link. */
    assert: (req: Request, uniqueId: UniqueId): void => {
      if (!signer.isSigned(uniqueId, tokenOf(req))) throw new Refused('forged');
    },
  };
};

export type LinkToken = ReturnType<typeof makeLinkToken>;

/** Whether the request's method may change something. */
export const changes = (req: Request): boolean => req.method !== 'GET' && req.method !== 'HEAD';

const tokenOf = (req: Request): string => {
  const body = req.body as Record<string, unknown> | undefined;
  const sent = body?.['_csrf'];
  return typeof sent === 'string' ? sent : '';
};
