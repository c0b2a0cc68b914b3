import type { Db } from '../platform/db.ts';
import { type Actor, recordEvent } from '../platform/event-log.ts';
import type { LongWorks } from '../platform/long-work.ts';
import type { Queue } from '../platform/queue.ts';
import type { Backups, BackupWork } from './system-parts.ts';

type Deps = {
  db: Db;
  queue: Pick<Queue, 'retry'>;
  longWork: Pick<LongWorks, 'cancel'>;
  backups: Backups;
};
type By = { actor: Actor & { kind: 'staff' }; schoolId: number };

/** What an admin can have done on the status page; each is in the event log of the school they work in. */
export const makeSystemActions = ({ db, queue, longWork, backups }: Deps) => ({
  /** Has all failed jobs of a kind tried again; gives how many. */
  retryJobs: ({ actor, schoolId }: By, name: string): Promise<number> =>
    db.transaction(async (trx) => {
      const jobs = await queue.retry({ name }, trx);
      if (jobs > 0) await recordEvent(trx, { schoolId, actor, kind: 'system.jobs-retried', data: { job: name, jobs } });
      return jobs;
    }),

  /** Asks work to end; false when it does not run any more. */
  cancelWork: ({ actor, schoolId }: By, workId: number): Promise<boolean> =>
    db.transaction(async (trx) => {
      const asked = await longWork.cancel(workId, trx);
      if (asked) await recordEvent(trx, { schoolId, actor, kind: 'system.work-cancelled', data: { work: workId } });
      return asked;
    }),

  /** Queues a backup, a verification or a rehearsal. */
  startBackupWork: ({ actor, schoolId }: By, kind: BackupWork): Promise<void> =>
    db.transaction(async (trx) => {
      await backups.startWork(trx, kind, actor.staffId);
      await recordEvent(trx, { schoolId, actor, kind: `system.${kind}-asked` });
    }),

  /** Writes down that the key of the backups is kept somewhere else, too; false when there is no key yet. */
  confirmKey: ({ actor, schoolId }: By): Promise<boolean> =>
    db.transaction(async (trx) => {
      const kept = await backups.confirmKeyKept(trx, actor.staffId);
      if (kept) await recordEvent(trx, { schoolId, actor, kind: 'system.key-kept' });
      return kept;
    }),

  /** Takes a kind of errors off the list until it is seen again; `seen` is the last time that the page told: what came since stays on it. */
  endError: ({ actor, schoolId }: By, { fingerprint, seen }: { fingerprint: string; seen: Date }): Promise<void> =>
    db.transaction(async (trx) => {
      const done = await trx('error_kinds')
        .where({ fingerprint })
        .whereRaw('(done_at is null or done_at < least(last_at, ?))', [seen])
        .update({ done_at: trx.raw('least(last_at, ?)', [seen]) });
      if (done > 0) await recordEvent(trx, { schoolId, actor, kind: 'system.error-done', data: { fingerprint } });
    }),
});

export type SystemActions = ReturnType<typeof makeSystemActions>;
