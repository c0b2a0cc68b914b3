import type { Clock } from '../platform/clock.ts';
import type { Db } from '../platform/db.ts';
import { recordEvent } from '../platform/event-log.ts';
import type { PhotoFiles } from './photo-files.ts';
import type { StorageKey } from './photo-keys.ts';
import { type EnqueueRemoval, filesWith } from './remove-copies.ts';

type Deps = { db: Db; files: PhotoFiles; enqueueRemoval: EnqueueRemoval; clock: Clock; days: number };
type Row = { id: string; school_id: string; parent_id: string; filename: StorageKey; portrait_version: number | null };

/** Deletes the files of rejected and superseded photos that are older than `days`; gives how many (<= 100 a call). */
export const makeClearPhotos =
  ({ db, files, enqueueRemoval, clock, days }: Deps) =>
  async (): Promise<number> => {
    const now = clock.now();
    const before = new Date(now.getTime() - days * 24 * 3600 * 1000);
    const gone = await db.transaction(async (trx) => {
      const due = await trx('photos')
        .whereIn('status', ['superseded', 'rejected'])
        .whereNull('files_deleted_at')
        .whereRaw('coalesce(superseded_at, reviewed_at) < ?', [before])
        .orderByRaw('coalesce(superseded_at, reviewed_at)')
        .limit(100)
        .select<Pick<Row, 'id' | 'parent_id'>[]>('id', 'parent_id');
      // The parents first, as everybody else does; one who is busy now has a turn next time.
      const parents = await trx('parents')
        .whereIn(
          'id',
          due.map((row) => row.parent_id),
        )
        .orderBy('id')
        .forUpdate()
        .skipLocked()
        .select<{ id: string }[]>('id');
      const rows = await trx('photos')
        .whereIn(
          'id',
          due.map((row) => row.id),
        )
        .whereIn(
          'parent_id',
          parents.map((row) => row.id),
        )
        .whereNull('files_deleted_at')
        .whereIn('status', ['superseded', 'rejected'])
        .update({ files_deleted_at: now, face: null, print: null })
        .returning<Row[]>(['id', 'school_id', 'parent_id', 'filename', 'portrait_version']);
      const ids = rows.map((row) => row.id);
      await trx('photo_prints').whereIn('photo_id', ids).delete();
      await enqueueRemoval(
        trx,
        rows.map((row) => ({ key: row.filename, files: filesWith(row.portrait_version) })),
      );
      // In the order in which they came: rows come back in whatever order they lie.
      for (const row of rows.toSorted((a, b) => Number(a.id) - Number(b.id))) {
        const about = { schoolId: Number(row.school_id), parentId: Number(row.parent_id), photoId: Number(row.id) };
        await recordEvent(trx, { ...about, actor: { kind: 'system' }, kind: 'photo.cleared' });
      }
      return rows;
    });
    for (const row of gone) await files.remove(row.filename);
    return gone.length;
  };

export type ClearPhotos = ReturnType<typeof makeClearPhotos>;
