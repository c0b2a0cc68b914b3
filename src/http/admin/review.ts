import { type Request, type Response, Router } from 'express';
import type { CountParents } from '../../dashboard/count-parents.ts';
import type { PassedPhotos } from '../../photos/passed-photos.ts';
import type { PhotoRecords } from '../../photos/photo-records.ts';
import type { ReviewClaims } from '../../photos/review-claims.ts';
import type { ReviewPhoto, ReviewRefusal } from '../../photos/review-photo.ts';
import type { ReviewQueue } from '../../photos/review-queue.ts';
import { Refused } from '../../shared/errors.ts';
import { parseId } from '../../shared/ids.ts';
import { type DecisionFault, type DecisionForm, type DecisionTyped, readDecision } from '../forms/decision-form.ts';
import { readReviewQuery, type ReviewPlace } from '../forms/review-query.ts';
import { requireStaff } from '../middleware/current-staff.ts';
import { paths, to } from '../paths.ts';
import { startOfDay } from '../presenters/admin-dates.ts';
import { languageOf, presentReview } from '../presenters/admin-review.ts';
import { presentReviewEmpty } from '../presenters/admin-review-empty.ts';
import { reviewAddress } from '../presenters/review-address.ts';
import { render } from '../render.ts';
import type { LastDecision } from './last-decision.ts';
import { actorOf, type OfficePage, withDone } from './office-page.ts';
import type { ShowRejection } from './rejection.ts';

type Deps = {
  reviewQueue: ReviewQueue;
  reviewPhoto: ReviewPhoto;
  reviewClaims: Pick<ReviewClaims, 'claim'>;
  passedPhotos: Pick<PassedPhotos, 'count'>;
  lastDecision: LastDecision;
  countParents: CountParents;
  photos: Pick<PhotoRecords, 'find'>;
  showRejection: ShowRejection;
  officePage: OfficePage;
};

// A photo's journey ⑨: review
/** The next waiting photo, oldest first, and the decision about it. */
export const makeReviewPages = (deps: Deps): Router => {
  const { reviewQueue, reviewPhoto, reviewClaims, passedPhotos, lastDecision } = deps;
  const { countParents, photos, showRejection, officePage } = deps;
  const router = Router();

  /**
   * The photo asked for; when it does not wait any more, or nothing follows it, the first that waits and that no
   * colleague is looking at; where they look at all of them, the first.
   */
  const findWaiting = async (schoolId: number, freeFor: number, place: ReviewPlace) =>
    (await reviewQueue.at(schoolId, { ...place, freeFor })) ??
    (await reviewQueue.at(schoolId, { className: place.className, freeFor })) ??
    (await reviewQueue.at(schoolId, { className: place.className }));

  const showEmpty = async (req: Request, res: Response, className: string | null) => {
    const { school, speech } = res.locals;
    const around = await officePage.around(req, res, { title: speech.t('office.review.title'), here: 'review' });
    const [counts, waiting, today, notice, last] = await Promise.all([
      countParents(school.id, null),
      reviewQueue.count(school.id),
      reviewQueue.decidedSince(school.id, startOfDay(school.timeZone, around.now)),
      officePage.notice(req, res),
      lastDecision(res, around.now),
    ]);
    const seen = { ...around, notice, last, className, counts, waiting, today };
    render(res, 'admin/review-empty', presentReviewEmpty(seen));
  };

  const showReview = async (
    req: Request,
    res: Response,
    place: ReviewPlace,
    again?: { typed: DecisionTyped; faults: DecisionFault[] },
  ) => {
    const { school, staff, speech } = res.locals;
    const found = await findWaiting(school.id, staff.id, place);
    if (!found) return showEmpty(req, res, place.className);
    const heading = speech.t('office.review.title');
    const title = again ? speech.t('office.error.tab', { page: heading }) : heading;
    const around = await officePage.around(req, res, { title, here: 'review' });
    const { className } = place;
    const [{ classes }, passed, notice, last] = await Promise.all([
      countParents(school.id, null),
      passedPhotos.count(school.id, className),
      again ? null : officePage.notice(req, res),
      lastDecision(res, around.now),
    ]);
    const language = languageOf(found.parent, school);
    const seen = { ...around, notice, last, className, found, classes, passed, language, me: staff.id };
    render(res, 'admin/review', presentReview({ ...seen, ...again }));
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
    const wanted = decision.approve ? 'approved' : 'rejected';
    if (!outcome.ok) return goOnUndecided(res, photoId, form, { wanted, reason: outcome.reason });
    const { parentId: of } = outcome.value;
    const next = await onward(res, form, photoId, of);
    res.redirect(303, withDone(next, wanted, { of }));
  });

  /**
   * A colleague was quicker, or the parent has sent a newer photo: said on the next page, nothing was changed. Where the form
   * came twice, after a connection broke, it was they themselves, and it is done.
   */
  const goOnUndecided = async (
    res: Response,
    photoId: number,
    form: DecisionForm,
    { wanted, reason }: { wanted: 'approved' | 'rejected'; reason: ReviewRefusal },
  ) => {
    if (reason === 'not-found') throw new Refused('not-found');
    const photo = await photos.find(res.locals.school.id, photoId);
    if (!photo) throw new Refused('not-found');
    const next = await onward(res, form, photoId, photo.parentId);
    const isTheirs = photo.status === wanted && photo.reviewedBy === res.locals.staff.id;
    const done = isTheirs ? wanted : reason === 'not-passed' ? 'already-decided' : reason;
    res.redirect(303, withDone(next, done, { of: photo.parentId }));
  };

  /**
   * The parent's page for those who came from there, else the next photo of the class that is being reviewed, which is
   * claimed at once: no colleague gets it meanwhile.
   */
  const onward = async (res: Response, form: DecisionForm, photoId: number, parentId: number): Promise<string> => {
    if (form.back === 'parent') return to.adminParent(parentId);
    const { id: staffId, schoolId } = res.locals.staff;
    const className = form.class;
    const photo = await reviewClaims.claim({ staffId, schoolId }, { className, after: photoId });
    return reviewAddress({ className, photo });
  };

  return router;
};
