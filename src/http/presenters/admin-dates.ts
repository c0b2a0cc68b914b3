import { dateFormat } from '../../platform/date-format.ts';
import type { Speech } from '../../platform/i18n.ts';

type Formats = {
  day: (at: Date) => string;
  dayAndMonth: (at: Date) => string;
  hours: Intl.DateTimeFormat;
};
const made = new Map<string, Formats>(); // by time zone

const formatsOf = (timeZone: string): Formats => {
  const known = made.get(timeZone);
  if (known) return known;
  const formats = {
    day: dateFormat('sv-SE', { dateStyle: 'short', timeZone }), // 2025-05-12
    dayAndMonth: dateFormat('en-GB', { day: 'numeric', month: 'long', timeZone }),
    hours: new Intl.DateTimeFormat('sv-SE', { timeStyle: 'medium', timeZone }), // 14:02:59
  };
  made.set(timeZone, formats);
  return formats;
};

const DAY = 24 * 3600 * 1000;

/** Writes dates for the office, as seen at `now` in the school's time zone (IANA name). */
export const officeDates = (speech: Speech, timeZone: string, now: Date) => {
  const { day, dayAndMonth } = formatsOf(timeZone);
  const today = day(now);
  const yesterday = day(new Date(now.getTime() - DAY));
  return {
    /** For tables: 'Today, 13:40', 'Yesterday', '9 May'; with the year where it is not this one. */
    short: (at: Date): string => {
      const on = day(at);
      if (on === today) return speech.t('office.short.today', { time: speech.time(at) });
      if (on === yesterday) return speech.t('office.short.yesterday');
      return on.slice(0, 4) === today.slice(0, 4) ? dayAndMonth(at) : speech.date(at);
    },
    /** For the middle of a sentence: 'today at 13:40', 'on 9 May 2025 at 13:40'. */
    within: (at: Date): string => {
      const time = speech.time(at);
      const on = day(at);
      if (on === today) return speech.t('office.when.today', { time });
      if (on === yesterday) return speech.t('office.when.yesterday', { time });
      return speech.t('office.when.other', { date: speech.date(at), time });
    },
    /** By itself or at the start: 'Today at 13:40', '9 May 2025 at 13:40'. */
    moment: (at: Date): string => speech.moment(at, now),
    date: speech.date,
  };
};

export type OfficeDates = ReturnType<typeof officeDates>;

/** When the school's day began. An hour off on the two days a year when clocks change, which only a count notices. */
export const startOfDay = (timeZone: string, now: Date): Date => {
  const [hours = 0, minutes = 0, seconds = 0] = formatsOf(timeZone).hours.format(now).split(':').map(Number);
  return new Date(now.getTime() - (hours * 3600 + minutes * 60 + seconds) * 1000 - now.getMilliseconds());
};
