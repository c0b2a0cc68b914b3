// A photo's journey ⑨: review
import type { Clock } from '../platform/clock.ts';
import { advisoryLocks, type Db, type Trx } from '../platform/db.ts';
import type { QueuePlace, ReviewQueue } from './review-queue.ts';

type Deps = { db: Db; reviewQueue: Pick<ReviewQueue, 'find'>; clock: Clock };
type Reviewer = { staffId: number; schoolId: number };

/** After so long a photo is anybody's again: long enough for a hard case, short enough for somebody who went home. */
const CLAIM_MS = 5 * 60_000;

/**
 * Who is looking at which photo, so that two reviewers do not get the same one. A claim keeps nobody out: it decides
 * only what a colleague is given next. Everybody has one at most; it ends with the decision, with the next claim, when
 * it is given back, and after five minutes.
 */
export const makeReviewClaims = ({ db, reviewQueue, clock }: Deps) => ({
  /**
   * Claims that very photo, or the free one at a place of the queue; past the end it begins again. Undefined: none of
   * them is free. Either way the claim before is given back.
   */
  claim: ({ staffId, schoolId }: Reviewer, place: QueuePlace): Promise<number | undefined> =>
    db.transaction(async (trx) => {
      // One at a time: it takes a moment, and two who choose at once would choose the same.
      await trx.raw('select pg_advisory_xact_lock(?)', [advisoryLocks.claimReview]);
      const now = clock.now();
      await trx('review_claims').where({ staff_id: staffId }).delete();
      const photoId = await reviewQueue.find(schoolId, { ...place, freeFor: staffId }, trx);
      if (photoId === undefined) return undefined;
      // Locked, since its parent may delete it in this moment; whoever does has the lock, and it is left to them.
      const { rows } = await trx.raw<{ rows: object[] }>(
        `insert into review_claims (photo_id, school_id, staff_id, claimed_until)
         select id, school_id, ?, ? from photos where id = ? for key share skip locked
         on conflict (photo_id) do update set staff_id = excluded.staff_id, claimed_until = excluded.claimed_until
         where review_claims.claimed_until <= ?
         returning photo_id`,
        [staffId, new Date(now.getTime() + CLAIM_MS), photoId, now],
      );
      return rows.length > 0 ? photoId : undefined;
    }),

  /** Gives back what they look at, or that photo alone: they have left. */
  giveBack: (staffId: number, photoId?: number) =>
    db('review_claims')
      .where({ staff_id: staffId, ...(photoId === undefined ? {} : { photo_id: photoId }) })
      .delete(),

  /** The photo was decided: nobody needs to look at it any more. */
  release: (trx: Trx, photoId: number) => trx('review_claims').where({ photo_id: photoId }).delete(),
});

export type ReviewClaims = ReturnType<typeof makeReviewClaims>;
