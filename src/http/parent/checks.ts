import { randomUUID } from 'node:crypto';
import { type Request, type RequestHandler, type Response, Router } from 'express';
import type { PhotoRecords } from '../../photos/photo-records.ts';
import type { Photo } from '../../photos/photo.ts';
import type { SendAnyway } from '../../photos/send-anyway.ts';
import type { Clock } from '../../platform/clock.ts';
import { Refused } from '../../shared/errors.ts';
import { parseId } from '../../shared/ids.ts';
import { csrfToken } from '../middleware/csrf.ts';
import { paths, to } from '../paths.ts';
import { presentChecks } from '../presenters/parent-checks.ts';
import { isAdvised } from '../presenters/parent-status-pages.ts';
import { render } from '../render.ts';

type Deps = {
  requireParent: RequestHandler<{ parent_id: string }>;
  photos: Pick<PhotoRecords, 'findOfParent'>;
  sendAnyway: SendAnyway;
  maxUploadMb: number;
  clock: Clock;
};

/** What could be better in the photo that was sent, with 'take another' and 'send it anyway'; it waits for review in any case. */
export const makeChecks = ({ requireParent, photos, sendAnyway, maxUploadMb, clock }: Deps): Router => {
  const find = async (req: Request, res: Response): Promise<Photo> => {
    const photoId = parseId(req.params['photo_id']);
    const photo = photoId === undefined ? undefined : await photos.findOfParent(res.locals.parent.id, photoId);
    if (!photo) throw new Refused('not-found');
    return photo;
  };

  /** A photo about which there is nothing to say any more (replaced, decided, sent anyway) leads to where things stand. */
  const show = async (req: Request, res: Response): Promise<void> => {
    const { parent, school, speech } = res.locals;
    const photo = await find(req, res);
    if (!isAdvised(photo)) {
      res.redirect(303, to.parent(parent.id));
      return;
    }
    const form = { speech, parent, csrf: csrfToken(req), uploadId: randomUUID(), maxUploadMb };
    render(res, 'parent/checks', presentChecks({ speech, school }, { ...form, photo, now: clock.now() }));
  };

  const overrule = async (req: Request, res: Response): Promise<void> => {
    const { parent } = res.locals;
    await sendAnyway(parent, await find(req, res)); // where it is not taken, the page behind says why: a newer photo waits, say
    res.redirect(303, to.parent(parent.id));
  };

  const router = Router();
  router
    .route(paths.parentChecks)
    .get(requireParent, (req, res) => show(req as unknown as Request, res))
    .post(requireParent, (req, res) => overrule(req as unknown as Request, res));
  return router;
};
