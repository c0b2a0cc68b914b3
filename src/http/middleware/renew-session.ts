import { promisify } from 'node:util';
import type { Request } from 'express';
import type { SessionData } from 'express-session';
import { csrfToken } from './csrf.ts';

/** Puts `content` into a session with a new id; the old id is worth nothing from then on (session fixation, R43). */
export const renewSession = async (req: Request, content: Partial<SessionData>): Promise<void> => {
  await promisify(req.session.regenerate.bind(req.session))();
  Object.assign(req.session, content);
  csrfToken(req); // now: express-session saves once more after the answer, and would undo what the next page adds
  await saveSession(req);
};

/** Saves now: by itself the session is saved while the answer goes out, and a browser may follow its redirect before. */
export const saveSession = (req: Request): Promise<void> => promisify(req.session.save.bind(req.session))();

/** Ends the session on the server. */
export const endSession = (req: Request): Promise<void> => promisify(req.session.destroy.bind(req.session))();
