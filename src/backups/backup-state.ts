import type { Clock } from '../platform/clock.ts';
import type { LongWork, LongWorks } from '../platform/long-work.ts';
import type { KeyKeeping } from './backup-key.ts';

type Deps = { longWork: Pick<LongWorks, 'latest'>; keeping: KeyKeeping; clock: Clock };

/** A night and two hours: what a nightly backup may take, or be late. */
const OLD_SECONDS = 26 * 3600;

export type BackupState = {
  /** The newest that was finished; `detail` as `runBackup` writes it. */
  newest: LongWork | undefined;
  /** Since its beginning; null when there is none. */
  ageSeconds: number | null;
  /** The one that was tried last, when it did not end well. */
  failed: LongWork | undefined;
  verified: LongWork | undefined;
  rehearsed: LongWork | undefined;
  /** Whether the key of the backups survives this machine. The nightly backup waits for it. */
  isKeyKept: boolean;
  isOld: boolean;
  /** It failed, is old, was never made, or something altered was found in it: a person should look. */
  isRed: boolean;
};

/** How the backups stand, for the status page and the metrics: a few rows by an index, and no look at any store. */
export const makeBackupState =
  ({ longWork, keeping, clock }: Deps) =>
  async (): Promise<BackupState> => {
    const [newest, last, verified, rehearsed, isKeyKept] = await Promise.all([
      longWork.latest('backup', 'done'),
      longWork.latest('backup'),
      longWork.latest('backup-verify', 'done'),
      longWork.latest('backup-rehearsal', 'done'),
      keeping.isKept(),
    ]);
    const ageSeconds = newest ? Math.round((clock.now().getTime() - newest.startedAt.getTime()) / 1000) : null;
    const failed = last && (last.state === 'failed' || last.state === 'lost') ? last : undefined;
    const isOld = ageSeconds === null || ageSeconds > OLD_SECONDS;
    const isFaulty = Number(verified?.detail['faults'] ?? 0) > 0 || newest?.detail['warning'] === 'place-away';
    return {
      ...{ newest, ageSeconds, failed, verified, rehearsed, isKeyKept, isOld },
      isRed: isOld || failed !== undefined || isFaulty,
    };
  };
