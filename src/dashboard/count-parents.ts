import { parentStatuses, type ParentStatus } from '../parents/parent.ts';
import type { Db } from '../platform/db.ts';
import { askPrepared } from '../platform/prepared.ts';

export type ParentCounts = {
  /** All but the archived ones. */
  total: number;
  byStatus: Record<ParentStatus, number>;
  archived: number;
  /** The classes of the school that have a parent, in natural order: 1A, 2B, 10A. */
  classes: string[];
};

type CountRow = { status: ParentStatus | 'archived' | null; class_name: string | null; n: number; listed: number };

const inNaturalOrder = new Intl.Collator('en', { numeric: true }).compare;

/**
 * How many parents of the school, or of one of its classes, have each status: sums of what each change of a parent
 * added, so always as of now. `classes` are those of the whole school.
 */
export const makeCountParents =
  ({ db }: { db: Db }) =>
  async (schoolId: number, className: string | null): Promise<ParentCounts> => {
    const rows = await askPrepared<CountRow>(
      db,
      `select status, class_name,
              coalesce(sum(n) filter (where cast($2 as text) is null or class_name = $2), 0)::int as n,
              coalesce(sum(n) filter (where status <> 'archived'), 0)::int as listed
       from parent_counts where school_id = $1
       group by grouping sets ((status), (class_name))`,
      [schoolId, className],
    );

    const count = (status: ParentStatus | 'archived') => rows.find((row) => row.status === status)?.n ?? 0;
    const byStatus = Object.fromEntries(parentStatuses.map((status) => [status, count(status)])) as Record<
      ParentStatus,
      number
    >;
    return {
      total: parentStatuses.reduce((sum, status) => sum + byStatus[status], 0),
      byStatus,
      archived: count('archived'),
      classes: rows
        .flatMap((row) => (row.class_name !== null && row.class_name !== '' && row.listed > 0 ? [row.class_name] : []))
        .sort(inNaturalOrder),
    };
  };

export type CountParents = ReturnType<typeof makeCountParents>;
