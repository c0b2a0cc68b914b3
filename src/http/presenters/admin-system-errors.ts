import type { SystemStatus } from '../../dashboard/system-status.ts';
import type { Speech } from '../../platform/i18n.ts';
import type { OfficeDates } from './admin-dates.ts';
import type { Concern } from './system-concern.ts';

type Around = { speech: Speech; dates: OfficeDates };

export type ErrorRow = {
  fingerprint: string;
  /** Its type and code, as the program calls them. */
  what: string;
  place: string;
  times: string;
  first: string;
  last: string;
  /** The same for the form that says that it is done. */
  seen: string;
  example: string;
  /** What is special about it: new, or back after it was done. */
  tag: string | null;
};

/** The table's rows; null where the errors cannot be read. */
export const presentErrors = ({ speech, dates }: Around, errors: SystemStatus['errors']): ErrorRow[] | null =>
  errors.ok
    ? errors.value.map(({ fingerprint, type, code, place, times, firstAt, lastAt, exampleId, ...seen }) => ({
        ...{ fingerprint, place, tag: tagOf(speech, seen), what: code === null ? type : `${type} ${code}` },
        times: speech.number(times),
        first: dates.short(firstAt),
        last: dates.short(lastAt),
        seen: lastAt.toISOString(),
        example: exampleId,
      }))
    : null;

const tagOf = (speech: Speech, { isNew, isBack }: { isNew: boolean; isBack: boolean }): string | null => {
  if (isBack) return speech.t('office.system.errors.back');
  return isNew ? speech.t('office.system.errors.new') : null;
};

/** Errors of a kind that nobody has seen before, or that was done and is back, a person has to look at. */
export const errorConcerns = ({ speech }: Around, { errors }: SystemStatus): Concern[] => {
  const count = errors.ok ? errors.value.filter(({ isNew, isBack }) => isNew || isBack).length : 0;
  if (count === 0) return [];
  const text = speech.t('office.system.attention.newErrors', { count });
  return [{ areas: ['website'], tone: 'wait', section: 'errors', text }];
};
