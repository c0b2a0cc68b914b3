import type { Clock } from '../platform/clock.ts';
import type { Db } from '../platform/db.ts';
import { type Actor, recordEvent } from '../platform/event-log.ts';
import type { ParentRecords } from './parent-records.ts';

type Deps = { db: Db; parents: ParentRecords; clock: Clock };

/** What the office decides about a parent as a whole. Each does nothing for a parent of another school. */
export const makeParentLeaving = ({ db, parents, clock }: Deps) => ({
  /** Off every list, the link off; `note` says why, for staff. */
  archive: (actor: Actor, schoolId: number, parentId: number, note: string): Promise<void> =>
    db.transaction(async (trx) => {
      const parent = await parents.lock(trx, parentId);
      if (parent?.schoolId !== schoolId || parent.archivedAt) return;
      await parents.change(trx, parentId, { archived_at: clock.now() });
      await recordEvent(trx, { schoolId, actor, at: clock.now(), kind: 'parent.archived', parentId, note });
    }),

  /** Back on the lists; the link works again if it has not expired and was not turned off. */
  restore: (actor: Actor, schoolId: number, parentId: number): Promise<void> =>
    db.transaction(async (trx) => {
      const parent = await parents.lock(trx, parentId);
      if (parent?.schoolId !== schoolId || !parent.archivedAt) return;
      await parents.change(trx, parentId, { archived_at: null });
      await recordEvent(trx, { schoolId, actor, at: clock.now(), kind: 'parent.restored', parentId });
    }),

  /** The office looked at 'This is not me' and found a mistake: the link works on. */
  clearNotMe: (actor: Actor, schoolId: number, parentId: number): Promise<void> =>
    db.transaction(async (trx) => {
      const parent = await parents.lock(trx, parentId);
      if (parent?.schoolId !== schoolId || !parent.notMeAt) return;
      await parents.change(trx, parentId, { not_me_at: null });
      await recordEvent(trx, { schoolId, actor, at: clock.now(), kind: 'parent.not-me-cleared', parentId });
    }),
});

export type ParentLeaving = ReturnType<typeof makeParentLeaving>;
