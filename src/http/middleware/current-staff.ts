import type { Request, RequestHandler, Response } from 'express';
import type { Clock } from '../../platform/clock.ts';
import type { I18n } from '../../platform/i18n.ts';
import type { SchoolRecords } from '../../schools/school-records.ts';
import { Refused } from '../../shared/errors.ts';
import type { Role, SignedInStaff } from '../../staff/staff.ts';
import type { StaffRecords } from '../../staff/staff-records.ts';
import { endSession, renewSession } from './renew-session.ts';
import { clearSessionCookie } from './session.ts';

declare global {
  namespace Express {
    interface Locals {
      /** Set behind `requireStaff`; before it, only where somebody is signed in. */
      staff: SignedInStaff;
    }
  }
}

/** Idle and absolute end of a staff session (R43). */
export const STAFF_IDLE_SECONDS = 30 * 60;
const STAFF_ABSOLUTE_MS = 12 * 3600 * 1000;

type Deps = { staff: StaffRecords; schools: SchoolRecords; i18n: I18n; clock: Clock };

/** Loads who is signed in, fresh from the database: a person who was disabled or lost a role is out at once. */
export const makeCurrentStaff = ({ staff, schools, i18n, clock }: Deps): RequestHandler => {
  return async (req, res, next) => {
    res.locals.speech = i18n.speak('en', 'UTC');
    const { staffId, schoolId, signedInAt } = req.session;
    if (staffId !== undefined && clock.now().getTime() - (signedInAt ?? 0) < STAFF_ABSOLUTE_MS) {
      const person = await staff.findSignedIn(staffId, schoolId);
      if (person) {
        res.locals.staff = person;
        res.locals.school = await schools.get(person.schoolId);
        res.locals.speech = i18n.speak('en', res.locals.school.timeZone);
      }
    }
    next();
  };
};

/** Guards a route of the office: throws `sign-in-needed` for strangers and `forbidden` for roles that are not named. */
export const requireStaff = (...allowed: Role[]): RequestHandler => {
  const handler: RequestHandler = (_req, res, next) => {
    const person = res.locals.staff as SignedInStaff | undefined;
    if (!person) throw new Refused('sign-in-needed');
    if (!allowed.includes(person.role)) throw new Refused('forbidden');
    next();
  };
  return Object.assign(handler, { guards: 'staff' as const, allowed });
};

/** After the password was right: a new session id, and everything of the old session gone. */
export const beginStaffSession = (req: Request, person: SignedInStaff, now: Date): Promise<void> =>
  renewSession(req, {
    staffId: person.id,
    schoolId: person.schoolId,
    signedInAt: now.getTime(),
    seenAt: now.getTime(),
  });

/** Signs out: the session is gone on the server too. */
export const endStaffSession = async (req: Request, res: Response): Promise<void> => {
  const secure = req.session.cookie.secure === true;
  await endSession(req);
  clearSessionCookie(res, 'staff', secure);
};
