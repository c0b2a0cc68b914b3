import type { Response } from 'express';
import type { ParentRecords } from '../../parents/parent-records.ts';
import { fullName } from '../../parents/parent.ts';
import type { DecisionRecords, StandingDecision } from '../../photos/decision-records.ts';

type Deps = {
  decisions: Pick<DecisionRecords, 'lastOfStaff' | 'listBatch'>;
  parents: Pick<ParentRecords, 'find'>;
};

/** What somebody decided last, as long as they can take it back. */
type Undoable = { decision: StandingDecision; name: string; together: number };

/** No session is older: what was decided before is taken back on the parent's page, where one sees what one does. */
const WITHIN_MS = 12 * 3600 * 1000;

/** The last decision of whoever asks, wherever they have been since. `together`: so many photos were approved at once. */
export const makeLastDecision =
  ({ decisions, parents }: Deps) =>
  async (res: Response, now: Date): Promise<Undoable | null> => {
    const { staff, school } = res.locals;
    const decision = await decisions.lastOfStaff(school.id, staff.id, new Date(now.getTime() - WITHIN_MS));
    if (!decision || decision.refusal !== null) return null;
    const parent = await parents.find(school.id, decision.parentId);
    if (!parent) return null;
    const together = decision.batch === null ? 1 : (await decisions.listBatch(school.id, decision.batch)).length;
    return { decision, name: fullName(parent), together };
  };

export type LastDecision = ReturnType<typeof makeLastDecision>;
