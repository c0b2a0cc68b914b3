import type { Trx } from './db.ts';
import { insertPrepared } from './prepared.ts';

/** Who did it. */
export type Actor = { kind: 'parent' } | { kind: 'staff'; staffId: number } | { kind: 'system' } | { kind: 'cli' };

export type EventKind =
  | 'school.created'
  | 'staff.created'
  | 'staff.signed-in'
  | 'staff.signed-out'
  | 'parent.created'
  | 'parent.edited'
  | 'parent.archived'
  | 'parent.restored'
  | 'parent.erased'
  | 'parent.declined'
  | 'parent.decline-undone'
  | 'parent.not-me'
  | 'parent.not-me-cleared'
  | 'consent.given'
  | 'link.opened'
  | 'link.renewed'
  | 'link.revoked'
  | 'link.extended'
  | 'photo.received'
  | 'photo.sent-anyway'
  | 'photo.superseded'
  | 'photo.approved'
  | 'photo.rejected'
  | 'photo.undecided'
  | 'photo.reinstated'
  | 'photo.deleted'
  | 'photo.cleared'
  | 'photo.loaded-ahead'
  | 'photo.portrait-changed'
  | 'photo.shown'
  | 'system.jobs-retried'
  | 'system.work-cancelled'
  | 'system.backup-asked'
  | 'system.backup-verify-asked'
  | 'system.backup-rehearsal-asked'
  | 'system.key-kept'
  | 'system.error-done';

type NewEvent = {
  schoolId: number;
  actor: Actor;
  kind: EventKind;
  parentId?: number;
  photoId?: number;
  /** When it happened, by the clock of the use case; the database's time otherwise. */
  at?: Date;
  /** Ids, codes, counts and times only: never a name, a link, an address or what somebody wrote. */
  data?: Record<string, string | number | boolean | string[]>;
  /** What a person wrote about it (<= 300 characters); needs a parent and is erased with the parent. */
  note?: string | undefined;
};

/** Appends one event in the caller's transaction: what happened and its record exist together or not at all. */
export const recordEvent = async (trx: Trx, event: NewEvent): Promise<void> => {
  const id = await insertPrepared(trx, 'events', {
    school_id: event.schoolId,
    actor: event.actor.kind,
    staff_id: event.actor.kind === 'staff' ? event.actor.staffId : null,
    parent_id: event.parentId ?? null,
    photo_id: event.photoId ?? null,
    kind: event.kind,
    data: JSON.stringify(event.data ?? {}),
    ...(event.at ? { at: event.at } : {}),
  });
  if (event.note === undefined || event.note === '') return;
  await trx('notes').insert({ event_id: id, parent_id: event.parentId, body: event.note });
};
