import { type Request, type Response, Router } from 'express';
import type { ParentChoices } from '../../parents/parent-choices.ts';
import { hasSent } from '../../parents/parent.ts';
import type { Clock } from '../../platform/clock.ts';
import { NOTE_MAX, readDeclineForm } from '../forms/decline-form.ts';
import { paths, to } from '../paths.ts';
import { presentDecline, presentDeclineDone } from '../presenters/parent-choice-pages.ts';
import { render } from '../render.ts';
import type { FindLink, FoundLink } from './find-link.ts';
import { findWorking } from './open-link.ts';

type Deps = { findLink: FindLink; choices: ParentChoices; clock: Clock };

/** 'I do not want to send a photo', and taking it back. Where a photo was sent, or the time is over, the link says so. */
export const makeDecline = ({ findLink, choices, clock }: Deps): Router => {
  const find = async (req: Request<{ unique_id: string }>, res: Response): Promise<FoundLink | undefined> => {
    const link = await findWorking(findLink, req, res);
    if (link.state === 'open' && !hasSent(link.parent)) return link;
    res.redirect(303, to.link(link.parent.uniqueId));
    return undefined;
  };

  const ask = async (req: Request<{ unique_id: string }>, res: Response) => {
    const link = await find(req, res);
    if (!link) return;
    const { parent, school, csrf } = link;
    const around = { speech: res.locals.speech, school };
    if (parent.declinedAt) {
      render(res, 'parent/decline-done', presentDeclineDone(around, { parent, now: clock.now(), undoCsrf: csrf }));
    } else {
      render(res, 'parent/decline', presentDecline(around, { parent, csrf, noteMax: NOTE_MAX }));
    }
  };

  const decide = async (req: Request<{ unique_id: string }>, res: Response) => {
    const link = await find(req, res);
    if (!link) return;
    const { parent, school, csrf } = link;
    const form = readDeclineForm(req.body);
    if (!form.ok) {
      const around = { speech: res.locals.speech, school };
      res.status(422);
      render(res, 'parent/decline', presentDecline(around, { parent, csrf, noteMax: NOTE_MAX, faulty: form }));
    } else if (form.undo) {
      await choices.undoDecline(parent.id);
      res.redirect(303, to.link(parent.uniqueId));
    } else {
      await choices.decline(parent.id, form.note);
      res.redirect(303, to.linkDecline(parent.uniqueId));
    }
  };

  const router = Router();
  router.route(paths.linkDecline).get(ask).post(decide);
  return router;
};
