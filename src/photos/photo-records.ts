import type { Db, Trx } from '../platform/db.ts';
import type { Photo, PhotoStatus, RejectReason } from './photo.ts';
import type { StorageKey } from './photo-files.ts';

/** A row of `photos` as the driver gives it; bigints are text. */
export type PhotoRow = {
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
};

type UploadKey = { parentId: number; uploadId: string; sourceSha256: string };

/** SQL of photos. Lists of the office leave out photos whose files are gone. */
export const makePhotoRecords = ({ db }: { db: Db }) => {
  const first = async (query: Db, where: Record<string, unknown>): Promise<Photo | undefined> => {
    const row = await query('photos').where(where).whereNull('files_deleted_at').first<PhotoRow | undefined>();
    return row && toPhoto(row);
  };
  return {
    /** For the office: loads and authorises in one call. */
    find: (schoolId: number, id: number, query: Db = db) => first(query, { id, school_id: schoolId }),
    /** For the parent's own pages. */
    findOfParent: (parentId: number, id: number) => first(db, { id, parent_id: parentId }),
    /** The photo that this very upload (same form, same bytes) became before. */
    findUpload: async ({ parentId, uploadId, sourceSha256 }: UploadKey, query: Db = db) => {
      const row = await query('photos')
        .where({ parent_id: parentId, upload_id: uploadId, source_sha256: sourceSha256 })
        .first<PhotoRow | undefined>();
      return row && toPhoto(row);
    },
    /** Newest first; at most 100. */
    listOfParent: async (parentId: number): Promise<Photo[]> => {
      const rows = await db('photos')
        .where({ parent_id: parentId })
        .whereNull('files_deleted_at')
        .orderBy('id', 'desc')
        .limit(100)
        .select<PhotoRow[]>();
      return rows.map(toPhoto);
    },
    lock: async (trx: Trx, schoolId: number, id: number): Promise<Photo | undefined> => {
      const row = await trx('photos').where({ id, school_id: schoolId }).forUpdate().first<PhotoRow | undefined>();
      return row && toPhoto(row);
    },
    insert: async (trx: Trx, photo: NewPhoto): Promise<number> => {
      const [row] = await trx('photos')
        .insert({
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
        })
        .returning<{ id: string }[]>('id');
      if (!row) throw new Error('insert returned no row');
      return Number(row.id);
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
    /** Deletes the rows of a parent's photos; gives the keys whose files are to be removed after the commit. */
    deleteOfParent: async (trx: Trx, parentId: number): Promise<{ id: number; filename: StorageKey }[]> => {
      const rows = await trx('photos')
        .where({ parent_id: parentId })
        .delete()
        .returning<{ id: string; filename: string }[]>(['id', 'filename']);
      return rows.map((row) => ({ id: Number(row.id), filename: row.filename as StorageKey }));
    },
  };
};

export type PhotoRecords = ReturnType<typeof makePhotoRecords>;

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
});
