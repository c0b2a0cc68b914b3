import type { Gauges } from '../platform/figures.ts';
import { makeAskPart } from './ask-part.ts';
import type { BackupState } from './system-parts.ts';
import type { SystemStatus, SystemStatusDeps } from './system-status.ts';

/** What keeps the photos: backups, copies in S3, and the last look at rows and files. */
type Care = Pick<SystemStatus, 'backups' | 'mirror' | 'doctor'>;

/** Asks how it is, without the other parts of a status. */
export const makeReadCare = ({
  backupState,
  mirrorBacklog,
  longWork,
}: Pick<SystemStatusDeps, 'backupState' | 'mirrorBacklog' | 'longWork'>) => {
  const [askBackups, askMirror] = [makeAskPart(backupState), mirrorBacklog && makeAskPart(mirrorBacklog)];
  const askDoctor = makeAskPart(() => longWork.latest('doctor', 'done'));
  return async (): Promise<Care> => {
    const [backups, mirror, doctor] = await Promise.all([askBackups(), askMirror?.(), askDoctor()]);
    return { backups, mirror, doctor };
  };
};

/** Its figures as of `now`; one whose part does not answer, or is not there, is left out. */
export const careFigures = ({ backups, mirror, doctor }: Care, now: Date): Gauges => {
  const age = (at: Date | undefined): number => (at ? Math.max(0, (now.getTime() - at.getTime()) / 1000) : 0);
  const looked = doctor.ok ? doctor.value?.detail : undefined;
  return {
    ...(backups.ok && backupFigures(backups.value, age)),
    ...(mirror?.ok && { MirrorOldestSeconds: age(mirror.value.oldestAt) }),
    ...(looked && { FilesMissing: Number(looked['missing'] ?? 0) + Number(looked['damaged'] ?? 0) }),
  };
};

const backupFigures = (backups: BackupState, age: (at: Date) => number): Gauges => ({
  ...(backups.newest && { BackupAgeSeconds: age(backups.newest.at) }),
  BackupNeedsPerson: Number(needsPerson(backups)),
});

/** Whether the backups turn the status page red. */
export const needsPerson = ({ newest, lastFailure, isRed }: BackupState): boolean =>
  isRed || (lastFailure !== undefined && (!newest || lastFailure.at > newest.at));
