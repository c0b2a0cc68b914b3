import { differences } from '../../dashboard/system-gauges.ts';
import type { SystemStatus, Volume } from '../../dashboard/system-status.ts';
import type { Speech } from '../../platform/i18n.ts';
import { VERSION } from '../../shared/version.ts';
import type { OfficeDates } from './admin-dates.ts';
import { byteShare, byteSize } from './byte-size.ts';
import type { Concern } from './system-concern.ts';
import { timeSpan } from './time-span.ts';

type Around = { speech: Speech; dates: OfficeDates; now: Date };

export type StorageCard = {
  bars: { text: string; of: string; max: number; value: number }[];
  pairs: { term: string; text: string; mono: boolean }[];
};

/** A disk that is fuller soon takes no photo any more. */
const NEARLY_FULL = 0.9;
/** A copy that waits so long has met more than a moment's trouble. */
const MIRROR_LATE_MS = 3600_000;

type Doctor = Extract<SystemStatus['doctor'], { ok: true }>['value'];

/** How many differences rows and files had, by what they were. */
const differencesOf = (doctor: Doctor): { what: (typeof differences)[number]; count: number }[] =>
  differences.flatMap((what) => {
    const count = doctor?.detail[what];
    return typeof count === 'number' ? [{ what, count }] : [];
  });

const sumOf = (doctor: Doctor): number => differencesOf(doctor).reduce((sum, { count }) => sum + count, 0);

export const presentStorage = (around: Around, status: SystemStatus): StorageCard => {
  const { t } = around.speech;
  const pair = (term: string, text: string, mono = false) => ({ term, text, mono });
  return {
    bars: presentBars(around.speech, status),
    pairs: [
      ...presentRest(around.speech, status),
      pair(t('office.system.storage.doctor'), doctorText(around, status.doctor)),
      ...(status.mirror ? [pair(t('office.system.storage.mirror'), mirrorText(around, status.mirror))] : []),
      pair(t('office.system.storage.version'), VERSION, true),
      pair(t('office.system.storage.since'), around.dates.moment(status.startedAt)),
    ],
  };
};

const presentBars = (speech: Speech, { photoVolume, database }: SystemStatus): StorageCard['bars'] => {
  const bar = (text: string, { size }: Volume, used: number) => ({
    ...{ text, of: byteShare(speech, used, size) },
    ...{ max: size, value: Math.min(used, size) },
  });
  const bars: StorageCard['bars'] = [];
  if (photoVolume?.ok)
    bars.push(bar(speech.t('office.system.storage.photos'), photoVolume.value, photoVolume.value.used));
  if (database.ok && database.value.volume)
    bars.push(bar(speech.t('office.system.storage.database'), database.value.volume, database.value.bytes));
  return bars;
};

/** What has no bar: a database on another machine, and what does not answer. */
const presentRest = (speech: Speech, { photoVolume, database }: SystemStatus): StorageCard['pairs'] => {
  const { t } = speech;
  const pairs: StorageCard['pairs'] = [];
  if (photoVolume && !photoVolume.ok)
    pairs.push({ term: t('office.system.storage.photos'), text: t('office.system.away'), mono: false });
  if (!database.ok)
    pairs.push({ term: t('office.system.storage.database'), text: t('office.system.away'), mono: false });
  else if (!database.value.volume)
    pairs.push({
      ...{ term: t('office.system.storage.database'), text: byteSize(speech, database.value.bytes), mono: false },
    });
  return pairs;
};

const doctorText = ({ speech, dates }: Around, doctor: SystemStatus['doctor']): string => {
  const { t, number } = speech;
  if (!doctor.ok) return t('office.system.away');
  const looked = doctor.value;
  if (!looked?.endedAt) return t('office.system.storage.notLooked');
  const { photos } = looked.detail;
  const differ = sumOf(looked);
  return t('office.system.storage.looked', {
    agree: number(Math.max(0, (typeof photos === 'number' ? photos : 0) - missingOf(looked))),
    differ: number(differ),
    when: dates.within(looked.endedAt),
  });
};

/** Photos whose files are not as their rows say. */
const missingOf = (doctor: Doctor): number =>
  differencesOf(doctor).reduce(
    (sum, { what, count }) => (what === 'missing' || what === 'damaged' ? sum + count : sum),
    0,
  );

const mirrorText = ({ speech, now }: Around, mirror: NonNullable<SystemStatus['mirror']>): string => {
  const { t, number } = speech;
  if (!mirror.ok) return t('office.system.away');
  const { copied, waiting, oldestAt } = mirror.value;
  const counts = { copied: number(copied), waiting: number(waiting) };
  if (!oldestAt) return t('office.system.storage.copied', counts);
  return t('office.system.storage.copiedOldest', {
    ...counts,
    age: timeSpan(speech, now.getTime() - oldestAt.getTime()),
  });
};

/** What database, disks and copies need of a person. */
export const storageConcerns = (around: Around, status: SystemStatus): Concern[] =>
  [...awayConcerns(around, status), ...fullConcerns(around, status), ...mirrorConcerns(around, status)].map(
    ([tone, text]) => ({ areas: ['website'], tone, section: 'storage', text }),
  );

type Found = [Concern['tone'], string];

const awayConcerns = ({ speech: { t } }: Around, { database, storage }: SystemStatus): Found[] => [
  ...(database.ok ? [] : [['bad', t('office.system.attention.databaseAway')] satisfies Found]),
  ...(storage.ok ? [] : [['bad', t('office.system.attention.storageAway')] satisfies Found]),
];

const fullConcerns = ({ speech: { t } }: Around, { database, photoVolume, doctor }: SystemStatus): Found[] => {
  const found: Found[] = [];
  const photos = photoVolume?.ok ? photoVolume.value : undefined;
  const rows = database.ok ? database.value.volume : undefined;
  const differ = doctor.ok ? sumOf(doctor.value) : 0;
  if (photos && isNearlyFull(photos))
    found.push(['wait', t('office.system.attention.photosFull', { percent: percentOf(photos) })]);
  if (rows && isNearlyFull(rows))
    found.push(['wait', t('office.system.attention.databaseFull', { percent: percentOf(rows) })]);
  if (differ > 0) found.push(['wait', t('office.system.attention.differ', { count: differ })]);
  return found;
};

const mirrorConcerns = ({ speech, now }: Around, { mirror }: SystemStatus): Found[] => {
  const { t } = speech;
  if (mirror && !mirror.ok) return [['wait', t('office.system.attention.mirrorAway')]];
  const waitsMs = mirror?.value.oldestAt ? now.getTime() - mirror.value.oldestAt.getTime() : 0;
  if (waitsMs <= MIRROR_LATE_MS) return [];
  return [['wait', t('office.system.attention.mirrorLate', { age: timeSpan(speech, waitsMs) })]];
};

const isNearlyFull = ({ used, size }: Volume): boolean => used > NEARLY_FULL * size;
const percentOf = ({ used, size }: Volume): number => Math.floor((100 * used) / size);
