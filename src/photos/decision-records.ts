import type { Db, Trx } from '../platform/db.ts';

/** What somebody decided about a photo. */
export type Decision = {
  id: number;
  schoolId: number;
  parentId: number;
  photoId: number;
  decision: 'approved' | 'rejected';
  /** What the photo was before, and becomes again when this is taken back. */
  decidedFrom: 'pending' | 'approved';
  /** The approved photo that this approval put out of force. */
  replacedId: number | null;
  /** Photos that were approved together have it in common. */
  batch: string | null;
  decidedAt: Date;
  /** Null: by a command on the server, or by an account that is gone. */
  decidedBy: number | null;
};

/** Why a decision cannot be taken back; each has a sentence of its own. */
export type UndoRefusal =
  /** It was taken back already, or was never made. */
  | 'undone-already'
  /** Somebody has decided about another photo of this parent since, or again about this one. */
  | 'decided-since'
  /** A newer photo of this parent waits. */
  | 'newer-waits'
  /** The files of the photo, or of the one before it, were deleted when their time was over. */
  | 'files-gone';

/** A decision with what stands against taking it back; null: nothing does. */
export type StandingDecision = Decision & { refusal: UndoRefusal | null };

type DecisionRow = {
  id: string;
  school_id: string;
  parent_id: string;
  photo_id: string;
  decision: Decision['decision'];
  decided_from: Decision['decidedFrom'];
  replaced_id: string | null;
  batch: string | null;
  decided_at: Date;
  decided_by: string | null;
  undone_at: Date | null;
  photo_status: string;
  files_gone: boolean;
  newer_waits: boolean;
  decided_since: boolean;
};

type NewDecision = Omit<Decision, 'id' | 'parentId'>;

/** SQL of decisions. */
export const makeDecisionRecords = ({ db }: { db: Db }) => {
  /** Decisions about photos of parents that are not archived, with what has happened since. */
  const standing = (query: Db) =>
    query('decisions as d')
      .join('photos as p', 'p.id', 'd.photo_id')
      .join('parents', 'parents.id', 'p.parent_id')
      .leftJoin('photos as r', 'r.id', 'd.replaced_id')
      .whereNull('parents.archived_at')
      .select<DecisionRow[]>(
        ...['d.id', 'd.school_id', 'p.parent_id', 'd.photo_id', 'd.decision', 'd.decided_from', 'd.replaced_id'],
        ...['d.batch', 'd.decided_at', 'd.decided_by', 'd.undone_at', 'p.status as photo_status'],
        query.raw('p.files_deleted_at is not null or r.files_deleted_at is not null as files_gone'),
        query.raw(`parents.photo_status is not distinct from 'pending' as newer_waits`),
        query.raw(`exists (
          select from photos as other join decisions as later on later.photo_id = other.id
          where other.parent_id = p.parent_id and later.id > d.id and later.undone_at is null) as decided_since`),
      );

  const first = async (rows: Promise<DecisionRow[]>): Promise<StandingDecision | undefined> => {
    const row = (await rows).at(0);
    return row && toDecision(row);
  };

  return {
    insert: (trx: Trx, made: NewDecision) =>
      trx('decisions').insert({
        school_id: made.schoolId,
        photo_id: made.photoId,
        decision: made.decision,
        decided_from: made.decidedFrom,
        replaced_id: made.replacedId,
        batch: made.batch,
        decided_at: made.decidedAt,
        decided_by: made.decidedBy,
      }),

    /** For the office: loads and authorises in one call. */
    find: (schoolId: number, photoId: number, id: number, query: Db = db) =>
      first(standing(query).where({ 'd.id': id, 'd.photo_id': photoId, 'd.school_id': schoolId })),

    /** The last one about a parent's photos that still stands. */
    lastOfParent: (schoolId: number, parentId: number) =>
      first(
        standing(db)
          .where({ 'p.parent_id': parentId, 'd.school_id': schoolId })
          .whereNull('d.undone_at')
          .orderBy('d.id', 'desc')
          .limit(1),
      ),

    /** The last one that this member of staff made in the school and that still stands, if it is younger than `since`. */
    lastOfStaff: (schoolId: number, staffId: number, since: Date) =>
      first(
        standing(db)
          .where({ 'd.decided_by': staffId, 'd.school_id': schoolId })
          .whereNull('d.undone_at')
          .where('d.decided_at', '>', since)
          .orderBy('d.id', 'desc')
          .limit(1),
      ),

    /** Those of a batch that have not been taken back, the last one first. */
    listBatch: async (schoolId: number, batch: string): Promise<Pick<Decision, 'id' | 'photoId'>[]> => {
      const rows = await db('decisions')
        .where({ batch, school_id: schoolId })
        .whereNull('undone_at')
        .orderBy('id', 'desc')
        .select<Pick<DecisionRow, 'id' | 'photo_id'>[]>('id', 'photo_id');
      return rows.map((row) => ({ id: Number(row.id), photoId: Number(row.photo_id) }));
    },

    /** When and by whom the photo was approved, by the approval that still stands. */
    findApproval: async (trx: Trx, photoId: number): Promise<{ at: Date; by: number | null } | undefined> => {
      const row = await trx('decisions')
        .where({ photo_id: photoId, decision: 'approved' })
        .whereNull('undone_at')
        .first<Pick<DecisionRow, 'decided_at' | 'decided_by'> | undefined>('decided_at', 'decided_by');
      return row && { at: row.decided_at, by: toId(row.decided_by) };
    },

    takeBack: (trx: Trx, id: number, { at, by }: { at: Date; by: number | null }) =>
      trx('decisions').where({ id }).update({ undone_at: at, undone_by: by }),
  };
};

export type DecisionRecords = ReturnType<typeof makeDecisionRecords>;

const toId = (id: string | null): number | null => (id === null ? null : Number(id));

const toDecision = (row: DecisionRow): StandingDecision => ({
  id: Number(row.id),
  schoolId: Number(row.school_id),
  parentId: Number(row.parent_id),
  photoId: Number(row.photo_id),
  decision: row.decision,
  decidedFrom: row.decided_from,
  replacedId: toId(row.replaced_id),
  batch: row.batch,
  decidedAt: row.decided_at,
  decidedBy: toId(row.decided_by),
  refusal: refusalOf(row),
});

const refusalOf = (row: DecisionRow): UndoRefusal | null => {
  if (row.undone_at) return 'undone-already';
  if (row.decided_since || row.photo_status !== row.decision) return 'decided-since';
  if (row.newer_waits) return 'newer-waits';
  return row.files_gone ? 'files-gone' : null;
};
