import { Router } from 'express';
import type { PassedPhotos } from '../../photos/passed-photos.ts';
import { readPassed, readPassedQuery } from '../forms/passed-form.ts';
import { requireStaff } from '../middleware/current-staff.ts';
import { paths } from '../paths.ts';
import { presentPassed } from '../presenters/admin-passed.ts';
import { passedAddress, reviewAddress } from '../presenters/review-address.ts';
import { render } from '../render.ts';
import { actorOf, type OfficePage, withDone } from './office-page.ts';
import type { LastDecision } from './last-decision.ts';

type Deps = { passedPhotos: PassedPhotos; lastDecision: LastDecision; officePage: OfficePage };

// A photo's journey ⑨: review
/** The photos that passed every check, shown first, and approved together where they are ticked. */
export const makeReviewPassed = ({ passedPhotos, lastDecision, officePage }: Deps): Router => {
  const router = Router();
  router
    .route(paths.reviewPassed)
    .get(requireStaff('admin', 'reviewer'), async (req, res) => {
      const place = readPassedQuery(req.query);
      const { staff, school, speech } = res.locals;
      const [around, { photos, more }, count, notice] = await Promise.all([
        officePage.around(req, res, { title: speech.t('office.passed.title'), here: 'review' }),
        passedPhotos.list(school.id, staff.id, place),
        passedPhotos.count(school.id, place.className),
        officePage.notice(req, res),
      ]);
      const last = await lastDecision(res, around.now);
      render(res, 'admin/review-passed', presentPassed({ ...around, ...place, photos, more, count, notice, last }));
    })
    .post(requireStaff('admin', 'reviewer'), async (req, res) => {
      const { photoIds, className, last } = readPassed(req.body);
      const { id: schoolId } = res.locals.school;
      const { approved: n, leftOut: rest } = await passedPhotos.approve(actorOf(res), schoolId, photoIds);
      const { photos } = await passedPhotos.list(schoolId, res.locals.staff.id, { className, after: last });
      const onward = photos.length > 0 ? passedAddress({ className, after: last }) : reviewAddress({ className });
      res.redirect(303, withDone(onward, 'passed-approved', { n, rest }));
    });
  return router;
};
