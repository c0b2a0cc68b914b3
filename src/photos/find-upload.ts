import { advisoryLocks, type Db, type Trx } from '../platform/db.ts';
import { askPrepared } from '../platform/prepared.ts';

/** What one upload is known by: the form (a UUID) and the bytes (SHA-256 in hex) that the parent sent with it. */
type UploadKey = { parentId: number; uploadId: string; sourceSha256: string };

/** The id of the photo that this very upload became before. */
export const findUpload = async (
  db: Db,
  { parentId, uploadId, sourceSha256 }: UploadKey,
): Promise<number | undefined> => {
  const text = 'select id from photos where parent_id = $1 and upload_id = $2 and source_sha256 = $3';
  const [row] = await askPrepared<{ id: string }>(db, text, [parentId, uploadId, sourceSha256]);
  return row && Number(row.id);
};

/** The same, and takes the lock of those who keep photos, which they share, until the transaction ends. */
export const findUploadAndLockKeeping = async (
  trx: Trx,
  { parentId, uploadId, sourceSha256 }: UploadKey,
): Promise<number | undefined> => {
  const text = `with keeping as materialized (select pg_advisory_xact_lock_shared($4))
                select photos.id from keeping
                left join photos on parent_id = $1 and upload_id = $2 and source_sha256 = $3`;
  const values = [parentId, uploadId, sourceSha256, advisoryLocks.keepPhoto];
  const [row] = await askPrepared<{ id: string | null }>(trx, text, values);
  return row?.id ? Number(row.id) : undefined;
};
