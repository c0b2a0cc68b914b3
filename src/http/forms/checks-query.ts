import { z } from 'zod';

export const checkPeriods = [30, 90, 365] as const;
export type CheckPeriod = (typeof checkPeriods)[number];

/** The address of the page of the checks; whatever is not understood counts as not said. */
const schema = z.object({
  days: z.coerce
    .number()
    .pipe(z.union(checkPeriods.map((days) => z.literal(days))))
    .catch(90),
});

export const readChecksQuery = (query: unknown): CheckPeriod => schema.parse(query).days;
