import { createHash, randomUUID } from 'node:crypto';
import { makeParentRecords } from '../../src/parents/parent-records.ts';
import type { ParentStatus } from '../../src/parents/parent.ts';
import { makePhotoRecords } from '../../src/photos/photo-records.ts';
import type { StorageKey } from '../../src/photos/photo-keys.ts';
import type { Db } from '../../src/platform/db.ts';
import { makeUniqueId } from '../../src/shared/ids.ts';

const DAY = 24 * 3600 * 1000;

export const addSchool = async (db: Db, name = 'Oakfield'): Promise<number> => {
  const [row] = await db('schools').insert({ name, time_zone: 'Europe/London' }).returning<{ id: string }[]>('id');
  return Number(row?.id);
};

type NewParent = { name?: string; surname?: string; child?: string; className?: string | null };

/** A parent as the office enters one, with an open link. */
export const addParent = async (
  db: Db,
  schoolId: number,
  { name = 'Maria', surname = 'Santos', child = 'Sofia', className = null }: NewParent = {},
): Promise<number> => {
  const details = { name, surname, childName: child, className, email: null, phone: null, locale: null };
  const link = { uniqueId: makeUniqueId(), linkIssuedAt: new Date(), linkExpiresAt: new Date(Date.now() + 30 * DAY) };
  const parents = makeParentRecords({ db });
  const parent = await db.transaction((trx) =>
    parents.insert(trx, { ...details, ...link, schoolId, externalId: null }),
  );
  return parent.id;
};

/** A photo as it arrives: it waits, and the one that waited before is superseded. */
export const addPhoto = (db: Db, schoolId: number, parentId: number): Promise<number> => {
  const photos = makePhotoRecords({ db });
  const upload = randomUUID();
  const sha256 = createHash('sha256').update(upload).digest('hex');
  return db.transaction(async (trx) => {
    await photos.supersede(trx, parentId, 'pending', new Date());
    return photos.insert(trx, {
      parentId,
      schoolId,
      filename: `s${schoolId}/${upload.slice(0, 2)}/${upload.replaceAll('-', '')}` as StorageKey,
      uploadId: upload,
      uploadedAt: new Date(),
      sha256,
      thumbSha256: sha256,
      sourceSha256: sha256,
      sourceFormat: 'jpeg',
      sourceBytes: 1000,
      width: 960,
      height: 1200,
      bytes: 900,
      mayBeDamaged: false,
      portrait: { version: 1, sha256, crop: { turn: 0, x: 0, y: 0, size: 1200 }, source: 'centre' },
    });
  });
};

export const decide = (db: Db, photoId: number, status: 'approved' | 'rejected', at = new Date()): Promise<unknown> =>
  db.transaction((trx) =>
    makePhotoRecords({ db }).decide(trx, photoId, { status, at, by: null, reasons: [], note: null }),
  );

/** Brings a new parent to a status in the way in which life does. */
export const bringTo = async (db: Db, schoolId: number, parentId: number, status: ParentStatus): Promise<void> => {
  const change = (columns: Record<string, unknown>) => db('parents').where({ id: parentId }).update(columns);
  const opened = { opened_at: new Date() };
  switch (status) {
    case 'not_opened':
      return;
    case 'opened':
      await change(opened);
      return;
    case 'declined':
      await change({ ...opened, declined_at: new Date() });
      return;
    case 'revoked':
      await change({ ...opened, link_revoked_at: new Date() });
      return;
    case 'expired':
      await change({ link_expires_at: new Date(Date.now() - DAY), link_lapsed: true });
      return;
    case 'pending':
    case 'approved':
    case 'rejected': {
      const photo = await addPhoto(db, schoolId, parentId);
      if (status !== 'pending') await decide(db, photo, status);
    }
  }
};

export const archive = (db: Db, parentId: number): Promise<unknown> =>
  db('parents').where({ id: parentId }).update({ archived_at: new Date() });
