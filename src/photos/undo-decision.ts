// A photo's journey ⑨: review
import type { ParentRecords } from '../parents/parent-records.ts';
import type { Clock } from '../platform/clock.ts';
import type { Db, Trx } from '../platform/db.ts';
import { type Actor, type EventKind, recordEvent } from '../platform/event-log.ts';
import type { Result } from '../shared/result.ts';
import type { Decision, DecisionRecords, UndoRefusal } from './decision-records.ts';
import type { PhotoRecords } from './photo-records.ts';

type Deps = {
  db: Db;
  parents: ParentRecords;
  photos: PhotoRecords;
  decisions: DecisionRecords;
  clock: Clock;
  /** Queues the look at a photo that was decided before the checks had come to it; one that was checked stays as it is. */
  enqueueCheck: (trx: Trx, photoId: number) => Promise<void>;
};

/** `not-yours`: a colleague decided, and only an admin may take that back. */
export type CannotUndo = UndoRefusal | 'not-yours' | 'not-found';

/** Who takes back: a reviewer what they decided themselves, an admin whatever was decided in the school. */
export type Undoer = { staffId: number; role: 'admin' | 'reviewer' | 'gate' };

/** What became of a batch: so many decisions were taken back, so many could not be. */
type BatchUndone = { undone: number; kept: number };

export const mayUndo = ({ staffId, role }: Undoer, decision: Pick<Decision, 'decidedBy'>): boolean =>
  role === 'admin' || decision.decidedBy === staffId;

/**
 * Takes the last decision about a parent's photos back: the photo is what it was before, and the approved one before it
 * is in force again. Decisions about one parent are taken back in the reverse of their order, so nothing that was decided
 * later is undone with them. Each is an event of its own; the log keeps what was decided.
 */
export const makeUndoDecision = ({ db, parents, photos, decisions, clock, enqueueCheck }: Deps) => {
  const restore = async (trx: Trx, actor: Actor, decision: Decision): Promise<void> => {
    const at = clock.now();
    const { schoolId, parentId, photoId, replacedId } = decision;
    const say = (kind: EventKind, about: number) =>
      recordEvent(trx, {
        ...{ schoolId, actor, at, kind, parentId, photoId: about },
        data: kind === 'photo.undecided' ? { decision: decision.decision, becomes: decision.decidedFrom } : {},
      });
    await decisions.takeBack(trx, decision.id, { at, by: actor.kind === 'staff' ? actor.staffId : null });
    if (decision.decidedFrom === 'approved') {
      await photos.reinstate(trx, photoId, await decisions.findApproval(trx, photoId));
    } else await photos.undecide(trx, photoId);
    await say('photo.undecided', photoId);
    await enqueueCheck(trx, photoId);
    if (replacedId === null) return;
    await photos.reinstate(trx, replacedId, undefined);
    await say('photo.reinstated', replacedId);
  };

  /** Locks the parent first, as everybody does, and reads the decision again under that lock. */
  const undo = (who: Undoer, schoolId: number, photoId: number, id: number): Promise<Result<Decision, CannotUndo>> =>
    db.transaction(async (trx) => {
      const seen = await decisions.find(schoolId, photoId, id, trx);
      if (seen) await parents.lock(trx, seen.parentId);
      const decision = seen && (await decisions.find(schoolId, photoId, id, trx));
      if (!decision) return { ok: false, reason: 'not-found' };
      if (!mayUndo(who, decision)) return { ok: false, reason: 'not-yours' };
      if (decision.refusal) return { ok: false, reason: decision.refusal };
      await restore(trx, { kind: 'staff', staffId: who.staffId }, decision);
      return { ok: true, value: decision };
    });

  return {
    undo,

    /** Photos that were approved together, as far as that still can be; those that changed since stay as they are. */
    undoBatch: async (who: Undoer, schoolId: number, batch: string): Promise<BatchUndone> => {
      let undone = 0;
      const all = await decisions.listBatch(schoolId, batch);
      for (const { id, photoId } of all) if ((await undo(who, schoolId, photoId, id)).ok) undone += 1;
      return { undone, kept: all.length - undone };
    },
  };
};

export type UndoDecision = ReturnType<typeof makeUndoDecision>;
