import type { BackupState } from '../../dashboard/system-parts.ts';
import type { Speech } from '../../platform/i18n.ts';
import type { OfficeDates } from './admin-dates.ts';
import { byteSize } from './byte-size.ts';
import { timeSpan } from './time-span.ts';

export type BackupsSeen = { speech: Speech; dates: OfficeDates; now: Date };
export type BackupTone = 'ok' | 'wait' | 'bad';

const HOUR = 3600_000;
const DAY = 24 * HOUR;
/** One a night, with two hours to spare; a verification a week, a rehearsal a month. */
const BACKUP_OLD_MS = 26 * HOUR;
const VERIFIED_OLD_MS = 8 * DAY;
const REHEARSED_OLD_MS = 30 * DAY;

/** How grave each row of the backups is, and what it says: the card and the notice at the top are made of it. */
export const judgeBackups = (seen: BackupsSeen, state: BackupState) => {
  const failedSince = failureAfter(state);
  return {
    failedSince,
    backup: backupTone(seen, state, failedSince !== undefined),
    verify: state.hasVerifyFailed ? 'bad' : lookTone(seen, state.verified, VERIFIED_OLD_MS),
    rehearsal: state.hasRehearsalFailed ? 'bad' : lookTone(seen, state.rehearsed, REHEARSED_OLD_MS),
    texts: { ...newestTexts(seen, state), verified: verifiedText(seen, state), rehearsed: rehearsedText(seen, state) },
  };
};

export const isOldBackup = ({ now }: BackupsSeen, { at }: { at: Date }): boolean =>
  now.getTime() - at.getTime() > BACKUP_OLD_MS;

/** How long ago, in words. */
export const ageIn = ({ speech, now }: BackupsSeen, at: Date): string => timeSpan(speech, now.getTime() - at.getTime());

/** The last failure, unless a backup was made after it. */
const failureAfter = ({ lastFailure, newest }: BackupState) =>
  lastFailure && (!newest || lastFailure.at > newest.at) ? lastFailure : undefined;

const backupTone = (seen: BackupsSeen, { newest, isRed }: BackupState, hasFailed: boolean): BackupTone => {
  if (isRed || hasFailed) return 'bad';
  if (!newest) return 'wait';
  return isOldBackup(seen, newest) || newest.faults > 0 ? 'bad' : 'ok';
};

const lookTone = ({ now }: BackupsSeen, look: { at: Date; faults: number } | undefined, oldMs: number): BackupTone => {
  if (!look) return 'wait';
  if (look.faults > 0) return 'bad';
  return now.getTime() - look.at.getTime() > oldMs ? 'wait' : 'ok';
};

const newestTexts = (seen: BackupsSeen, { newest }: BackupState) => {
  const { speech, dates } = seen;
  const { t } = speech;
  if (!newest) return { database: t('office.system.backup.none'), photos: t('office.system.backup.none') };
  const when = { age: ageIn(seen, newest.at), when: dates.within(newest.at) };
  const [databaseSize, photosSize] = [byteSize(speech, newest.databaseBytes), byteSize(speech, newest.photoBytes)];
  return {
    database: t('office.system.backup.database', { ...when, size: databaseSize, count: newest.places }),
    photos: t('office.system.backup.photos', { ...when, size: photosSize, count: newest.newFiles }),
  };
};

const verifiedText = ({ speech: { t }, dates }: BackupsSeen, { verified }: BackupState): string => {
  if (!verified) return t('office.system.backup.notVerified');
  const moment = dates.moment(verified.at);
  return verified.faults > 0
    ? t('office.system.backup.verifiedFaults', { moment, count: verified.faults })
    : t('office.system.backup.verified', { moment, count: verified.files });
};

const rehearsedText = (seen: BackupsSeen, { rehearsed }: BackupState): string => {
  const { speech, dates, now } = seen;
  const { t } = speech;
  if (!rehearsed) return t('office.system.backup.notRehearsed');
  const age = ageIn(seen, rehearsed.at);
  if (rehearsed.faults > 0) return t('office.system.backup.rehearsedFaults', { age, count: rehearsed.faults });
  const isRecent = now.getTime() - rehearsed.at.getTime() < 2 * DAY;
  const when = isRecent ? dates.within(rehearsed.at) : dates.date(rehearsed.at);
  return t('office.system.backup.rehearsed', { age, when, time: timeSpan(speech, rehearsed.seconds * 1000) });
};
