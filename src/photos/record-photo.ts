// A photo's journey ⑦: record
import { linkState } from '../parents/parent.ts';
import type { ParentRecords } from '../parents/parent-records.ts';
import type { Clock } from '../platform/clock.ts';
import type { Db, Trx } from '../platform/db.ts';
import { recordEvent } from '../platform/event-log.ts';
import type { Result } from '../shared/result.ts';
import { findUploadAndLockKeeping } from './find-upload.ts';
import type { PhotoFiles } from './photo-files.ts';
import type { Staged } from './photo-place.ts';
import type { NewPhoto, PhotoRecords } from './photo-records.ts';

type Deps = {
  db: Db;
  parents: ParentRecords;
  photos: PhotoRecords;
  files: PhotoFiles;
  clock: Clock;
  enqueueCheck: (trx: Trx, photoId: number) => Promise<void>;
  enqueueBackup: (trx: Trx, photoId: number) => Promise<void>;
};

/** What came of an upload; `repeated`: the same form sent the same bytes before, and this is that photo. */
export type Received = { photoId: number; repeated: boolean };

/**
 * Puts the staged files in place, on disk or in S3, and the row beside them, in one transaction. It holds a shared lock from
 * before that until the commit; the sweep of strays takes the same lock exclusively (sweep-photos.ts). So no
 * sweep, in whatever process, ever sees a file whose row may still come.
 */
export const makeRecordPhoto =
  ({ db, parents, photos, files, clock, enqueueCheck, enqueueBackup }: Deps) =>
  async (photo: Omit<NewPhoto, 'uploadedAt'>, staged: Staged): Promise<Result<Received, 'link-closed'>> => {
    const moved = { done: false };
    try {
      const outcome = await files.inTurn(() =>
        db.transaction<Result<Received, 'link-closed'>>(async (trx) => {
          const parent = await parents.lock(trx, photo.parentId);
          const now = clock.now();
          if (!parent || linkState(parent, now) !== 'open') return { ok: false, reason: 'link-closed' };
          const before = await findUploadAndLockKeeping(trx, photo);
          if (before !== undefined) return { ok: true, value: { photoId: before, repeated: true } };

          await files.keep(staged, photo.filename);
          moved.done = true;

          const { schoolId, parentId } = photo;
          const event = { schoolId, actor: { kind: 'parent' }, at: now, parentId } as const;
          // The database keeps the status in step with the photos; were it not, it would refuse a second one that waits.
          const superseded =
            parent.status === 'pending' ? await photos.supersede(trx, parentId, 'pending', now) : undefined;
          if (superseded !== undefined) {
            await recordEvent(trx, { ...event, kind: 'photo.superseded', photoId: superseded });
          }
          if (parent.declinedAt) {
            await parents.change(trx, parent.id, { declined_at: null });
            await recordEvent(trx, { ...event, kind: 'parent.decline-undone' });
          }
          const photoId = await photos.insert(trx, { ...photo, uploadedAt: now });
          await recordEvent(trx, {
            ...event,
            kind: 'photo.received',
            photoId,
            data: { format: photo.sourceFormat, bytes: photo.sourceBytes },
          });
          await enqueueCheck(trx, photoId);
          await enqueueBackup(trx, photoId);
          return { ok: true, value: { photoId, repeated: false } };
        }),
      );
      if (!moved.done) await files.discard(staged);
      return outcome;
    } catch (error) {
      // Whether a commit that failed took place is not known here: only when the row is surely absent may the file go.
      // The sweep decides that under its lock; staged files that never moved are ours alone.
      if (!moved.done) await files.discard(staged);
      throw error;
    }
  };
