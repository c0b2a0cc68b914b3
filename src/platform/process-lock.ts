import { chmodSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as wait } from 'node:timers/promises';

const POLL_MS = 50;
const SQLITE_BUSY = 5;

/**
 * Runs `work` while no one else, in this process or another, holds the lock `file`; waits `patienceMs` for it and gives
 * `{ ok: false, reason: 'locked' }` after that. The lock is SQLite's lock on an empty database, because the
 * kernel takes it from a holder that dies: no lock is ever stale, and nothing has to guess whether one is.
 */
export const withProcessLock = async <T>(
  file: string,
  patienceMs: number,
  work: () => Promise<T>,
): Promise<{ ok: true; value: T } | { ok: false; reason: 'locked' }> => {
  const lock = new DatabaseSync(file, { timeout: 0 }); // waiting inside SQLite would block the event loop
  try {
    chmodSync(file, 0o600); // who may read it could hold it
    for (let waited = 0; !tryLock(lock); waited += POLL_MS) {
      if (waited >= patienceMs) return { ok: false, reason: 'locked' };
      await wait(POLL_MS);
    }
    return { ok: true, value: await work() };
  } finally {
    lock.close(); // gives the lock back
  }
};

const tryLock = (lock: DatabaseSync): boolean => {
  try {
    lock.exec('begin exclusive');
    return true;
  } catch (error) {
    if ((error as { errcode?: number }).errcode === SQLITE_BUSY) return false;
    throw error;
  }
};
