import session from 'express-session';
import type { RequestHandler, Response } from 'express';
import type { Clock } from '../../platform/clock.ts';
import type { SessionStore } from '../../platform/session-store.ts';

declare module 'express-session' {
  interface SessionData {
    csrfToken: string;
    /** Milliseconds since 1970, at most a minute old while the session is in use. */
    seenAt: number;
    /** Parents whose link was opened with this browser: id -> which link, and when. */
    grants: Record<string, { linkVersion: number; at: number }>;
    staffId: number;
    schoolId: number;
    signedInAt: number;
  }
}

type Options = {
  store: SessionStore;
  secrets: string[];
  /** Whether people reach us by https; the cookie is then `__Host-` and Secure. */
  secure: boolean;
  name: 'parent' | 'staff';
  /** Milliseconds that the browser keeps the cookie; without it, until it is closed. */
  maxAge?: number;
  clock: Clock;
};

type Kind = Options['name'];
const cookieName = (name: Kind, secure: boolean) => (secure ? `__Host-${name}` : name);
const cookieFlags = (secure: boolean) => ({ httpOnly: true, sameSite: 'lax', secure, path: '/' }) as const;

/** Makes the browser forget its session's id. */
export const clearSessionCookie = (res: Response, name: Kind, secure: boolean): void => {
  res.clearCookie(cookieName(name, secure), cookieFlags(secure));
};

/** A session for the parents' pages or for the office's; they have cookies of their own and never mix. */
export const makeSession = ({ store, secrets, secure, name, maxAge, clock }: Options): RequestHandler[] => {
  const cookie = { ...cookieFlags(secure), ...(maxAge ? { maxAge } : {}) };
  const load = session({
    store,
    // A secret for each kind: the id of one kind's session is worth nothing in the other's cookie.
    secret: secrets.map((secret) => `${name} ${secret}`),
    name: cookieName(name, secure),
    resave: false,
    saveUninitialized: false,
    cookie,
  });
  const stayAwake: RequestHandler = async (req, _res, next) => {
    const now = clock.now().getTime();
    const isOld = req.session.staffId !== undefined && now - (req.session.seenAt ?? 0) > 60_000;
    if (isOld) await store.keepAwake(req.sessionID, now);
    next();
  };
  return [load, stayAwake];
};
