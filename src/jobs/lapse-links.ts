import type { Clock } from '../platform/clock.ts';
import type { Db } from '../platform/db.ts';

/**
 * Marks the links whose time is over, `limit` parents a transaction until none is left, and gives how many: a
 * generated column cannot look at the clock, so this is what turns a status to 'expired'. Rows that somebody holds are
 * left to the next run; several processes may do it at once.
 */
export const makeLapseLinks =
  ({ db, clock }: { db: Db; clock: Clock }) =>
  async (limit = 500): Promise<number> => {
    const now = clock.now();
    let lapsed = 0;
    for (;;) {
      const due = db('parents')
        .whereRaw('not link_lapsed') // the words of the partial index
        .where('link_expires_at', '<=', now)
        .orderBy('link_expires_at')
        .limit(limit)
        .forUpdate()
        .skipLocked()
        .select('id');
      const batch = await db('parents').whereIn('id', db.with('due', due).select('id').from('due')).update({
        link_lapsed: true,
      });
      lapsed += batch;
      if (batch < limit) return lapsed;
    }
  };
