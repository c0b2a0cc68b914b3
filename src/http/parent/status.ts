import { randomUUID } from 'node:crypto';
import { type Request, type RequestHandler, type Response, Router } from 'express';
import { hasSent } from '../../parents/parent.ts';
import type { PhotoRecords } from '../../photos/photo-records.ts';
import type { Clock } from '../../platform/clock.ts';
import { csrfToken } from '../middleware/csrf.ts';
import { paths, to } from '../paths.ts';
import { presentDeclineDone } from '../presenters/parent-choice-pages.ts';
import { presentStatus, type StatusPage } from '../presenters/parent-status-pages.ts';
import { render } from '../render.ts';

type Deps = {
  requireParent: RequestHandler<{ parent_id: string }>;
  photos: PhotoRecords;
  maxUploadMb: number;
  clock: Clock;
};

/** What became of the photo, with the face. */
export const makeStatus = ({ requireParent, photos, maxUploadMb, clock }: Deps): Router => {
  const show = async (req: Request, res: Response): Promise<void> => {
    const { parent, school, speech } = res.locals;
    const now = clock.now();
    if (hasSent(parent)) {
      const stored = await photos.toldOf(parent);
      const form = { speech, parent, csrf: csrfToken(req), uploadId: randomUUID(), maxUploadMb };
      renderStatus(res, presentStatus({ speech, school }, { ...form, photos: stored, now }));
    } else if (parent.declinedAt) {
      render(res, 'parent/decline-done', presentDeclineDone({ speech, school }, { parent, now }));
    } else {
      res.redirect(303, to.parentPhoto(parent.id));
    }
  };

  const router = Router();
  router.route(paths.parent).get(requireParent, (req, res) => show(req as unknown as Request, res));
  return router;
};

const renderStatus = (res: Response, shown: StatusPage): void => {
  if (shown.view === 'parent/pending') render(res, shown.view, shown.model);
  else if (shown.view === 'parent/approved') render(res, shown.view, shown.model);
  else render(res, shown.view, shown.model);
};
