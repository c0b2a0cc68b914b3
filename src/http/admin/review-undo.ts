import { type Request, type Response, Router } from 'express';
import type { ParentRecords } from '../../parents/parent-records.ts';
import type { PhotoRecords } from '../../photos/photo-records.ts';
import type { ReviewClaims } from '../../photos/review-claims.ts';
import type { CannotUndo, UndoDecision, Undoer } from '../../photos/undo-decision.ts';
import { Refused } from '../../shared/errors.ts';
import { parseId } from '../../shared/ids.ts';
import { readBatch } from '../forms/passed-form.ts';
import { readUndo } from '../forms/undo-form.ts';
import { requireStaff } from '../middleware/current-staff.ts';
import { paths, to } from '../paths.ts';
import { reviewAddress } from '../presenters/review-address.ts';
import { withDone } from './office-page.ts';

type Deps = {
  undoDecision: UndoDecision;
  reviewClaims: Pick<ReviewClaims, 'claim'>;
  parents: Pick<ParentRecords, 'find'>;
  photos: Pick<PhotoRecords, 'find'>;
};

// A photo's journey ⑨: review
/** Takes a decision back, or those of photos that were approved together. */
export const makeReviewUndo = ({ undoDecision, reviewClaims, parents, photos }: Deps): Router => {
  const router = Router();

  const refuse = async (res: Response, photoId: number, form: ReturnType<typeof readUndo>, reason: CannotUndo) => {
    const photo = await photos.find(res.locals.school.id, photoId);
    const parent = photo && (await parents.find(res.locals.school.id, photo.parentId));
    if (!parent || parent.archivedAt) throw new Refused('not-found');
    const code = reason === 'not-found' ? 'undone-already' : reason;
    const onward = form.back === 'parent' ? to.adminParent(parent.id) : reviewAddress(form);
    res.redirect(303, withDone(onward, code, { of: parent.id }));
  };

  router.route(paths.adminUndo).post(requireStaff('admin', 'reviewer'), async (req, res) => {
    const photoId = parseId(req.params.photo_id);
    if (photoId === undefined) throw new Refused('not-found');
    const form = readUndo(req.body);
    const who = undoerOf(res);
    const { id: schoolId } = res.locals.school;
    const undone: Awaited<ReturnType<UndoDecision['undo']>> =
      form.decisionId === undefined
        ? { ok: false, reason: 'not-found' }
        : await undoDecision.undo(who, schoolId, photoId, form.decisionId);
    if (!undone.ok) return refuse(res, photoId, form, undone.reason);

    const { parentId: of, decidedFrom } = undone.value;
    const code = decidedFrom === 'approved' ? 'undone-approved' : 'undone';
    if (form.back === 'parent' || decidedFrom === 'approved') {
      res.redirect(303, withDone(form.back === 'parent' ? to.adminParent(of) : reviewAddress(form), code, { of }));
      return;
    }
    const me = { staffId: who.staffId, schoolId };
    const inClass = await reviewClaims.claim(me, { className: form.className, photoId });
    if (inClass === undefined) await reviewClaims.claim(me, { className: null, photoId });
    const className = inClass === undefined ? null : form.className; // the photo is shown, of whatever class
    res.redirect(303, withDone(reviewAddress({ className, photo: photoId }), code, { of }));
  });

  router.route(paths.reviewPassedUndo).post(requireStaff('admin', 'reviewer'), async (req: Request, res: Response) => {
    const form = readBatch(req.body);
    if (!form) throw new Refused('bad-request');
    const { undone, kept } = await undoDecision.undoBatch(undoerOf(res), res.locals.school.id, form.batch);
    res.redirect(303, withDone(reviewAddress(form), 'passed-undone', { n: undone, rest: kept }));
  });

  return router;
};

const undoerOf = (res: Response): Undoer => ({ staffId: res.locals.staff.id, role: res.locals.staff.role });
