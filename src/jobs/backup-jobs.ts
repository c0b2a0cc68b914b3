import type { CheckBackup } from '../backups/check-backup.ts';
import type { RunBackup } from '../backups/run-backup.ts';
import type { Db } from '../platform/db.ts';
import type { Queue } from '../platform/queue.ts';
import type { Schedule } from './schedules.ts';

type Deps = CheckBackup & { run: RunBackup; db: Db; queue: Pick<Queue, 'enqueue'> };
type Payload = { startedBy?: number | undefined };
type Around = { signal: AbortSignal };
type Ended = { ok: true } | { ok: false; reason: 'running' | 'cancelled' };

/** Another one of its kind runs, perhaps in a process that has just died: it is known within minutes. */
const LATER_SECONDS = 5 * 60;

/** Who does the jobs of backups. Each comes again when its process stops in the middle, and not when somebody cancels it. Each tells whether it was done. */
export const makeBackupJobs = ({ run, verify, rehearse, db, queue }: Deps) => {
  const job =
    (
      name: 'backup' | 'backup-verify' | 'backup-rehearsal',
      work: (asked: Parameters<RunBackup>[0]) => Promise<Ended>,
    ) =>
    async (payload: Payload, { signal }: Around): Promise<boolean> => {
      const ended = await work({ startedBy: payload.startedBy ?? null, stopping: signal });
      if (ended.ok) return true;
      if (ended.reason === 'cancelled' && signal.aborted) throw new Error('the process stopped in the middle');
      if (ended.reason === 'cancelled') return false;
      await db.transaction((trx) =>
        queue.enqueue(trx, name, payload, { startAfterSeconds: LATER_SECONDS, singletonKey: 'later' }),
      );
      return false;
    };
  return {
    backup: async (payload: Payload, around: Around): Promise<void> => {
      const isMade = await job('backup', run)(payload, around);
      if (!isMade) return;
      await db.transaction((trx) => queue.enqueue(trx, 'backup-verify', {}, { singletonKey: 'after-backup' }));
    },
    'backup-verify': job('backup-verify', verify),
    'backup-rehearsal': job('backup-rehearsal', rehearse),
  };
};

export type BackupJobs = ReturnType<typeof makeBackupJobs>;

type When = {
  /** BACKUP_AT: hour and minute, like 02:00. */
  at: string;
  timeZone: () => Promise<string>;
  isOn: () => Promise<boolean>;
  canRehearse: () => Promise<boolean>;
  queue: Pick<Queue, 'enqueue'>;
};

/** A backup each night, with a look at it after it; a rehearsal each Sunday, hours later. */
export const backupSchedules = ({ at, timeZone, isOn, canRehearse, queue }: When): Schedule[] => {
  const [hour = 2, minute = 0] = at.split(':').map(Number);
  return [
    {
      ...{ name: 'backup', cron: `${minute} ${hour} * * *`, timeZone, isOn },
      enqueue: (trx) => queue.enqueue(trx, 'backup', {}, { singletonKey: 'nightly' }),
    },
    {
      ...{ name: 'backup-rehearsal', cron: `${minute} ${(hour + 3) % 24} * * 0`, timeZone, isOn: canRehearse },
      enqueue: (trx) => queue.enqueue(trx, 'backup-rehearsal', {}, { singletonKey: 'weekly' }),
    },
  ];
};
