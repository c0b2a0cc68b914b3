import { Router } from 'express';
import type { ParentChoices } from '../../parents/parent-choices.ts';
import { paths, to } from '../paths.ts';
import { presentNotMe, presentNotMeDone } from '../presenters/parent-choice-pages.ts';
import { render } from '../render.ts';
import type { FindLink } from './find-link.ts';

/** 'This is not me': the office gets an alert and the link stands still. Names nobody once it was said. */
export const makeNotMe = ({ findLink, choices }: { findLink: FindLink; choices: ParentChoices }): Router => {
  const router = Router();
  router
    .route(paths.linkNotMe)
    .get(async (req, res) => {
      const { parent, school, state, csrf } = await findLink(req, res);
      const around = { speech: res.locals.speech, school };
      if (state === 'not-me') render(res, 'parent/not-me-done', presentNotMeDone(around));
      else render(res, 'parent/not-me', presentNotMe(around, { parent, csrf }));
    })
    .post(async (req, res) => {
      const { parent } = await findLink(req, res);
      await choices.sayNotMe(parent.id);
      res.redirect(303, to.linkNotMe(parent.uniqueId));
    });
  return router;
};
