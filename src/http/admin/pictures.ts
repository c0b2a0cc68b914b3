import { Router } from 'express';
import type { ShowPhoto } from '../../photos/show-photo.ts';
import { Refused } from '../../shared/errors.ts';
import { parseId } from '../../shared/ids.ts';
import { requireStaff } from '../middleware/current-staff.ts';
import { isPictureSize, paths } from '../paths.ts';
import { isEmbedded, sendPicture } from '../send-picture.ts';

type Deps = { showPhoto: Pick<ShowPhoto, 'forStaff'> };

/** The pictures themselves, each after a permission check (R38): only photos of the school where the person works now. */
export const makePictures = ({ showPhoto }: Deps): Router => {
  const router = Router();
  router.route(paths.adminPicture).get(requireStaff('admin', 'reviewer'), async (req, res) => {
    const photoId = parseId(req.params.photo_id);
    const { size } = req.params;
    if (photoId === undefined || !isPictureSize(size)) throw new Refused('not-found');
    const how = { ahead: req.query['ahead'] === '1', embedded: isEmbedded(req) };
    const picture = await showPhoto.forStaff(res.locals.staff, photoId, size, how);
    if (!picture) throw new Refused('not-found');
    sendPicture(res, picture);
  });
  return router;
};
