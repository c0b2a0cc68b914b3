// A photo's journey ②: the session
import type { Request, RequestHandler, Response } from 'express';
import { linkState, type Parent } from '../../parents/parent.ts';
import type { ParentRecords } from '../../parents/parent-records.ts';
import type { Clock } from '../../platform/clock.ts';
import type { School } from '../../schools/school.ts';
import type { SchoolRecords } from '../../schools/school-records.ts';
import { Refused } from '../../shared/errors.ts';
import { parseId } from '../../shared/ids.ts';
import type { SpeakTo } from './locale.ts';
import { renewSession } from './renew-session.ts';

declare global {
  namespace Express {
    interface Locals {
      parent: Parent;
      school: School;
    }
  }
}

/** How long a parent's pages stay open after 'Start' (product.md: 24 hours). */
export const PARENT_SESSION_MS = 24 * 3600 * 1000;

/** Most parents one browser holds at a time; the oldest grant goes first. */
const MOST_GRANTS = 10;

type Deps = { parents: ParentRecords; schools: SchoolRecords; speakTo: SpeakTo; clock: Clock };

/** Lets this browser act for the parent from now on, beside those it could act for; under a new session id. */
export const makeGrantParent =
  ({ clock }: Pick<Deps, 'clock'>) =>
  async (req: Request, parent: Parent): Promise<void> => {
    const now = clock.now().getTime();
    const others = Object.entries(req.session.grants ?? {})
      .filter(([id, grant]) => id !== String(parent.id) && now - grant.at < PARENT_SESSION_MS)
      .sort(([, a], [, b]) => b.at - a.at)
      .slice(0, MOST_GRANTS - 1);
    const grants = { ...Object.fromEntries(others), [parent.id]: { linkVersion: parent.linkVersion, at: now } };
    await renewSession(req, { grants, ...(req.session.csrfToken ? { csrfToken: req.session.csrfToken } : {}) });
  };

export type GrantParent = ReturnType<typeof makeGrantParent>;

/**
 * Guards the pages of one parent: the session must hold a grant that was made with the parent's present link less than
 * 24 hours ago, and the link must not be off. An expired link still shows what was sent. Throws `session-ended`
 * otherwise, the same for parents that exist and for those that do not.
 */
export const makeRequireParent = ({
  parents,
  schools,
  speakTo,
  clock,
}: Deps): RequestHandler<{ parent_id: string }> => {
  const requireParent = async (req: Request, res: Response): Promise<void> => {
    const id = parseId(req.params['parent_id']);
    const grant = id === undefined ? undefined : req.session.grants?.[id];
    const now = clock.now();
    if (id === undefined || !grant || now.getTime() - grant.at >= PARENT_SESSION_MS) throw new Refused('session-ended');
    const parent = await parents.findById(id);
    if (!parent || parent.linkVersion !== grant.linkVersion || linkState(parent, now) === 'off') {
      throw new Refused('session-ended');
    }
    res.locals.parent = parent;
    res.locals.school = await schools.get(parent.schoolId);
    speakTo(req, res, parent, res.locals.school);
  };
  const handler: RequestHandler<{ parent_id: string }> = async (req, res, next) => {
    await requireParent(req, res);
    next();
  };
  return Object.assign(handler, { guards: 'parent' as const });
};
