import type { Db } from '../platform/db.ts';
import { askPrepared } from '../platform/prepared.ts';

/** How often a check was made, noted something for the office, advised the parent; and what became of the advice. */
export type CheckCount = {
  looked: number;
  hinted: number;
  advised: number;
  /** Another photo came before anybody decided. */
  better: number;
  anyway: number;
  /** Of those sent anyway. */
  approved: number;
};
type CountedChecks = { photos: CheckCount; byCode: Record<string, CheckCount> };

const nothing: CheckCount = { looked: 0, hinted: 0, advised: 0, better: 0, anyway: 0, approved: 0 };

/** What the checks said of a school's photos that were checked on `since` (its UTC day) or later, from sums by the day. */
export const makeCountChecks =
  ({ db }: { db: Db }) =>
  async (schoolId: number, since: Date): Promise<CountedChecks> => {
    const rows = await askPrepared<CheckCount & { code: string }>(
      db,
      `select code, sum(looked)::int as looked, sum(hinted)::int as hinted, sum(advised)::int as advised,
              sum(better)::int as better, sum(anyway)::int as anyway, sum(approved)::int as approved
       from check_counts where school_id = $1 and day >= $2::date group by code`,
      [schoolId, since.toISOString().slice(0, 10)],
    );
    const byCode = Object.fromEntries(rows.map(({ code, ...count }) => [code, count]));
    return { photos: byCode[''] ?? nothing, byCode };
  };

export type CountChecks = ReturnType<typeof makeCountChecks>;
