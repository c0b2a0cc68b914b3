import type { Parent } from '../parents/parent.ts';
import type { ParentRecords } from '../parents/parent-records.ts';
import type { Db } from '../platform/db.ts';
import { type Actor, recordEvent } from '../platform/event-log.ts';
import type { PhotoFiles } from './photo-files.ts';
import type { DeletedPhoto, PhotoRecords } from './photo-records.ts';
import { type EnqueueRemoval, filesWith, type GoneFiles } from './remove-copies.ts';

type Deps = { db: Db; parents: ParentRecords; photos: PhotoRecords; files: PhotoFiles; enqueueRemoval: EnqueueRemoval };

/**
 * Deletes every photo of the parent: the rows first, then the files on disk; those in S3, with their versions, by a job that is queued
 * with the rows. A crash between leaves strays for the sweep.
 */
export const makeDeletePhotos =
  ({ db, parents, photos, files, enqueueRemoval }: Deps) =>
  async (parent: Parent): Promise<void> => {
    const gone = await db.transaction(async (trx) => {
      await parents.lock(trx, parent.id);
      const deleted = await photos.deleteOfParent(trx, parent.id);
      await enqueueRemoval(trx, deleted.map(goneFiles));
      const event = { schoolId: parent.schoolId, actor: { kind: 'parent' }, parentId: parent.id } as const;
      for (const photo of deleted) await recordEvent(trx, { ...event, kind: 'photo.deleted', photoId: photo.id });
      return deleted;
    });
    for (const photo of gone) await files.remove(photo.filename);
  };

export type DeletePhotos = ReturnType<typeof makeDeletePhotos>;

/** Deletes a parent for good: details, link, consents, notes and photos. The event log keeps ids without names. */
export const makeDeleteParent =
  ({ db, parents, photos, files, enqueueRemoval }: Deps) =>
  async (actor: Actor, schoolId: number, parentId: number): Promise<void> => {
    const gone = await db.transaction(async (trx) => {
      const parent = await parents.lock(trx, parentId);
      if (parent?.schoolId !== schoolId) return [];
      const deleted = await photos.deleteOfParent(trx, parentId);
      await enqueueRemoval(trx, deleted.map(goneFiles));
      await parents.delete(trx, parentId);
      await recordEvent(trx, { schoolId, actor, kind: 'parent.erased', parentId, data: { photos: deleted.length } });
      return deleted;
    });
    for (const photo of gone) await files.remove(photo.filename);
  };

export type DeleteParent = ReturnType<typeof makeDeleteParent>;

const goneFiles = ({ filename, portraitVersion }: DeletedPhoto): GoneFiles => ({
  key: filename,
  files: filesWith(portraitVersion),
});
