import { type Request, type Response, Router } from 'express';
import type { CountParents } from '../../dashboard/count-parents.ts';
import type { PhotoRecords } from '../../photos/photo-records.ts';
import type { ReviewPhoto, ReviewRefusal } from '../../photos/review-photo.ts';
import type { ReviewQueue } from '../../photos/review-queue.ts';
import { Refused } from '../../shared/errors.ts';
import { parseId } from '../../shared/ids.ts';
import { type DecisionFault, type DecisionForm, type DecisionTyped, readDecision } from '../forms/decision-form.ts';
import { readReviewQuery, type ReviewPlace } from '../forms/review-query.ts';
import { requireStaff } from '../middleware/current-staff.ts';
import { paths, to } from '../paths.ts';
import { startOfDay } from '../presenters/admin-dates.ts';
import { languageOf, presentReview, presentReviewEmpty, reviewAddress } from '../presenters/admin-review.ts';
import { render } from '../render.ts';
import { actorOf, type OfficePage, withDone } from './office-page.ts';
import type { ShowRejection } from './rejection.ts';

type Deps = {
  reviewQueue: ReviewQueue;
  reviewPhoto: ReviewPhoto;
  countParents: CountParents;
  photos: Pick<PhotoRecords, 'find'>;
  showRejection: ShowRejection;
  officePage: OfficePage;
};

// A photo's journey ⑨: review
/** The next waiting photo, oldest first, and the decision about it. */
export const makeReviewPages = (deps: Deps): Router => {
  const { reviewQueue, reviewPhoto, countParents, photos, showRejection, officePage } = deps;
  const router = Router();

  /** The photo asked for; when it does not wait any more, or nothing follows it, the first that waits. */
  const findWaiting = async (schoolId: number, place: ReviewPlace) =>
    (await reviewQueue.at(schoolId, place)) ?? (await reviewQueue.at(schoolId, { className: place.className }));

  const showEmpty = async (req: Request, res: Response, className: string | null) => {
    const { school, speech } = res.locals;
    const around = await officePage.around(req, res, { title: speech.t('office.review.title'), here: 'review' });
    const [counts, waiting, today, notice] = await Promise.all([
      countParents(school.id, null),
      reviewQueue.count(school.id),
      reviewQueue.decidedSince(school.id, startOfDay(school.timeZone, around.now)),
      officePage.notice(req, res),
    ]);
    render(res, 'admin/review-empty', presentReviewEmpty({ ...around, notice, className, counts, waiting, today }));
  };

  const showReview = async (
    req: Request,
    res: Response,
    place: ReviewPlace,
    again?: { typed: DecisionTyped; faults: DecisionFault[] },
  ) => {
    const { school, speech } = res.locals;
    const found = await findWaiting(school.id, place);
    if (!found) return showEmpty(req, res, place.className);
    const heading = speech.t('office.review.title');
    const title = again ? speech.t('office.error.tab', { page: heading }) : heading;
    const around = await officePage.around(req, res, { title, here: 'review' });
    const [{ classes }, notice] = await Promise.all([
      countParents(school.id, null),
      again ? null : officePage.notice(req, res),
    ]);
    const language = languageOf(found.parent, school);
    const { className } = place;
    render(res, 'admin/review', presentReview({ ...around, notice, className, found, classes, language, ...again }));
  };

  router
    .route(paths.review)
    .get(requireStaff('admin', 'reviewer'), (req, res) => showReview(req, res, readReviewQuery(req.query)));

  /** The form again, on the page where it stands, with what is missing. */
  const ask = async (req: Request, res: Response, photoId: number, form: DecisionForm, faults: DecisionFault[]) => {
    const { class: className } = form;
    const again = { typed: form, faults };
    if (form.page === 'review' && (await reviewQueue.at(res.locals.school.id, { className, photoId }))) {
      return showReview(req, res, { className, photoId }, again);
    }
    return showRejection(req, res, photoId, { backTo: form.back, className, ...again });
  };

  router.route(paths.adminDecision).post(requireStaff('admin', 'reviewer'), async (req, res) => {
    const photoId = parseId(req.params.photo_id);
    if (photoId === undefined) throw new Refused('not-found');
    const read = readDecision(req.body);
    if (!read.form) throw new Refused('bad-request');
    const { form } = read;
    if (!read.ok) return ask(req, res.status(422), photoId, form, read.faults);

    const { decision } = read;
    const { id: schoolId } = res.locals.school;
    const actor = actorOf(res);
    const outcome = decision.approve
      ? await reviewPhoto.approve(actor, schoolId, photoId)
      : await reviewPhoto.reject(actor, schoolId, photoId, {
          reasons: [decision.reason],
          note: decision.note,
          seen: form.seen,
        });
    if (!outcome.ok) return goOnUndecided(res, photoId, form, outcome.reason);
    const { parentId } = outcome.value;
    res.redirect(303, withDone(onward(form, photoId, parentId), decision.approve ? 'approved' : 'rejected', parentId));
  });

  /** A colleague was quicker, or the parent has sent a newer photo: said on the next page, nothing was changed. */
  const goOnUndecided = async (res: Response, photoId: number, form: DecisionForm, reason: ReviewRefusal) => {
    if (reason === 'not-found') throw new Refused('not-found');
    const photo = await photos.find(res.locals.school.id, photoId);
    res.redirect(303, withDone(onward(form, photoId, photo?.parentId), reason, photo?.parentId));
  };

  return router;
};

/** The parent's page for those who came from there, else the next photo of the class that is being reviewed. */
const onward = (form: DecisionForm, photoId: number, parentId: number | undefined): string =>
  form.back === 'parent' && parentId !== undefined
    ? to.adminParent(parentId)
    : reviewAddress({ after: photoId, className: form.class });
