import { Router } from 'express';
import type { Response } from 'express';
import type { ReviewClaims } from '../../photos/review-claims.ts';
import type { Clock } from '../../platform/clock.ts';
import type { SchoolRecords } from '../../schools/school-records.ts';
import { Refused } from '../../shared/errors.ts';
import { parseId } from '../../shared/ids.ts';
import type { NoteSignOut, SignIn } from '../../staff/sign-in.ts';
import type { SignedInStaff } from '../../staff/staff.ts';
import { readSignIn } from '../forms/sign-in-form.ts';
import { addressKey } from '../middleware/address-key.ts';
import { csrfToken } from '../middleware/csrf.ts';
import { beginStaffSession, endStaffSession, requireStaff } from '../middleware/current-staff.ts';
import type { KnownBrowsers } from '../middleware/known-browsers.ts';
import { saveSession } from '../middleware/renew-session.ts';
import { paths } from '../paths.ts';
import { presentSignIn } from '../presenters/admin-sign-in.ts';
import { render } from '../render.ts';
import { safeNext } from './safe-next.ts';

type Deps = {
  signIn: SignIn;
  noteSignOut: NoteSignOut;
  reviewClaims: Pick<ReviewClaims, 'giveBack'>;
  knownBrowsers: KnownBrowsers;
  schools: Pick<SchoolRecords, 'findOnly'>;
  clock: Clock;
};
type Problem = Parameters<typeof presentSignIn>[0]['problem'];

/** Signing in and out, and which school to work in. */
export const makeSignInPages = ({ signIn, noteSignOut, knownBrowsers, reviewClaims, schools, clock }: Deps): Router => {
  const router = Router();

  const show = async (res: Response, form: { email: string; next: unknown }, problem?: Problem) => {
    const schoolName = (await schools.findOnly())?.name;
    const { email } = form;
    const csrf = csrfToken(res.req);
    const page = { speech: res.locals.speech, schoolName, csrf, email, next: safeNext(form.next), problem };
    render(res, 'admin/sign-in', presentSignIn(page));
  };

  router
    .route(paths.signIn)
    .get(async (req, res) => {
      if (isSignedIn(res)) res.redirect(303, safeNext(req.query['next']) ?? paths.adminParents);
      else await show(res, { email: '', next: req.query['next'] });
    })
    .post(async (req, res) => {
      const form = readSignIn(req.body);
      const { email, password } = form;
      const browsers = knownBrowsers.read(req);
      const outcome = await signIn({ email, password, ip: addressKey(req), browsers }).catch(tooMany);
      if ('retryAfter' in outcome) {
        res.status(429).set('Retry-After', String(outcome.retryAfter));
        await show(res, form, { kind: 'locked', retryAfter: outcome.retryAfter });
      } else if (!outcome.ok) {
        res.status(422);
        await show(res, form, { kind: 'wrong' });
      } else {
        await beginStaffSession(req, outcome.value, clock.now());
        knownBrowsers.remember(req, res, outcome.value.browser);
        res.redirect(303, safeNext(form.next) ?? paths.adminParents);
      }
    });

  router.post(paths.signOut, requireStaff('admin', 'reviewer', 'gate'), async (req, res) => {
    await endStaffSession(req, res);
    await noteSignOut(res.locals.staff);
    await reviewClaims.giveBack(res.locals.staff.id);
    res.redirect(303, paths.signIn);
  });

  router.post(paths.currentSchool, requireStaff('admin', 'reviewer', 'gate'), async (req, res) => {
    const wish = parseId((req.body as Record<string, unknown> | undefined)?.['school']);
    const school = res.locals.staff.schools.find(({ id }) => id === wish);
    if (!school) throw new Refused('not-found');
    req.session.schoolId = school.id;
    await saveSession(req);
    await reviewClaims.giveBack(res.locals.staff.id);
    res.redirect(303, paths.adminParents);
  });

  return router;
};

const isSignedIn = (res: Response): boolean => (res.locals.staff as SignedInStaff | undefined) !== undefined;

const tooMany = (error: unknown): { retryAfter: number } => {
  if (error instanceof Refused && error.code === 'too-many') return { retryAfter: error.retryAfter ?? 60 };
  throw error;
};
