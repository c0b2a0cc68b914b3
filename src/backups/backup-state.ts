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
  /** Whether each machine makes a key of its own, so that one has to be given to all. */
  isKeyOfEachMachine: boolean;
  isOld: boolean;
  /** The verification and the rehearsal that were tried last, when they did not end well. */
  verifyFailed: LongWork | undefined;
  rehearsalFailed: LongWork | undefined;
  /** It or a look at it failed, it is old, was never made, or something altered was found in it: a person should look. */
  isRed: boolean;
};

/** How the backups stand, for the status page and the metrics: a few rows by an index, and no look at any store. */
export const makeBackupState =
  ({ longWork, keeping, clock }: Deps) =>
  async (): Promise<BackupState> => {
    const [newest, last, verified, lastVerify, rehearsed, lastRehearsal, isKeyKept] = await Promise.all([
      longWork.latest('backup', 'done'),
      longWork.latest('backup'),
      longWork.latest('backup-verify', 'done'),
      longWork.latest('backup-verify'),
      longWork.latest('backup-rehearsal', 'done'),
      longWork.latest('backup-rehearsal'),
      keeping.isKept(),
    ]);
    const ageSeconds = newest ? Math.round((clock.now().getTime() - newest.startedAt.getTime()) / 1000) : null;
    const [failed, verifyFailed, rehearsalFailed] = [last, lastVerify, lastRehearsal].map(ifFailed);
    const isOld = ageSeconds === null || ageSeconds > OLD_SECONDS;
    const isFaulty = hasFaults(verified) || hasFaults(newest) || newest?.detail['warning'] === 'place-away';
    return {
      ...{ newest, ageSeconds, failed, verifyFailed, rehearsalFailed, verified, rehearsed, isKeyKept, isOld },
      isKeyOfEachMachine: keeping.isOfEachMachine,
      isRed: isOld || isFaulty || [failed, verifyFailed, rehearsalFailed].some((one) => one !== undefined),
    };
  };

const ifFailed = (last: LongWork | undefined): LongWork | undefined =>
  last && (last.state === 'failed' || last.state === 'lost') ? last : undefined;

const hasFaults = (work: LongWork | undefined): boolean => Number(work?.detail['faults'] ?? 0) > 0;
