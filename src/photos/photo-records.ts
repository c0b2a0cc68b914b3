import type { Parent } from '../parents/parent.ts';
import type { Db, Trx } from '../platform/db.ts';
import { insertPrepared } from '../platform/prepared.ts';
import type { ChecksVerdict, PhotoCheck, PhotoFace } from './photo-check.ts';
import type { Photo, PhotoStatus, Portrait, RejectReason } from './photo.ts';
import type { StorageKey } from './photo-keys.ts';
import { portraitColumns, type PortraitRow, toPortrait } from './portrait-records.ts';

/** A row of `photos` as the driver gives it; bigints are text. */
export type PhotoRow = PortraitRow & {
  id: string;
  parent_id: string;
  school_id: string;
  filename: string;
  uploaded_at: Date;
  sha256: string;
  thumb_sha256: string;
  source_sha256: string;
  width: number;
  height: number;
  bytes: number;
  status: PhotoStatus;
  may_be_damaged: boolean;
  reviewed_at: Date | null;
  reviewed_by: string | null;
  reject_reasons: RejectReason[];
  reject_note: string | null;
  checks: PhotoCheck[] | null;
  face: PhotoFace | null;
  checks_verdict: ChecksVerdict | null;
  sent_anyway_at: Date | null;
};

export type NewPhoto = {
  parentId: number;
  schoolId: number;
  filename: StorageKey;
  /** UUID made by the form. */
  uploadId: string;
  uploadedAt: Date;
  sha256: string;
  thumbSha256: string;
  sourceSha256: string;
  sourceFormat: string;
  sourceBytes: number;
  width: number;
  height: number;
  bytes: number;
  mayBeDamaged: boolean;
  portrait: Portrait;
};

/** What is left of a photo whose row is gone: where its files were. */
export type DeletedPhoto = { id: number; filename: StorageKey; portraitVersion: number | null };

/** SQL of photos. Lists of the office leave out photos whose files are gone. */
export const makePhotoRecords = ({ db }: { db: Db }) => {
  const first = async (query: Db, where: Record<string, unknown>): Promise<Photo | undefined> => {
    const row = await query('photos').where(where).whereNull('files_deleted_at').first<PhotoRow | undefined>();
    return row && toPhoto(row);
  };
  const listOfParent = async (parentId: number): Promise<Photo[]> => {
    const rows = await db('photos')
      .where({ parent_id: parentId })
      .whereNull('files_deleted_at')
      .orderBy('id', 'desc')
      .limit(100)
      .select<PhotoRow[]>();
    return rows.map(toPhoto);
  };
  return {
    /** For the office: loads and authorises in one call. */
    find: (schoolId: number, id: number, query: Db = db) => first(query, { id, school_id: schoolId }),
    /** For the parent's own pages. */
    findOfParent: (parentId: number, id: number) => first(db, { id, parent_id: parentId }),
    /** Newest first; at most 100. */
    listOfParent,
    /**
     * What a parent's own pages tell of: the photos that are kept, newest first; once the files of a rejected one are
     * cleared, that one, for its reasons.
     */
    toldOf: async ({ id, status, photoId }: Pick<Parent, 'id' | 'status' | 'photoId'>): Promise<Photo[]> => {
      const isCleared = status === 'rejected' && photoId === null;
      if (!isCleared) return listOfParent(id);
      const rows = await db('photos').where({ parent_id: id }).orderBy('id', 'desc').limit(1).select<PhotoRow[]>();
      return rows.map(toPhoto);
    },
    lock: async (trx: Trx, schoolId: number, id: number): Promise<Photo | undefined> => {
      const row = await trx('photos').where({ id, school_id: schoolId }).forUpdate().first<PhotoRow | undefined>();
      return row && toPhoto(row);
    },
    insert: async (trx: Trx, photo: NewPhoto): Promise<number> => {
      const id = await insertPrepared(trx, 'photos', {
        parent_id: photo.parentId,
        school_id: photo.schoolId,
        filename: photo.filename,
        upload_id: photo.uploadId,
        uploaded_at: photo.uploadedAt,
        sha256: photo.sha256,
        thumb_sha256: photo.thumbSha256,
        source_sha256: photo.sourceSha256,
        source_format: photo.sourceFormat,
        source_bytes: photo.sourceBytes,
        width: photo.width,
        height: photo.height,
        bytes: photo.bytes,
        may_be_damaged: photo.mayBeDamaged,
        ...portraitColumns(photo.portrait),
      });
      return Number(id);
    },
    /** Turns the parent's photo of that status, if there is one, into a superseded one; gives its id. */
    supersede: async (trx: Trx, parentId: number, status: 'pending' | 'approved', at: Date) => {
      const [row] = await trx('photos')
        .where({ parent_id: parentId, status })
        .update({ status: 'superseded', superseded_at: at })
        .returning<{ id: string }[]>('id');
      return row && Number(row.id);
    },
    decide: (trx: Trx, id: number, decision: Decision) =>
      trx('photos').where({ id }).update({
        status: decision.status,
        reviewed_at: decision.at,
        reviewed_by: decision.by,
        reject_reasons: decision.reasons,
        reject_note: decision.note,
      }),
    /** A decision about it was taken back: it waits again. */
    undecide: (trx: Trx, id: number) =>
      trx('photos')
        .where({ id })
        .update({ status: 'pending', ...nothingDecided, reviewed_at: null, reviewed_by: null }),
    /** It is in force again: since `approval`, or where that is not known, as its row says. */
    reinstate: (trx: Trx, id: number, approval: { at: Date; by: number | null } | undefined) =>
      trx('photos')
        .where({ id })
        .update({
          status: 'approved',
          superseded_at: null,
          ...nothingDecided,
          ...(approval ? { reviewed_at: approval.at, reviewed_by: approval.by } : {}),
        }),
    /** Whether it waits and passed every check; the database derives it (photo_passes). Under the parent's lock. */
    hasPassed: async (trx: Trx, { id, parentId }: Pick<Photo, 'id' | 'parentId'>): Promise<boolean> =>
      (await trx('parents').where({ id: parentId, photo_id: id, photo_passed: true }).first('id')) !== undefined,
    /** Deletes the rows of a parent's photos; gives them as they came, with the keys whose files are to be removed after the commit. */
    deleteOfParent: async (trx: Trx, parentId: number): Promise<DeletedPhoto[]> => {
      const rows = await trx('photos')
        .where({ parent_id: parentId })
        .delete()
        .returning<Pick<PhotoRow, 'id' | 'filename' | 'portrait_version'>[]>(['id', 'filename', 'portrait_version']);
      const deleted = rows.map((row) => ({
        id: Number(row.id),
        filename: row.filename as StorageKey,
        portraitVersion: row.portrait_version,
      }));
      return deleted.sort((a, b) => a.id - b.id);
    },
  };
};

export type PhotoRecords = ReturnType<typeof makePhotoRecords>;

const nothingDecided = { reject_reasons: [], reject_note: null };

type Decision = {
  status: 'approved' | 'rejected';
  at: Date;
  by: number | null;
  reasons: RejectReason[];
  note: string | null;
};

export const toPhoto = (row: PhotoRow): Photo => ({
  id: Number(row.id),
  parentId: Number(row.parent_id),
  schoolId: Number(row.school_id),
  filename: row.filename as StorageKey,
  uploadedAt: row.uploaded_at,
  sha256: row.sha256,
  thumbSha256: row.thumb_sha256,
  sourceSha256: row.source_sha256,
  width: row.width,
  height: row.height,
  bytes: row.bytes,
  status: row.status,
  mayBeDamaged: row.may_be_damaged,
  reviewedAt: row.reviewed_at,
  reviewedBy: row.reviewed_by === null ? null : Number(row.reviewed_by),
  rejectReasons: row.reject_reasons,
  rejectNote: row.reject_note,
  checks: row.checks,
  face: row.face,
  checksVerdict: row.checks_verdict,
  sentAnywayAt: row.sent_anyway_at,
  portrait: toPortrait(row),
});
