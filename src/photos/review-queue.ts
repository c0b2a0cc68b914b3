// A photo's journey ⑨: the review
import type { Parent } from '../parents/parent.ts';
import { type ParentRow, toParent } from '../parents/parent-records.ts';
import type { Db } from '../platform/db.ts';
import type { Photo } from './photo.ts';
import { type PhotoRow, toPhoto } from './photo-records.ts';

/** A photo that waits for review, with what a reviewer sees beside it. */
export type WaitingPhoto = {
  photo: Photo;
  parent: Parent;
  /** The photo of this parent that is in force until this one is approved. */
  approvedPhotoId: number | null;
  /** Which photo of this parent it is, from 1 (at most 100 are counted). */
  tries: number;
  /** '3 of 28': from 1, exact up to 1,000; 1,001 stands for more. */
  position: number;
  waiting: number;
  /** The photos before and after it; null at the ends. */
  previous: number | null;
  next: number | null;
};

/** Where in the queue: nothing for its oldest photo, one photo that waits, or the neighbour of one (which may be gone). */
export type QueuePlace = { className: string | null; photoId?: number; after?: number; before?: number };

const FURTHEST_POSITION = 1000;
const MOST_TRIES = 100;

type Target = { parent_id: string; photo_id: string };
type Around = {
  approved: string | null;
  tries: number;
  position: number;
  previous: string | null;
  next: string | null;
};

/** The photos that wait for review, oldest first. Those of archived parents do not wait. */
export const makeReviewQueue = ({ db }: { db: Db }) => {
  // Read from the parents, whose index has the class too and leaves out the archived ones.
  const queue = (schoolId: number, className: string | null) =>
    db('parents')
      .where({ school_id: schoolId, photo_status: 'pending', ...(className === null ? {} : { class_name: className }) })
      .whereNull('archived_at');

  const count = async (schoolId: number, className: string | null = null): Promise<number> => {
    const row = await db('parent_counts')
      .where({ school_id: schoolId, status: 'pending', ...(className === null ? {} : { class_name: className }) })
      .first<{ n: number }>(db.raw('coalesce(sum(n), 0)::int as n'));
    return row.n;
  };

  const find = async (schoolId: number, { className, photoId, after, before }: QueuePlace) => {
    const all = queue(schoolId, className).select<Target[]>('id as parent_id', 'photo_id').limit(1);
    if (photoId !== undefined) return (await all.where({ photo_id: photoId })).at(0);
    const oldest = all.clone().orderBy('photo_id');
    const neighbour =
      after !== undefined
        ? oldest.clone().where('photo_id', '>', after)
        : before !== undefined
          ? all.clone().where('photo_id', '<', before).orderBy('photo_id', 'desc')
          : oldest;
    return (await neighbour).at(0) ?? (await oldest).at(0);
  };

  const lookAround = async (
    schoolId: number,
    className: string | null,
    target: Target,
  ): Promise<Around | undefined> => {
    const ahead = queue(schoolId, className)
      .where('photo_id', '<=', target.photo_id)
      .orderBy('photo_id', 'desc')
      .limit(FURTHEST_POSITION + 1)
      .select('photo_id');
    const tries = db('photos')
      .where({ parent_id: target.parent_id })
      .where('id', '<=', target.photo_id)
      .limit(MOST_TRIES)
      .select('id');
    const rows: Around[] = await db.select(
      db('photos').where({ parent_id: target.parent_id, status: 'approved' }).select('id').as('approved'),
      db.from(tries.as('tries')).select(db.raw('count(*)::int')).as('tries'),
      db.from(ahead.as('ahead')).select(db.raw('count(*)::int')).as('position'),
      queue(schoolId, className).where('photo_id', '<', target.photo_id).max('photo_id').as('previous'),
      queue(schoolId, className).where('photo_id', '>', target.photo_id).min('photo_id').as('next'),
    );
    return rows[0];
  };

  return {
    /** The photo at a place of the queue; past the end it begins again. Undefined: none waits, or `photoId` does not. */
    at: async (schoolId: number, place: QueuePlace): Promise<WaitingPhoto | undefined> => {
      const target = await find(schoolId, place);
      if (!target) return undefined;
      const [photo, parent, around, waiting] = await Promise.all([
        db('photos').where({ id: target.photo_id }).first<PhotoRow | undefined>(),
        db('parents').where({ id: target.parent_id }).first<ParentRow | undefined>(),
        lookAround(schoolId, place.className, target),
        count(schoolId, place.className),
      ]);
      if (!photo || !parent || !around) return undefined; // deleted in this moment
      return {
        photo: toPhoto(photo),
        parent: toParent(parent),
        approvedPhotoId: toId(around.approved),
        tries: around.tries,
        position: around.position,
        waiting,
        previous: toId(around.previous),
        next: toId(around.next),
      };
    },

    /** How many photos of the school wait, from the counts. */
    count: (schoolId: number): Promise<number> => count(schoolId),

    /** What was decided since then; approved ones also when a newer photo has taken their place. */
    decidedSince: async (schoolId: number, since: Date): Promise<{ approved: number; rejected: number }> => {
      const row = await db('photos')
        .where({ school_id: schoolId })
        .where('reviewed_at', '>=', since)
        .first<{ approved: number; rejected: number }>(
          db.raw(`count(*) filter (where status in ('approved', 'superseded'))::int as approved`),
          db.raw(`count(*) filter (where status = 'rejected')::int as rejected`),
        );
      return row;
    },
  };
};

export type ReviewQueue = ReturnType<typeof makeReviewQueue>;

const toId = (id: string | null): number | null => (id === null ? null : Number(id));
