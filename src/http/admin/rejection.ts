import { type Request, type Response, Router } from 'express';
import type { ParentRecords } from '../../parents/parent-records.ts';
import type { PhotoRecords } from '../../photos/photo-records.ts';
import type { I18n } from '../../platform/i18n.ts';
import { Refused } from '../../shared/errors.ts';
import { parseId } from '../../shared/ids.ts';
import type { DecisionFault, DecisionTyped } from '../forms/decision-form.ts';
import { readRejectionQuery } from '../forms/rejection-query.ts';
import { requireStaff } from '../middleware/current-staff.ts';
import { paths, to } from '../paths.ts';
import { presentReject } from '../presenters/admin-reject.ts';
import { languageOf } from '../presenters/admin-review.ts';
import { render } from '../render.ts';
import type { OfficePage } from './office-page.ts';

type Deps = {
  photos: Pick<PhotoRecords, 'find' | 'listOfParent'>;
  parents: Pick<ParentRecords, 'find'>;
  i18n: I18n;
  officePage: OfficePage;
};

type How = {
  backTo: 'review' | 'parent';
  className: string | null;
  typed?: DecisionTyped | undefined;
  faults?: DecisionFault[];
};

/** Shows the page for a rejection; throws `not-found` for photos that this school does not have. */
export const makeShowRejection = ({ photos, parents, i18n, officePage }: Deps) => {
  return async (req: Request, res: Response, photoId: number, how: How): Promise<void> => {
    const { school, speech } = res.locals;
    const photo = await photos.find(school.id, photoId);
    const parent = photo && (await parents.find(school.id, photo.parentId));
    if (!parent || parent.archivedAt) throw new Refused('not-found');
    if (photo.status !== 'pending' && photo.status !== 'approved') {
      res.redirect(303, to.adminParent(parent.id));
      return;
    }
    const { backTo, className, typed, faults = [] } = how;
    const heading = speech.t('office.reject.title');
    const title = faults.length > 0 ? speech.t('office.error.tab', { page: heading }) : heading;
    const around = await officePage.around(req, res, { title, here: 'review' });
    const listed = photo.status === 'pending' ? await photos.listOfParent(parent.id) : [];
    const approvedStays = listed.some(({ status }) => status === 'approved');
    const parentSpeech = i18n.speak(languageOf(parent, school), school.timeZone);
    const seen = { ...around, parent, photo, approvedStays, parentSpeech, backTo, className, typed, faults };
    render(res, 'admin/reject', presentReject(seen));
  };
};

export type ShowRejection = ReturnType<typeof makeShowRejection>;

/** The page for a rejection, as one reaches it from a parent's details; what it sends goes to the decision (review.ts). */
export const makeRejectionPage = ({ showRejection }: { showRejection: ShowRejection }): Router => {
  const router = Router();
  router.route(paths.adminRejection).get(requireStaff('admin', 'reviewer'), async (req, res) => {
    const photoId = parseId(req.params.photo_id);
    if (photoId === undefined) throw new Refused('not-found');
    const { reason, ...how } = readRejectionQuery(req.query);
    await showRejection(req, res, photoId, { ...how, typed: { reason, note: '' } });
  });
  return router;
};
