import { type RequestHandler, Router } from 'express';
import type { ShowPhoto } from '../../photos/show-photo.ts';
import { Refused } from '../../shared/errors.ts';
import { parseId } from '../../shared/ids.ts';
import { isPictureSize, paths } from '../paths.ts';
import { isEmbedded, sendPicture } from '../send-picture.ts';

type Deps = { requireParent: RequestHandler<{ parent_id: string }>; showPhoto: ShowPhoto };

/** A parent's own picture; anything else is not found, whether it exists or not (R38). */
export const makeOwnPicture = ({ requireParent, showPhoto }: Deps): Router => {
  const router = Router();
  router.route(paths.parentPicture).get(requireParent, async (req, res) => {
    const { photo_id, size } = req.params as { photo_id?: string; size?: string };
    const photoId = parseId(photo_id);
    if (photoId === undefined || !isPictureSize(size)) throw new Refused('not-found');
    const picture = await showPhoto.forParent(res.locals.parent, photoId, size, { embedded: isEmbedded(req) });
    if (!picture) throw new Refused('not-found');
    sendPicture(res, picture);
  });
  return router;
};
