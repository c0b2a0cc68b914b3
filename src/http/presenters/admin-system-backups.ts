import type { BackupState, BackupWork } from '../../dashboard/system-parts.ts';
import type { SystemStatus } from '../../dashboard/system-status.ts';
import type { Speech } from '../../platform/i18n.ts';
import type { OfficeDates } from './admin-dates.ts';
import { byteSize } from './byte-size.ts';
import { failureSentence } from './failure-sentence.ts';
import type { IconName } from './icons.ts';
import type { Concern } from './system-concern.ts';
import { timeSpan } from './time-span.ts';

type Around = { speech: Speech; dates: OfficeDates; now: Date };
type Tone = 'ok' | 'wait' | 'bad';
type Row = { tone: Tone; icon: IconName; title: string; text: string };
type Button = { work: BackupWork; text: string; icon: IconName; second: boolean };

export type BackupCard = { rows: Row[]; failure: string | null; buttons: Button[]; keyNotice: boolean };

const HOUR = 3600_000;
const DAY = 24 * HOUR;
/** One a night, with two hours to spare; a verification a week, a rehearsal a month. */
const BACKUP_OLD_MS = 26 * HOUR;
const VERIFIED_OLD_MS = 8 * DAY;
const REHEARSED_OLD_MS = 30 * DAY;

const icons = { ok: 'tick', wait: 'warning', bad: 'cross' } as const;

/** What each row says and how grave it is: the card and the notice at the top are made of it. */
const judge = ({ speech, dates, now }: Around, state: BackupState) => {
  const { t } = speech;
  const { newest, verified, rehearsed } = state;
  const ageOf = (at: Date) => now.getTime() - at.getTime();
  const age = (at: Date) => timeSpan(speech, ageOf(at));
  const onDay = (at: Date) => (ageOf(at) < 2 * DAY ? dates.within(at) : dates.date(at));
  const failedSince =
    state.lastFailure && (!newest || state.lastFailure.at > newest.at) ? state.lastFailure : undefined;
  const isBad = state.isRed || failedSince || (newest && (ageOf(newest.at) > BACKUP_OLD_MS || newest.faults > 0));
  const backup: Tone = isBad ? 'bad' : newest ? 'ok' : 'wait';
  const checked = (look: { at: Date; faults: number } | undefined, oldMs: number): Tone =>
    look && look.faults > 0 ? 'bad' : !look || ageOf(look.at) > oldMs ? 'wait' : 'ok';
  const when = newest && { age: age(newest.at), when: dates.within(newest.at) };
  return {
    failedSince,
    backup,
    verify: checked(verified, VERIFIED_OLD_MS),
    rehearsal: checked(rehearsed, REHEARSED_OLD_MS),
    age,
    texts: {
      database:
        newest && when
          ? t('office.system.backup.database', {
              ...when,
              size: byteSize(speech, newest.databaseBytes),
              count: newest.places,
            })
          : t('office.system.backup.none'),
      photos:
        newest && when
          ? t('office.system.backup.photos', {
              ...when,
              size: byteSize(speech, newest.photoBytes),
              count: newest.newFiles,
            })
          : t('office.system.backup.none'),
      verified: !verified
        ? t('office.system.backup.notVerified')
        : verified.faults > 0
          ? t('office.system.backup.verifiedFaults', { moment: dates.moment(verified.at), count: verified.faults })
          : t('office.system.backup.verified', { moment: dates.moment(verified.at), count: verified.files }),
      rehearsed: !rehearsed
        ? t('office.system.backup.notRehearsed')
        : rehearsed.faults > 0
          ? t('office.system.backup.rehearsedFaults', { age: age(rehearsed.at), count: rehearsed.faults })
          : t('office.system.backup.rehearsed', {
              age: age(rehearsed.at),
              when: onDay(rehearsed.at),
              time: timeSpan(speech, rehearsed.seconds * 1000),
            }),
    },
  };
};

/** The card; null where there are no backups, or they do not answer. `busy`: kinds of work that wait or run already. */
export const presentBackups = (
  around: Around,
  backups: SystemStatus['backups'],
  busy: Set<string>,
): BackupCard | null => {
  if (!backups?.ok) return null;
  const { t } = around.speech;
  const state = backups.value;
  const { failedSince, backup, verify, rehearsal, texts } = judge(around, state);
  const row = (tone: Tone, title: string, text: string): Row => ({ tone, icon: icons[tone], title, text });
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
          when: around.dates.within(failedSince.at),
          sentence: failureSentence(around.speech, failedSince.failure),
        })
      : null,
    buttons: buttons
      .filter(({ work }) => !busy.has(work) && (state.newest || work === 'backup'))
      .map((button, at) => ({ ...button, second: at > 0 })),
    keyNotice: !state.isKeyKept,
  };
};

/** What the backups need of a person. */
export const backupConcerns = (around: Around, backups: SystemStatus['backups']): Concern[] => {
  if (!backups) return [];
  const { t } = around.speech;
  const concern = (tone: Concern['tone'], text: string): Concern => ({
    areas: ['backups'],
    tone,
    section: 'backups',
    text,
  });
  if (!backups.ok) return [concern('bad', t('office.system.attention.backupsAway'))];
  const state = backups.value;
  const { failedSince, backup, verify, rehearsal, texts, age } = judge(around, state);
  const { newest, verified, rehearsed } = state;
  const concerns: Concern[] = [];
  if (failedSince) concerns.push(concern('bad', t('office.system.attention.backupFailed')));
  else if (!newest) concerns.push(concern(state.isRed ? 'bad' : 'wait', t('office.system.attention.noBackup')));
  else if (newest.faults > 0) concerns.push(concern('bad', t('office.system.attention.backupFaults')));
  else if (backup === 'bad')
    concerns.push(concern('bad', t('office.system.attention.backupOld', { age: age(newest.at) })));
  else if (state.isRed) concerns.push(concern('bad', t('office.system.attention.backupFailed')));
  if (verify === 'bad') concerns.push(concern('bad', t('office.system.attention.verifyFaults')));
  else if (verify === 'wait' && newest)
    concerns.push(
      concern('wait', verified ? t('office.system.attention.verifyOld', { age: age(verified.at) }) : texts.verified),
    );
  if (rehearsal === 'bad') concerns.push(concern('bad', t('office.system.attention.rehearsalFaults')));
  else if (rehearsal === 'wait' && newest)
    concerns.push(
      concern(
        'wait',
        rehearsed ? t('office.system.attention.rehearsalOld', { age: age(rehearsed.at) }) : texts.rehearsed,
      ),
    );
  if (!state.isKeyKept) concerns.push(concern('wait', t('office.system.attention.key')));
  return concerns;
};
