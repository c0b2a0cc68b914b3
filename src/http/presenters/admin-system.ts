import type { SystemStatus } from '../../dashboard/system-status.ts';
import type { Speech } from '../../platform/i18n.ts';
import { paths } from '../paths.ts';
import type { OfficeDates } from './admin-dates.ts';
import type { OfficeLayout } from './admin-layout.ts';
import type { OfficeNotice } from './admin-notice.ts';
import { type BackupCard, backupConcerns, presentBackups } from './admin-system-backups.ts';
import { errorConcerns, type ErrorRow, presentErrors } from './admin-system-errors.ts';
import { type InstanceRow, presentInstances } from './admin-system-instances.ts';
import { jobConcerns, type JobRow, presentJobs, presentWorks, type WorkCard } from './admin-system-jobs.ts';
import { presentStorage, type StorageCard, storageConcerns } from './admin-system-storage.ts';
import { type Area, areas, type Concern } from './system-concern.ts';

type Tile = { tone: 'ok' | 'wait' | 'bad' | 'mute'; word: string; text: string };

export type SystemPage = {
  layout: OfficeLayout;
  notice: OfficeNotice | null;
  address: { refresh: string; retry: string; cancel: string; work: string; key: string; errorDone: string };
  checkedAt: string;
  attention: { tone: 'wait' | 'bad'; title: string; items: { href: string; text: string }[] } | null;
  tiles: Tile[];
  /** Null: they do not answer. */
  works: WorkCard[] | null;
  jobs: JobRow[] | null;
  /** Null: they do not answer. */
  backups: BackupCard | null;
  storage: StorageCard;
  /** Null: they cannot be read. */
  instances: InstanceRow[] | null;
  errors: ErrorRow[] | null;
};

type Seen = {
  layout: OfficeLayout;
  speech: Speech;
  dates: OfficeDates;
  now: Date;
  notice: OfficeNotice | null;
  status: SystemStatus;
  /** Of the staff whom the reader knows, by id. */
  names: Map<number, string>;
  checks: 'face' | 'basic' | 'off';
};

const address = {
  refresh: paths.adminStatus,
  retry: paths.adminStatusRetry,
  cancel: paths.adminStatusCancel,
  work: paths.adminStatusWork,
  key: paths.adminStatusKey,
  errorDone: paths.adminStatusError,
};

/** Everything that needs a person, the gravest parts of the service first. */
export const systemConcerns = (around: Pick<Seen, 'speech' | 'dates' | 'now'>, status: SystemStatus): Concern[] => [
  ...storageConcerns(around, status),
  ...backupConcerns(around, status.backups),
  ...jobConcerns(around, status),
  ...errorConcerns(around, status),
];

/** How the service is, what needs attention first. */
export const presentSystem = ({ layout, notice, status, names, checks, ...around }: Seen): SystemPage => {
  const { speech } = around;
  const concerns = systemConcerns(around, status);
  return {
    layout,
    notice,
    address,
    checkedAt: speech.t('office.system.checkedAt', { time: speech.time(status.readAt) }),
    attention: presentAttention(speech, concerns),
    tiles: areas.map((area) => presentTile(speech, area, concerns, checks)),
    works: presentWorks(around, status.works, names),
    jobs: presentJobs(around, status.jobs),
    backups: presentBackups(around, status.backups, busyOf(status)),
    storage: presentStorage(around, status),
    instances: presentInstances(around, status.instances),
    errors: presentErrors(around, status.errors),
  };
};

const presentAttention = (speech: Speech, concerns: Concern[]): SystemPage['attention'] => {
  if (concerns.length === 0) return null;
  return {
    tone: concerns.some(({ tone }) => tone === 'bad') ? 'bad' : 'wait',
    title: speech.t('office.system.attention.title', { count: concerns.length }),
    items: concerns.map(({ section, text }) => ({ href: `#${section}`, text })),
  };
};

const words = { ok: 'working', wait: 'look', bad: 'failed', mute: 'off' } as const;

const presentTile = (speech: Speech, area: Area, concerns: Concern[], checks: Seen['checks']): Tile => {
  const tones = concerns.filter((one) => one.areas.includes(area)).map(({ tone }) => tone);
  const worst = tones.includes('bad') ? 'bad' : tones.includes('wait') ? 'wait' : 'ok';
  const tone = area === 'checks' && checks === 'off' ? 'mute' : worst;
  return {
    tone,
    word: speech.t(`office.system.tile.${words[tone]}`),
    text: speech.t(`office.system.area.${area}`),
  };
};

/** The kinds of which one waits or runs: another one would only wait behind it. */
const busyOf = ({ jobs, works }: SystemStatus): Set<string> =>
  new Set([
    ...(jobs.ok ? jobs.value.filter(({ waiting, running }) => waiting + running > 0).map(({ name }) => name) : []),
    ...(works.ok ? works.value.map(({ kind }) => kind) : []),
  ]);
