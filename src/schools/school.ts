import type { Language } from '../platform/languages.ts';

/** Whose parents these are. An installation serves one school or a whole district. */
export type School = {
  id: number;
  name: string;
  /** As people read it, e.g. '01632 960 118'. */
  phone: string | null;
  /** IANA name; dates on pages are written in it. */
  timeZone: string;
  defaultLocale: Language;
  /** When the office answers the telephone, in the school's own words. */
  officeHours: string | null;
  /** Days that a new link works. */
  linkTtlDays: number;
};

/** The address behind a telephone number on a page: digits and one leading plus only. */
export const telephoneHref = (phone: string): string => `tel:${phone.replace(/(?!^\+)[^0-9]/g, '')}`;
