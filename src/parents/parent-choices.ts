import type { Clock } from '../platform/clock.ts';
import type { Db } from '../platform/db.ts';
import { type Actor, recordEvent } from '../platform/event-log.ts';
import type { Language } from '../platform/languages.ts';
import type { Result } from '../shared/result.ts';
import { linkState, type Parent } from './parent.ts';
import type { ParentRecords } from './parent-records.ts';

type Deps = { db: Db; parents: ParentRecords; clock: Clock };

/** The version of the text on the welcome page; raise it with every change of what it promises. */
export const CONSENT_VERSION = 'v1';

const byParent: Actor = { kind: 'parent' };
/** What happens twice within it is a double tap. */
const aMomentBefore = (now: Date) => new Date(now.getTime() - 60_000);

/** What a parent decides at the link, photo aside. Each rereads the link's state under the row's lock. */
export const makeParentChoices = ({ db, parents, clock }: Deps) => ({
  /** Opens the onboarding: the consent and its text's version, the language and the time are kept. */
  start: (parentId: number, language: Language): Promise<Result<Parent, 'link-closed'>> =>
    db.transaction(async (trx) => {
      const parent = await parents.lock(trx, parentId);
      if (!parent || linkState(parent, clock.now()) !== 'open') return { ok: false, reason: 'link-closed' };
      const now = clock.now();
      const consent = { parent_id: parentId, text_name: 'photo', text_version: CONSENT_VERSION, locale: language };
      const again = await trx('consents')
        .where(consent)
        .where('agreed_at', '>', aMomentBefore(now))
        .first<object | undefined>();
      if (again) return { ok: true, value: parent }; // a double tap
      await trx('consents').insert({ ...consent, agreed_at: now });
      if (!parent.openedAt) await parents.change(trx, parentId, { opened_at: now });
      const event = { schoolId: parent.schoolId, actor: byParent, at: clock.now(), parentId };
      await recordEvent(trx, { ...event, kind: 'consent.given', data: { version: CONSENT_VERSION, language } });
      return { ok: true, value: { ...parent, openedAt: parent.openedAt ?? now } };
    }),

  /** 'Show my photo': lets the browser see and change what was sent, which the office can see in the timeline. */
  reopen: (parentId: number): Promise<Result<Parent, 'link-closed'>> =>
    db.transaction(async (trx) => {
      const parent = await parents.lock(trx, parentId);
      const now = clock.now();
      if (!parent || linkState(parent, now) === 'off') return { ok: false, reason: 'link-closed' };
      const opened = { kind: 'link.opened', parentId } as const;
      const again = await trx('events')
        .where({ kind: opened.kind, parent_id: parentId })
        .where('at', '>', aMomentBefore(now))
        .first<object | undefined>('id');
      if (!parent.openedAt) await parents.change(trx, parentId, { opened_at: now });
      if (!again) await recordEvent(trx, { ...opened, schoolId: parent.schoolId, actor: byParent, at: now });
      return { ok: true, value: parent };
    }),

  /** 'I do not want to send a photo'. Said twice it is one; it does not touch a photo that is there. */
  decline: (parentId: number, note: string): Promise<Result<true, 'link-closed'>> =>
    db.transaction(async (trx) => {
      const parent = await parents.lock(trx, parentId);
      if (!parent || linkState(parent, clock.now()) !== 'open') return { ok: false, reason: 'link-closed' };
      if (parent.declinedAt) return { ok: true, value: true };
      await parents.change(trx, parentId, { declined_at: clock.now() });
      const event = { schoolId: parent.schoolId, actor: byParent, at: clock.now(), parentId, note };
      await recordEvent(trx, { ...event, kind: 'parent.declined' });
      return { ok: true, value: true };
    }),

  undoDecline: (parentId: number): Promise<Result<true, 'link-closed'>> =>
    db.transaction(async (trx) => {
      const parent = await parents.lock(trx, parentId);
      if (!parent || linkState(parent, clock.now()) !== 'open') return { ok: false, reason: 'link-closed' };
      if (!parent.declinedAt) return { ok: true, value: true };
      await parents.change(trx, parentId, { declined_at: null });
      const event = { schoolId: parent.schoolId, actor: byParent, at: clock.now(), parentId };
      await recordEvent(trx, { ...event, kind: 'parent.decline-undone' });
      return { ok: true, value: true };
    }),

  /** 'This is not me': an alert for the office, and the link stands still until it is cleared or replaced. */
  sayNotMe: (parentId: number): Promise<void> =>
    db.transaction(async (trx) => {
      const parent = await parents.lock(trx, parentId);
      if (!parent || linkState(parent, clock.now()) === 'off') return;
      await parents.change(trx, parentId, { not_me_at: clock.now() });
      const event = { schoolId: parent.schoolId, actor: byParent, at: clock.now(), parentId };
      await recordEvent(trx, { ...event, kind: 'parent.not-me' });
    }),
});

export type ParentChoices = ReturnType<typeof makeParentChoices>;
