import { type Request, type RequestHandler, type Response, Router } from 'express';
import { linkQr } from '../../parents/link-qr.ts';
import { onboardingUrl } from '../../parents/onboarding-link.ts';
import { hasSent, type Parent } from '../../parents/parent.ts';
import { CONSENT_VERSION, type ParentChoices } from '../../parents/parent-choices.ts';
import type { PhotoRecords } from '../../photos/photo-records.ts';
import type { Clock } from '../../platform/clock.ts';
import { Refused } from '../../shared/errors.ts';
import { readOpenLinkForm } from '../forms/open-link-form.ts';
import { csrfToken } from '../middleware/csrf.ts';
import type { GrantParent } from '../middleware/current-parent.ts';
import { paths, to } from '../paths.ts';
import { presentDeclineDone } from '../presenters/parent-choice-pages.ts';
import { type ConsentProblem, presentLinkExpired, presentWelcome } from '../presenters/parent-link-pages.ts';
import { qrSvg } from '../presenters/link-qr-svg.ts';
import { presentReceipt } from '../presenters/parent-receipt.ts';
import { render } from '../render.ts';
import type { FindLink, FoundLink } from './find-link.ts';

type Deps = {
  findLink: FindLink;
  photos: PhotoRecords;
  choices: ParentChoices;
  grantParent: GrantParent;
  /** Loads the session that 'Start' needs; looking at a link needs none. */
  parentSession: RequestHandler[];
  baseUrl: string;
  clock: Clock;
};

/** The onboarding link: a GET shows where things stand and changes nothing; 'Start' opens a session. */
export const makeOpenLink = ({
  findLink,
  photos,
  choices,
  grantParent,
  parentSession,
  baseUrl,
  clock,
}: Deps): Router => {
  const showWelcome = (res: Response, { parent, school, csrf }: FoundLink, problem?: ConsentProblem) => {
    const welcome = { parent, csrf, consentVersion: CONSENT_VERSION, ...(problem ? { problem } : {}) };
    render(res, 'parent/welcome', presentWelcome({ speech: res.locals.speech, school }, welcome));
  };

  const showExpired = (res: Response, { school }: FoundLink) => {
    res.status(410);
    render(
      res,
      'parent/link-expired',
      presentLinkExpired({ speech: res.locals.speech, school }, school.linkTtlDays, null),
    );
  };

  const show = async (req: Request<{ unique_id: string }>, res: Response) => {
    const link = await findWorking(findLink, req, res);
    const { parent, school, csrf } = link;
    const around = { speech: res.locals.speech, school };
    const now = clock.now();
    if (hasSent(parent)) {
      const receipt = { parent, photos: await photos.toldOf(parent), csrf, now };
      render(res, 'parent/receipt', presentReceipt(around, receipt));
    } else if (link.state === 'expired') {
      showExpired(res, link);
    } else if (parent.declinedAt) {
      render(res, 'parent/decline-done', presentDeclineDone(around, { parent, now, undoCsrf: csrf }));
    } else {
      showWelcome(res, link);
    }
  };

  /** A picture of its own, so that phones, which have no use for it, neither load nor cost it. */
  const showQr = async (req: Request<{ unique_id: string }>, res: Response) => {
    const { parent } = await findWorking(findLink, req, res);
    res.type('svg').send(qrSvg(linkQr(onboardingUrl(baseUrl, parent.uniqueId))));
  };

  /** Opens the session with its token inside: browsers follow a redirect while it is still being saved once more. */
  const enter = async (req: Request<{ unique_id: string }>, parent: Parent) => {
    csrfToken(req);
    await grantParent(req, parent);
  };

  /** Closed a moment ago: the link's page says why. */
  const reopen = async (req: Request<{ unique_id: string }>, res: Response, parent: Parent) => {
    const reopened = await choices.reopen(parent.id);
    if (reopened.ok) await enter(req, reopened.value);
    res.redirect(303, reopened.ok ? to.parent(parent.id) : to.link(parent.uniqueId));
  };

  const start = async (req: Request<{ unique_id: string }>, res: Response) => {
    const link = await findWorking(findLink, req, res);
    const { parent } = link;
    const form = readOpenLinkForm(req.body);
    if (hasSent(parent)) {
      await reopen(req, res, parent);
    } else if (link.state === 'expired') {
      showExpired(res, link);
    } else if (form.do === 'show') {
      res.redirect(303, to.link(parent.uniqueId)); // what was sent is deleted by now
    } else if (form.consent !== CONSENT_VERSION) {
      res.status(422);
      showWelcome(res, link, form.consent === undefined ? 'needed' : 'changed');
    } else {
      const started = await choices.start(parent.id, res.locals.speech.language);
      if (!started.ok) {
        res.redirect(303, to.link(parent.uniqueId)); // closed a moment ago; the page says why
        return;
      }
      await enter(req, started.value);
      res.redirect(303, to.parentPhoto(parent.id));
    }
  };

  const router = Router();
  router
    .route(paths.link)
    .get(show)
    .post(...parentSession, start);
  router.get(paths.linkQr, showQr);
  return router;
};

/** A link that may show something: one that stands still after 'This is not me' answers like a dead one. */
export const findWorking = async (
  findLink: FindLink,
  req: Request<{ unique_id: string }>,
  res: Response,
): Promise<FoundLink & { state: 'open' | 'expired' }> => {
  const { state, ...link } = await findLink(req, res);
  if (state === 'not-me') throw new Refused('link-invalid');
  return { ...link, state };
};
