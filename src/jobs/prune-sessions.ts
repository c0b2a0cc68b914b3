import type { Db } from '../platform/db.ts';

/** Deletes sessions that have ended and limits that are over; gives how many rows. */
export const makePruneSessions =
  ({ db }: { db: Db }) =>
  async (): Promise<number> => {
    const sessions = await db('sessions').where('expire', '<', db.fn.now()).delete();
    const limits = await db('rate_limits').where('expire', '<', Date.now()).delete();
    return sessions + limits;
  };
