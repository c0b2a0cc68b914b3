import type { Clock } from '../platform/clock.ts';
import type { Db } from '../platform/db.ts';

const KEEP_MS = 30 * 86_400_000;

/** Forgets the kinds of errors that were last seen 30 days ago; gives how many. */
export const makePruneErrors =
  ({ db, clock }: { db: Db; clock: Clock }) =>
  async (): Promise<number> =>
    db('error_kinds')
      .where('last_at', '<', new Date(clock.now().getTime() - KEEP_MS))
      .delete();
