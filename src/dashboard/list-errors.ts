import type { Clock } from '../platform/clock.ts';
import type { Db } from '../platform/db.ts';

/** A kind of unexpected error: types and places in the code, nothing of its messages. */
export type ErrorKind = {
  fingerprint: string;
  type: string;
  code: string | null;
  /** Where it happened last: 'GET /admin/parents', 'job photo-check'. */
  place: string;
  /** Since it was first seen. */
  times: number;
  firstAt: Date;
  lastAt: Date;
  /** The id of the last one, which the log has too; for a request the one that the error page showed. */
  exampleId: string;
  version: string;
  /** First seen less than a day ago. */
  isNew: boolean;
  /** Seen again after somebody had said that it was dealt with. */
  isBack: boolean;
};

const DAY_MS = 86_400_000;
const LISTED_DAYS = 7;
const MOST = 50;

type Row = Omit<ErrorKind, 'times' | 'isNew' | 'isBack'> & { times: string; doneAt: Date | null };

/** The kinds of errors that were seen in the last seven days and are not done, the last seen first; at most 50. */
export const makeListErrors =
  ({ db, clock }: { db: Db; clock: Clock }) =>
  async (): Promise<ErrorKind[]> => {
    const now = clock.now().getTime();
    const rows: Row[] = await db('error_kinds')
      .where('last_at', '>', new Date(now - LISTED_DAYS * DAY_MS))
      .whereRaw('(done_at is null or done_at < last_at)')
      .orderBy('last_at', 'desc')
      .limit(MOST)
      .select('fingerprint', 'type', 'code', 'place', 'times', 'version', {
        ...{ firstAt: 'first_at', lastAt: 'last_at', exampleId: 'example_id', doneAt: 'done_at' },
      });
    return rows.map(({ doneAt, ...row }) => ({
      ...row,
      times: Number(row.times),
      isNew: now - row.firstAt.getTime() < DAY_MS,
      isBack: doneAt !== null,
    }));
  };
