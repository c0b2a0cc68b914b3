// A photo's journey ⑨: review
import type { ParentRecords } from '../parents/parent-records.ts';
import type { Clock } from '../platform/clock.ts';
import type { Db, Trx } from '../platform/db.ts';
import { type Actor, type EventKind, recordEvent } from '../platform/event-log.ts';
import type { Result } from '../shared/result.ts';
import type { Photo, PhotoStatus, RejectReason } from './photo.ts';
import type { PhotoRecords } from './photo-records.ts';

type Deps = { db: Db; parents: ParentRecords; photos: PhotoRecords; clock: Clock };

/** `already-decided`: a colleague was quicker; `replaced`: the parent sent a newer one meanwhile. */
export type ReviewRefusal = 'not-found' | 'already-decided' | 'replaced';
type Rejection = {
  reasons: RejectReason[];
  note: string | null;
  /** What the photo was when the reviewer saw it: a colleague's approval since then is not overruled unseen. */
  seen: 'pending' | 'approved';
};

/** What a reviewer decides. The approved photo before it stays in force until its successor is approved. */
export const makeReviewPhoto = ({ db, parents, photos, clock }: Deps) => {
  /** Locks the parent first, then the photo: the same order as an upload, so that the two never wait in a ring. */
  const decide = (
    schoolId: number,
    photoId: number,
    from: PhotoStatus,
    change: (trx: Trx, photo: Photo, at: Date) => Promise<void>,
  ): Promise<Result<Photo, ReviewRefusal>> =>
    db.transaction(async (trx) => {
      const found = await photos.find(schoolId, photoId, trx);
      const parent = found && (await parents.lock(trx, found.parentId));
      const photo = parent && !parent.archivedAt ? await photos.lock(trx, schoolId, photoId) : undefined;
      if (!photo) return { ok: false, reason: 'not-found' };
      if (photo.status === 'superseded') return { ok: false, reason: 'replaced' };
      if (photo.status !== from) return { ok: false, reason: 'already-decided' };
      await change(trx, photo, clock.now());
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
    approve: (actor: Actor, schoolId: number, photoId: number) =>
      decide(schoolId, photoId, 'pending', async (trx, photo, at) => {
        const before = await photos.supersede(trx, photo.parentId, 'approved', at);
        if (before !== undefined) await say(trx, actor, { ...photo, id: before }, 'photo.superseded');
        await photos.decide(trx, photoId, { status: 'approved', at, by: staffOf(actor), reasons: [], note: null });
        await say(trx, actor, photo, 'photo.approved');
      }),

    /** Also an approved photo can be rejected later. The note is for the parent and stands on the photo's row. */
    reject: (actor: Actor, schoolId: number, photoId: number, { reasons, note, seen }: Rejection) =>
      decide(schoolId, photoId, seen, async (trx, photo, at) => {
        await photos.decide(trx, photoId, { status: 'rejected', at, by: staffOf(actor), reasons, note });
        await say(trx, actor, photo, 'photo.rejected', { reasons });
      }),
  };
};

export type ReviewPhoto = ReturnType<typeof makeReviewPhoto>;

const staffOf = (actor: Actor): number | null => (actor.kind === 'staff' ? actor.staffId : null);
