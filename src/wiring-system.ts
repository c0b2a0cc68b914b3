import type { BackupState } from './backups/backup-state.ts';
import type { Backups as OfficeBackups, BackupState as OfficeState, MirrorBacklog } from './dashboard/system-parts.ts';
import type { BackupPhoto } from './photos/backup-photo.ts';
import type { LongWork } from './platform/long-work.ts';
import type { Queue } from './platform/queue.ts';
import type { Backups } from './wiring-backups.ts';

type Deps = { backups: Backups; backupPhoto: BackupPhoto; queue: Pick<Queue, 'enqueue'>; isMirror: boolean };
type SystemParts = { officeBackups: OfficeBackups; officeMirror: (() => Promise<MirrorBacklog>) | undefined };

/** The backups and the copies in S3 as the status page and the metrics see them. */
export const systemParts = ({ backups, backupPhoto, queue, isMirror }: Deps): SystemParts => ({
  officeBackups: {
    state: async () => toOffice(await backups.state()),
    startWork: (trx, kind, staffId) => queue.enqueue(trx, kind, { startedBy: staffId }, { singletonKey: 'asked-for' }),
    confirmKeyKept: (trx, staffId) => backups.confirmKept(staffId, trx),
  },
  officeMirror: isMirror
    ? async () => {
        const { oldestAt = null, ...counts } = (await backupPhoto.mirrorBacklog()) ?? { copied: 0, waiting: 0 };
        return { ...counts, oldestAt: oldestAt ?? undefined };
      }
    : undefined,
});

const toOffice = ({ newest, verified, rehearsed, failed, ...last }: BackupState): OfficeState => ({
  newest: newest && {
    at: newest.startedAt,
    id: String(newest.detail['id'] ?? ''),
    databaseBytes: numberIn(newest, 'database_bytes'),
    photoFiles: numberIn(newest, 'photo_files'),
    photoBytes: numberIn(newest, 'photo_bytes'),
    newFiles: numberIn(newest, 'new_files'),
    places: numberIn(newest, 'places'),
    faults: numberIn(newest, 'faults'),
  },
  verified: verified && {
    ...{ at: endOf(verified), files: numberIn(verified, 'files'), faults: numberIn(verified, 'faults') },
  },
  rehearsed: rehearsed && {
    ...{ at: endOf(rehearsed), seconds: numberIn(rehearsed, 'seconds'), faults: numberIn(rehearsed, 'faults') },
  },
  lastFailure: failed && { at: endOf(failed), failure: failed.failure ?? 'its process ended' },
  hasVerifyFailed: last.verifyFailed !== undefined,
  hasRehearsalFailed: last.rehearsalFailed !== undefined,
  ...{ isKeyKept: last.isKeyKept, isKeyOfEachMachine: last.isKeyOfEachMachine, isRed: last.isRed },
});

const endOf = ({ endedAt, startedAt }: LongWork): Date => endedAt ?? startedAt;
const numberIn = ({ detail }: LongWork, key: string): number => Number(detail[key] ?? 0);
