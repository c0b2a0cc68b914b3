// A photo's journey ⑨: review
import { randomUUID } from 'node:crypto';
import type { Clock } from '../platform/clock.ts';
import type { Db } from '../platform/db.ts';
import type { Actor } from '../platform/event-log.ts';
import type { ReviewPhoto } from './review-photo.ts';
import { FREE } from './review-queue.ts';

type Deps = { db: Db; reviewPhoto: Pick<ReviewPhoto, 'approve'>; clock: Clock };

/** A photo that waits, passed every check, and that no other parent has sent. */
export type PassedPhoto = {
  photoId: number;
  parentId: number;
  name: string;
  surname: string;
  className: string | null;
};

/** So many on a page: a form holds 50 fields, and nobody looks at more faces at once. */
export const PASSED_ON_A_PAGE = 36;
/** Counted up to here; 1,001 stands for more. */
export const MOST_PASSED = 1000;

type Row = { id: string; photo_id: string; parent_name: string; parent_surname: string; class_name: string | null };
type Place = { className: string | null; after: number };

/** The photos that passed every check: how many, a page of them, and the approval of those that somebody ticked. */
export const makePassedPhotos = ({ db, reviewPhoto, clock }: Deps) => {
  const passed = (schoolId: number, className: string | null) =>
    db('parents')
      .where({ school_id: schoolId, photo_status: 'pending', ...(className === null ? {} : { class_name: className }) })
      .whereRaw('photo_passed') // the words of the partial index
      .whereNull('archived_at');

  return {
    /** Exact up to 1,000. */
    count: async (schoolId: number, className: string | null): Promise<number> => {
      const some = passed(schoolId, className)
        .orderBy('photo_id')
        .limit(MOST_PASSED + 1)
        .select('photo_id');
      const row = await db.from(some.as('some')).first<{ n: number }>(db.raw('count(*)::int as n'));
      return row.n;
    },

    /** A page of them, oldest first, without those that a colleague is looking at; `more`: others follow. */
    list: async (schoolId: number, staffId: number, { className, after }: Place) => {
      const rows = await passed(schoolId, className)
        .where('photo_id', '>', after)
        .whereRaw(FREE, [schoolId, clock.now(), staffId])
        .orderBy('photo_id')
        .limit(PASSED_ON_A_PAGE + 1)
        .select<Row[]>('id', 'photo_id', 'parent_name', 'parent_surname', 'class_name');
      const photos: PassedPhoto[] = rows.slice(0, PASSED_ON_A_PAGE).map((row) => ({
        photoId: Number(row.photo_id),
        parentId: Number(row.id),
        name: row.parent_name,
        surname: row.parent_surname,
        className: row.class_name,
      }));
      return { photos, more: rows.length > PASSED_ON_A_PAGE };
    },

    /**
     * Approves these, each in a transaction of its own, so that nobody waits for long. Those that changed meanwhile are
     * left out and counted. `batch` is what they are taken back by.
     */
    approve: async (actor: Actor, schoolId: number, photoIds: readonly number[]) => {
      const batch = randomUUID();
      let leftOut = 0;
      for (const photoId of photoIds) {
        const outcome = await reviewPhoto.approve(actor, schoolId, photoId, { batch });
        if (!outcome.ok) leftOut += 1;
      }
      return { batch, approved: photoIds.length - leftOut, leftOut };
    },
  };
};

export type PassedPhotos = ReturnType<typeof makePassedPhotos>;
