import type { BackupState, BackupWork } from '../../dashboard/system-parts.ts';
import type { SystemStatus } from '../../dashboard/system-status.ts';
import { ageIn, type BackupsSeen, type BackupTone, isOldBackup, judgeBackups } from './backup-judgement.ts';
import { failureSentence } from './failure-sentence.ts';
import type { IconName } from './icons.ts';
import type { Concern } from './system-concern.ts';

type Row = { tone: BackupTone; icon: IconName; title: string; text: string };
type Button = { work: BackupWork; text: string; icon: IconName; second: boolean };

export type BackupCard = { rows: Row[]; failure: string | null; buttons: Button[]; keyNotice: string | null };

const icons = { ok: 'tick', wait: 'warning', bad: 'cross' } as const;

/** The card; null when they do not answer. `busy`: kinds of work that wait or run already. */
export const presentBackups = (
  seen: BackupsSeen,
  backups: SystemStatus['backups'],
  busy: Set<string>,
): BackupCard | null => {
  if (!backups.ok) return null;
  const { t } = seen.speech;
  const state = backups.value;
  const { failedSince, backup, verify, rehearsal, texts } = judgeBackups(seen, state);
  const row = (tone: BackupTone, title: string, text: string): Row => ({ tone, icon: icons[tone], title, text });
  const buttons = [
    { work: 'backup-rehearsal', text: t('office.system.backup.rehearse'), icon: 'play' },
    { work: 'backup-verify', text: t('office.system.backup.verify'), icon: 'tick' },
    { work: 'backup', text: t('office.system.backup.now'), icon: 'disks' },
  ] as const;
  return {
    rows: [
      row(backup, t('office.system.backup.databaseTitle'), texts.database),
      row(backup, t('office.system.backup.photosTitle'), texts.photos),
      row(verify, t('office.system.backup.verifiedTitle'), texts.verified),
      row(rehearsal, t('office.system.backup.rehearsedTitle'), texts.rehearsed),
    ],
    failure: failedSince
      ? t('office.system.backup.failed', {
          when: seen.dates.within(failedSince.at),
          sentence: failureSentence(seen.speech, failedSince.failure),
        })
      : null,
    buttons: buttons
      .filter(({ work }) => !busy.has(work) && (state.newest || work === 'backup'))
      .map((button, at) => ({ ...button, second: at > 0 })),
    keyNotice: keyNotice(seen, state),
  };
};

const keyNotice = ({ speech: { t } }: BackupsSeen, state: BackupState): string | null => {
  if (state.isKeyKept) return null;
  return t(state.isKeyOfEachMachine ? 'office.system.key.textOfEach' : 'office.system.key.text');
};

/** What the backups need of a person. */
export const backupConcerns = (seen: BackupsSeen, backups: SystemStatus['backups']): Concern[] => {
  const { t } = seen.speech;
  const found = backups.ok
    ? [
        newestConcern(seen, backups.value),
        verifyConcern(seen, backups.value),
        rehearsalConcern(seen, backups.value),
        backups.value.isKeyKept ? undefined : (['wait', t('office.system.attention.key')] as const),
      ]
    : [['bad', t('office.system.attention.backupsAway')] as const];
  return found.flatMap((one) => (one ? { areas: ['backups'], tone: one[0], section: 'backups', text: one[1] } : []));
};

type Found = readonly [Concern['tone'], string] | undefined;

const newestConcern = (seen: BackupsSeen, state: BackupState): Found => {
  const { t } = seen.speech;
  const { newest, isRed } = state;
  const { failedSince, backup, verify, rehearsal } = judgeBackups(seen, state);
  if (failedSince) return ['bad', t('office.system.attention.backupFailed')];
  if (!newest) return [isRed ? 'bad' : 'wait', t('office.system.attention.noBackup')];
  if (newest.faults > 0) return ['bad', t('office.system.attention.backupFaults')];
  if (backup !== 'bad') return undefined;
  if (isOldBackup(seen, newest))
    return ['bad', t('office.system.attention.backupOld', { age: ageIn(seen, newest.at) })];
  return verify === 'bad' || rehearsal === 'bad' ? undefined : ['bad', t('office.system.attention.backupPlace')];
};

const verifyConcern = (seen: BackupsSeen, state: BackupState): Found => {
  const { t } = seen.speech;
  const { verify, texts } = judgeBackups(seen, state);
  if (state.hasVerifyFailed) return ['bad', t('office.system.attention.verifyFailed')];
  if (verify === 'bad') return ['bad', t('office.system.attention.verifyFaults')];
  if (verify === 'ok' || !state.newest) return undefined;
  if (!state.verified) return ['wait', texts.verified];
  return ['wait', t('office.system.attention.verifyOld', { age: ageIn(seen, state.verified.at) })];
};

const rehearsalConcern = (seen: BackupsSeen, state: BackupState): Found => {
  const { t } = seen.speech;
  const { rehearsal, texts } = judgeBackups(seen, state);
  if (state.hasRehearsalFailed) return ['bad', t('office.system.attention.rehearsalFailed')];
  if (rehearsal === 'bad') return ['bad', t('office.system.attention.rehearsalFaults')];
  if (rehearsal === 'ok' || !state.newest) return undefined;
  if (!state.rehearsed) return ['wait', texts.rehearsed];
  return ['wait', t('office.system.attention.rehearsalOld', { age: ageIn(seen, state.rehearsed.at) })];
};
