import { advisoryLocks, type Db, type Trx } from '../platform/db.ts';
import type { PhotoCheck, PhotoFace } from './photo-check.ts';
import { verdictOf } from './photo-check.ts';
import { type PhotoRow, toPhoto } from './photo-records.ts';
import type { Photo } from './photo.ts';
import { findTwins, keepPrint } from './picture-twins.ts';

type Said = { checks: PhotoCheck[]; face: PhotoFace | null; print: string | undefined; at: Date };

/** SQL of what the checks say. */
export const makeCheckRecords = ({ db }: { db: Db }) => ({
  /** Any photo whose files are kept. */
  find: async (id: number): Promise<Photo | undefined> => {
    const row = await db('photos').where({ id }).whereNull('files_deleted_at').first<PhotoRow | undefined>();
    return row && toPhoto(row);
  },

  /**
   * Keeps what was said of a photo, and whether another parent has sent the same picture; gives all checks, or undefined when
   * there is nothing to say any more: it was checked meanwhile, is no photo that waits or is in force, or is gone. Changes no
   * status. Schools take turns, each for itself, so that of two equal pictures the later one finds the earlier.
   */
  keep: async (trx: Trx, photo: Photo, { checks, face, print, at }: Said): Promise<PhotoCheck[] | undefined> => {
    await trx.raw('select pg_advisory_xact_lock(?, ?::int)', [advisoryLocks.samePicture, photo.schoolId]);
    const asked = { ...photo, print };
    const twins = await findTwins(trx, asked);
    await lockParents(trx, [photo.id, ...twins]);
    const open = await trx('photos')
      .where({ id: photo.id })
      .whereNull('checked_at')
      .whereIn('status', ['pending', 'approved'])
      .forUpdate()
      .first<{ id: string } | undefined>('id');
    if (!open) return undefined;
    const all = [...checks, samePicture(twins.length)];
    await keepPrint(trx, asked);
    await trx('photos')
      .where({ id: photo.id })
      .update({
        checks: JSON.stringify(all),
        checks_verdict: verdictOf(all),
        checked_at: at,
        face: face && JSON.stringify(face),
      });
    await tellTwins(trx, twins);
    return all;
  },

  /** Records that the parent saw the advice and sends the photo all the same; whether it did: only once, and while it waits. */
  overrule: async (trx: Trx, photo: Photo, at: Date): Promise<boolean> => {
    const changed = await trx('photos')
      .where({ id: photo.id, status: 'pending', checks_verdict: 'advice' })
      .whereNull('sent_anyway_at')
      .update({ sent_anyway_at: at });
    return changed > 0;
  },
});

export type CheckRecords = ReturnType<typeof makeCheckRecords>;

const samePicture = (others: number): PhotoCheck => ({
  code: 'same-picture',
  level: others > 0 ? 'advice' : 'ok',
  value: others,
  limit: 0,
});

/** The parents before their photos, in one order, as everybody does: nobody waits in a circle. */
const lockParents = async (trx: Trx, photoIds: number[]): Promise<void> => {
  const theirs = trx('photos').whereIn('id', photoIds).select('parent_id');
  await trx('parents').whereIn('id', theirs).orderBy('id').forUpdate().select('id');
};

/** The photos of others that wait for a decision hear of it too, but for one that somebody holds for long, while S3 is asked about it. */
const tellTwins = async (trx: Trx, ids: number[]): Promise<void> => {
  const rows = await lockTwins(trx, ids);
  for (const { id, checks } of rows) {
    const all = (checks ?? []).map((check) =>
      check.code === 'same-picture' ? { ...check, ...samePicture(check.value + 1) } : check,
    );
    await trx('photos')
      .where({ id })
      .update({ checks: JSON.stringify(all), checks_verdict: verdictOf(all) });
  }
};

/** The others of the school wait meanwhile. A portrait that is being cut takes a tenth of it. */
const PATIENCE = '1s';
const LOCK_TIMEOUT = '55P03';

/** Locks them; who holds one without its parent, like a crop, needs nothing of ours, so that nobody waits in a circle. */
const lockTwins = async (trx: Trx, ids: number[]): Promise<Pick<PhotoRow, 'id' | 'checks'>[]> => {
  const lock = (query: Trx, how: 'wait' | 'skip') =>
    query('photos')
      .whereIn('id', ids)
      .where({ status: 'pending' })
      .whereNotNull('checks')
      .orderBy('id')
      .forNoKeyUpdate()
      .modify((rows) => void (how === 'skip' && rows.skipLocked()))
      .select<Pick<PhotoRow, 'id' | 'checks'>[]>('id', 'checks');
  if (ids.length === 0) return [];
  try {
    return await trx.transaction(async (inner) => {
      await inner.raw(`set local lock_timeout = '${PATIENCE}'`);
      return lock(inner, 'wait');
    });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === LOCK_TIMEOUT)) throw error;
    return lock(trx, 'skip');
  }
};
