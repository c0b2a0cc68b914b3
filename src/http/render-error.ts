import type { ErrorRequestHandler, Request, Response } from 'express';
import type { Clock } from '../platform/clock.ts';
import type { I18n } from '../platform/i18n.ts';
import type { NoteError } from '../platform/error-notes.ts';
import type { Logger } from '../platform/logger.ts';
import type { School } from '../schools/school.ts';
import type { SchoolRecords } from '../schools/school-records.ts';
import type { StaffRecords } from '../staff/staff-records.ts';
import { describeError, type Described } from './describe-error.ts';
import { csrfToken } from './middleware/csrf.ts';
import { UploadRefused } from './middleware/upload-refused.ts';
import { paths, to } from './paths.ts';
import { answerUploadProblem } from './parent/answer-upload-problem.ts';
import { presentForbidden, presentNotFound, presentOfficeError } from './presenters/admin-problem.ts';
import { presentError } from './presenters/parent-error.ts';
import { presentLinkInvalid, presentSessionEnded } from './presenters/parent-link-pages.ts';
import { render } from './render.ts';
import { routeOf } from './route-of.ts';

type Deps = {
  logger: Logger;
  noteError: NoteError;
  schools: SchoolRecords;
  staffRecords: Pick<StaffRecords, 'findAdminName'>;
  clock: Clock;
  i18n: I18n;
  maxUploadMb: number;
};

/** Any error -> a status and a page in the reader's language, with an id that the log has; only surprises are logged. */
export const makeRenderError = ({
  logger,
  noteError,
  schools,
  staffRecords,
  clock,
  i18n,
  maxUploadMb,
}: Deps): ErrorRequestHandler => {
  const onlySchool = async (): Promise<School | undefined> => schools.findOnly().catch(() => undefined);

  const adminName = async ({ id }: School): Promise<string | undefined> =>
    staffRecords.findAdminName(id).catch(() => undefined);

  const showParent = async (_req: Request, res: Response, { code, status }: Described): Promise<void> => {
    const locals = res.locals as Partial<Express.Locals>;
    const speech = locals.speech ?? i18n.speak('en', 'UTC');
    // A dead link never says whose school it would have been; other pages know theirs.
    const dead = code === 'link-invalid' || code === 'session-ended';
    const around = { speech, school: (dead ? undefined : locals.school) ?? (await onlySchool()) };
    if (code === 'link-invalid') {
      render(res, 'parent/link-invalid', presentLinkInvalid(around));
    } else if (code === 'session-ended') {
      render(res, 'parent/session-ended', presentSessionEnded(around));
    } else {
      const kind = code === 'sign-in-needed' ? 'failure' : code;
      const reference = status >= 500 ? (locals.requestId ?? null) : null;
      const againHref = locals.parent ? to.parent(locals.parent.id) : null;
      render(res, 'parent/error', presentError(around, { kind, reference, againHref, now: clock.now() }));
    }
  };

  const showOffice = async (req: Request, res: Response, { code, status }: Described): Promise<void> => {
    const { speech = i18n.speak('en', 'UTC'), staff, school, requestId } = res.locals as Partial<Express.Locals>;
    const known = school ?? (await onlySchool());
    const around = { speech, schoolName: known?.name, staff, csrf: staff ? tokenOf(req) : '' }; // without a person there is no form, and need be no session
    if (code === 'forbidden') {
      render(res, 'admin/403', presentForbidden(around, known && (await adminName(known))));
    } else if (code === 'not-found') {
      render(res, 'admin/404', presentNotFound(around));
    } else {
      const reference = status >= 500 ? requestId : undefined;
      render(res, 'admin/error', presentOfficeError(around, { code: officeCode(code), reference, at: clock.now() }));
    }
  };

  const log = (error: unknown, { code }: Described, req: Request, requestId: string): void => {
    if (code !== 'failure' && code !== 'unavailable') return;
    const { fingerprint } = noteError(error, { place: `${req.method} ${routeOf(req)}`, id: requestId });
    const about = { err: error, requestId, fingerprint };
    if (code === 'failure') logger.error(about, 'request failed');
    else logger.warn(about, 'a part of the service is away');
  };

  return async (error: unknown, req, res, _next) => {
    if (error instanceof UploadRefused && !res.headersSent) {
      answerUploadProblem(req, res, { error, maxUploadMb, now: clock.now() });
      return;
    }
    const described = describeError(error);
    log(error, described, req, res.locals.requestId);
    if (res.headersSent) {
      req.socket.destroy(); // half an answer is out: cutting it is the only honest end
      return;
    }
    if (described.code === 'sign-in-needed') {
      res.redirect(303, signInAndBack(req));
      return;
    }
    res.status(described.status);
    if (described.retryAfter !== undefined) res.set('Retry-After', String(described.retryAfter));
    await (/^\/admin(\/|$)/i.test(req.path) ? showOffice : showParent)(req, res, described);
  };
};

type OfficeCode = Parameters<typeof presentOfficeError>[1]['code'];

/** The office has no words of its own for what only parents meet. */
const officeCode = (code: Exclude<Described['code'], 'forbidden' | 'not-found'>): OfficeCode =>
  code === 'failure' || code === 'link-invalid' || code === 'session-ended' || code === 'sign-in-needed'
    ? 'error'
    : code;

/** The way back after signing in; only for pages, never for pictures and what was posted. */
const signInAndBack = (req: Request): string =>
  req.method !== 'GET' || req.path === paths.admin || req.path.startsWith('/admin/photos/')
    ? paths.signIn
    : `${paths.signIn}?next=${encodeURIComponent(req.originalUrl.slice(0, 500))}`;

/** '' where the session did not load, because the database is away for instance. */
const tokenOf = (req: Request): string => ((req.session as unknown) === undefined ? '' : csrfToken(req));
