// A photo's journey ⑨: the review
import type { Parent } from '../parents/parent.ts';
import { type ParentRow, toParent } from '../parents/parent-records.ts';
import type { Clock } from '../platform/clock.ts';
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
  /** The photos before and after it that no colleague is looking at; null at the ends. */
  previous: number | null;
  next: number | null;
  /** Who is looking at it at the moment. */
  claim: { staffId: number; name: string } | null;
};

/** Where in the queue: nothing for its oldest photo, one photo that waits, or the neighbour of one (which may be gone). */
export type QueuePlace = {
  className: string | null;
  photoId?: number;
  after?: number;
  before?: number;
  /** Leaves out what colleagues of this member of staff are looking at, but for `photoId` itself. */
  freeFor?: number;
};

const FURTHEST_POSITION = 1000;
const MOST_TRIES = 100;
const TARGET = ['id as parent_id', 'photo_id'] as const;

type Target = { parent_id: string; photo_id: string };
type Around = {
  approved: string | null;
  tries: number;
  position: number;
  previous: string | null;
  next: string | null;
  claimed_by: string | null;
  claimed_name: string | null;
};

/**
 * Of parents: no colleague looks at their photo. Needs the school, the time and the member of staff. An array, since
 * claims are few: the index of the queue keeps the order.
 */
export const FREE = `photo_id <> all (array(
  select photo_id from review_claims where school_id = ? and claimed_until > ? and staff_id <> ?))`;

/** The photos that wait for review, oldest first. Those of archived parents do not wait. */
export const makeReviewQueue = ({ db, clock }: { db: Db; clock: Clock }) => {
  // Read from the parents, whose index has the class too and leaves out the archived ones.
  const queue = (schoolId: number, className: string | null, query = db) =>
    query('parents')
      .where({ school_id: schoolId, photo_status: 'pending', ...(className === null ? {} : { class_name: className }) })
      .whereNull('archived_at');

  /** Those of the queue that no colleague is looking at. */
  const free = (schoolId: number, { className, freeFor }: QueuePlace, query = db) => {
    const all = queue(schoolId, className, query);
    if (freeFor === undefined) return all;
    return all.whereRaw(FREE, [schoolId, clock.now(), freeFor]);
  };

  const count = async (schoolId: number, className: string | null = null): Promise<number> => {
    const row = await db('parent_counts')
      .where({ school_id: schoolId, status: 'pending', ...(className === null ? {} : { class_name: className }) })
      .first<{ n: number }>(db.raw('coalesce(sum(n), 0)::int as n'));
    return row.n;
  };

  const find = async (schoolId: number, place: QueuePlace, query = db) => {
    const { className, photoId, after, before } = place;
    if (photoId !== undefined) {
      return queue(schoolId, className, query)
        .where({ photo_id: photoId })
        .first<Target | undefined>(...TARGET);
    }
    const all = free(schoolId, place, query).select<Target[]>(TARGET).limit(1);
    const oldest = all.clone().orderBy('photo_id');
    const neighbour =
      after !== undefined
        ? oldest.clone().where('photo_id', '>', after)
        : before !== undefined
          ? all.clone().where('photo_id', '<', before).orderBy('photo_id', 'desc')
          : oldest;
    return (await neighbour).at(0) ?? (await oldest).at(0);
  };

  const lookAround = async (schoolId: number, place: QueuePlace, target: Target): Promise<Around | undefined> => {
    const ahead = queue(schoolId, place.className)
      .where('photo_id', '<=', target.photo_id)
      .orderBy('photo_id', 'desc')
      .limit(FURTHEST_POSITION + 1)
      .select('photo_id');
    const tries = db('photos')
      .where({ parent_id: target.parent_id })
      .where('id', '<=', target.photo_id)
      .limit(MOST_TRIES)
      .select('id');
    const claim = db('review_claims')
      .join('staff', 'staff.id', 'staff_id')
      .where({ photo_id: target.photo_id })
      .where('claimed_until', '>', clock.now());
    const rows: Around[] = await db.select(
      db('photos').where({ parent_id: target.parent_id, status: 'approved' }).select('id').as('approved'),
      db.from(tries.as('tries')).select(db.raw('count(*)::int')).as('tries'),
      db.from(ahead.as('ahead')).select(db.raw('count(*)::int')).as('position'),
      free(schoolId, place).where('photo_id', '<', target.photo_id).max('photo_id').as('previous'),
      free(schoolId, place).where('photo_id', '>', target.photo_id).min('photo_id').as('next'),
      claim.clone().select('staff_id').as('claimed_by'),
      claim.clone().select('staff.name').as('claimed_name'),
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
        lookAround(schoolId, place, target),
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
        claim:
          around.claimed_by === null ? null : { staffId: Number(around.claimed_by), name: around.claimed_name ?? '' },
      };
    },

    /** The id of the photo at a place of the queue, as `at` finds it. */
    find: async (schoolId: number, place: QueuePlace, query: Db = db): Promise<number | undefined> => {
      const target = await find(schoolId, place, query);
      return target && Number(target.photo_id);
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
