import { type RequestHandler, Router } from 'express';
import type { DeletePhotos } from '../../photos/delete-photos.ts';
import type { PhotoRecords } from '../../photos/photo-records.ts';
import type { Clock } from '../../platform/clock.ts';
import { csrfToken } from '../middleware/csrf.ts';
import { paths, to } from '../paths.ts';
import { presentDeletion, presentDeletionDone } from '../presenters/parent-deletion.ts';
import { render } from '../render.ts';

type Deps = {
  requireParent: RequestHandler<{ parent_id: string }>;
  photos: PhotoRecords;
  deletePhotos: DeletePhotos;
  clock: Clock;
};

/** 'Delete my photo': asks, deletes everything that is stored, and says so as long as nothing is. */
export const makeDeletion = ({ requireParent, photos, deletePhotos, clock }: Deps): Router => {
  const router = Router();
  router
    .route(paths.parentDeletion)
    .get(requireParent, async (req, res) => {
      const { parent, school, speech } = res.locals;
      const around = { speech, school };
      const stored = await photos.listOfParent(parent.id);
      if (stored.length > 0) {
        render(res, 'parent/deletion', presentDeletion(around, { parent, photos: stored, csrf: csrfToken(req) }));
      } else {
        render(res, 'parent/deletion-done', presentDeletionDone(around, { parent, now: clock.now() }));
      }
    })
    .post(requireParent, async (_req, res) => {
      const { parent } = res.locals;
      await deletePhotos(parent);
      res.redirect(303, to.parentDeletion(parent.id));
    });
  return router;
};
