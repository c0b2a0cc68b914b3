import type { Speech } from '../../platform/i18n.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** '1 minute', '13 hours', '34 days': milliseconds as a person says them, never less than a minute. */
export const timeSpan = ({ t }: Speech, ms: number): string => {
  if (ms < HOUR) return t('office.system.minutes', { count: Math.max(1, Math.round(ms / MINUTE)) });
  if (ms < 2 * DAY) return t('office.system.hours', { count: Math.round(ms / HOUR) });
  return t('office.system.days', { count: Math.floor(ms / DAY) });
};
