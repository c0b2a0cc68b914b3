// A photo's journey ⑨: review
import type { ParentRecords } from '../parents/parent-records.ts';
import type { Clock } from '../platform/clock.ts';
import type { Db, Trx } from '../platform/db.ts';
import { type Actor, type EventKind, recordEvent } from '../platform/event-log.ts';
import type { Result } from '../shared/result.ts';
import type { Photo, PhotoStatus, RejectReason } from './photo.ts';
import type { DecisionRecords } from './decision-records.ts';
import type { PhotoRecords } from './photo-records.ts';
import type { ReviewClaims } from './review-claims.ts';

type Deps = {
  db: Db;
  parents: ParentRecords;
  photos: PhotoRecords;
  decisions: DecisionRecords;
  reviewClaims: Pick<ReviewClaims, 'release'>;
  clock: Clock;
};

/**
 * `already-decided`: a colleague was quicker; `replaced`: the parent sent a newer one meanwhile; `not-passed`: of a photo
 * that was approved as one that passed every check, and does not pass any more.
 */
export type ReviewRefusal = 'not-found' | 'already-decided' | 'replaced' | 'not-passed';
type Rejection = {
  reasons: RejectReason[];
  note: string | null;
  /** What the photo was when the reviewer saw it: a colleague's approval since then is not overruled unseen. */
  seen: 'pending' | 'approved';
};

/** What a reviewer decides. The approved photo before it stays in force until its successor is approved. */
export const makeReviewPhoto = ({ db, parents, photos, decisions, reviewClaims, clock }: Deps) => {
  /** Locks the parent first, then the photo: the same order as an upload, so that the two never wait in a ring. */
  const decide = (
    schoolId: number,
    photoId: number,
    from: PhotoStatus,
    change: (trx: Trx, photo: Photo, at: Date) => Promise<ReviewRefusal | undefined>,
  ): Promise<Result<Photo, ReviewRefusal>> =>
    db.transaction(async (trx) => {
      const found = await photos.find(schoolId, photoId, trx);
      const parent = found && (await parents.lock(trx, found.parentId));
      const photo = parent && !parent.archivedAt ? await photos.lock(trx, schoolId, photoId) : undefined;
      if (!photo) return { ok: false, reason: 'not-found' };
      if (photo.status === 'superseded') return { ok: false, reason: 'replaced' };
      if (photo.status !== from) return { ok: false, reason: 'already-decided' };
      const refusal = await change(trx, photo, clock.now());
      if (refusal) return { ok: false, reason: refusal };
      await reviewClaims.release(trx, photoId);
      return { ok: true, value: photo };
    });

  const say = (trx: Trx, actor: Actor, photo: Photo, kind: EventKind, data = {}) =>
    recordEvent(trx, {
      schoolId: photo.schoolId,
      actor,
      at: clock.now(),
      kind,
      parentId: photo.parentId,
      photoId: photo.id,
      data,
    });

  return {
    /** `batch`: approved together with others, without a closer look, as long as it passed every check. */
    approve: (actor: Actor, schoolId: number, photoId: number, { batch = null }: { batch?: string | null } = {}) =>
      decide(schoolId, photoId, 'pending', async (trx, photo, at) => {
        if (batch !== null && !(await photos.hasPassed(trx, photo))) return 'not-passed';
        const decidedBy = staffOf(actor);
        const replacedId = (await photos.supersede(trx, photo.parentId, 'approved', at)) ?? null;
        if (replacedId !== null) await say(trx, actor, { ...photo, id: replacedId }, 'photo.superseded');
        await photos.decide(trx, photoId, { status: 'approved', at, by: decidedBy, reasons: [], note: null });
        const made = { schoolId, photoId, decision: 'approved', decidedFrom: 'pending', replacedId, batch } as const;
        await decisions.insert(trx, { ...made, decidedAt: at, decidedBy });
        await say(trx, actor, photo, 'photo.approved', batch === null ? {} : { batch });
        return undefined;
      }),

    /** Also an approved photo can be rejected later. The note is for the parent and stands on the photo's row. */
    reject: (actor: Actor, schoolId: number, photoId: number, { reasons, note, seen }: Rejection) =>
      decide(schoolId, photoId, seen, async (trx, photo, at) => {
        const decidedBy = staffOf(actor);
        await photos.decide(trx, photoId, { status: 'rejected', at, by: decidedBy, reasons, note });
        const made = { schoolId, photoId, decision: 'rejected', decidedFrom: seen, replacedId: null } as const;
        await decisions.insert(trx, { ...made, batch: null, decidedAt: at, decidedBy });
        await say(trx, actor, photo, 'photo.rejected', { reasons });
        return undefined;
      }),
  };
};

export type ReviewPhoto = ReturnType<typeof makeReviewPhoto>;

const staffOf = (actor: Actor): number | null => (actor.kind === 'staff' ? actor.staffId : null);
