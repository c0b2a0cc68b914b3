import type { School } from '../schools/school.ts';

const DAY = 24 * 3600 * 1000;

/** When a link that starts now ends: the school's number of days later. */
export const linkEnd = (school: Pick<School, 'linkTtlDays'>, from: Date): Date =>
  new Date(from.getTime() + school.linkTtlDays * DAY);
