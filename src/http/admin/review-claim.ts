import { Router } from 'express';
import type { ReviewClaims } from '../../photos/review-claims.ts';
import { readReviewQuery } from '../forms/review-query.ts';
import { requireStaff } from '../middleware/current-staff.ts';
import { paths } from '../paths.ts';
import { reviewAddress } from '../presenters/review-address.ts';

type Deps = { reviewClaims: Pick<ReviewClaims, 'claim' | 'giveBack'> };

// A photo's journey ⑨: review
/**
 * Claims a photo for whoever is going to look at it, so that a colleague gets another one, and leads to its page: that
 * very photo, the next or the one before; where a colleague was quicker, the first that is free. `do=give-back`: they are
 * leaving it; `do=keep`: the page stays open where that photo is theirs now (204). Looking alone claims nothing, a GET.
 */
export const makeReviewClaim = ({ reviewClaims }: Deps): Router => {
  const router = Router();
  router.route(paths.reviewClaim).post(requireStaff('admin', 'reviewer'), async (req, res) => {
    const place = readReviewQuery(req.body ?? {});
    const { className, photoId } = place;
    const { id: staffId, schoolId } = res.locals.staff;
    const { do: what } = req.body as Record<string, unknown>;
    if (what === 'give-back') {
      await reviewClaims.giveBack(staffId, photoId);
      res.redirect(303, reviewAddress({ className }));
      return;
    }
    const me = { staffId, schoolId };
    const claimed = (await reviewClaims.claim(me, place)) ?? (await reviewClaims.claim(me, { className }));
    if (what === 'keep' && claimed !== undefined && claimed === photoId) {
      res.sendStatus(204);
      return;
    }
    res.redirect(303, reviewAddress({ className, photo: claimed ?? photoId }));
  });
  return router;
};
