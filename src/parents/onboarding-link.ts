// A photo's journey ①: the link
import type { Clock } from '../platform/clock.ts';
import type { Db } from '../platform/db.ts';
import { type Actor, recordEvent } from '../platform/event-log.ts';
import type { School } from '../schools/school.ts';
import { makeUniqueId, type UniqueId } from '../shared/ids.ts';
import { linkEnd } from './link-end.ts';
import type { Parent } from './parent.ts';
import type { ParentRecords } from './parent-records.ts';

type Deps = { db: Db; parents: ParentRecords; clock: Clock };

/** The address a parent gets: `<BASE_URL>/onboarding/<unique_id>`. Whoever holds it can act for the parent. */
export const onboardingUrl = (baseUrl: string, uniqueId: UniqueId): string => `${baseUrl}/onboarding/${uniqueId}`;

/** What the office does to a link. Each ends the sessions that were opened with it, but for `extend`. */
export const makeOnboardingLink = ({ db, parents, clock }: Deps) => ({
  /** Replaces the link: the old one is dead at once, also a revoked one; an alert and a 'no' are cleared with it. */
  renew: (actor: Actor, school: School, parentId: number): Promise<void> =>
    db.transaction(async (trx) => {
      const parent = await lockActive(parents, trx, school.id, parentId);
      if (!parent) return;
      const now = clock.now();
      await parents.change(trx, parentId, {
        unique_id: makeUniqueId(),
        link_version: parent.linkVersion + 1,
        link_issued_at: now,
        link_expires_at: linkEnd(school, now),
        link_lapsed: false,
        link_revoked_at: null,
        not_me_at: null,
        declined_at: null,
      });
      await recordEvent(trx, {
        schoolId: school.id,
        actor,
        at: now,
        kind: 'link.renewed',
        parentId,
        data: { version: parent.linkVersion + 1 },
      });
    }),

  /** Turns the link off for good; `note` says why, for staff. Doing it twice changes nothing. */
  revoke: (actor: Actor, school: School, parentId: number, note: string): Promise<void> =>
    db.transaction(async (trx) => {
      const parent = await lockActive(parents, trx, school.id, parentId);
      if (!parent || parent.linkRevokedAt) return;
      await parents.change(trx, parentId, { link_revoked_at: clock.now() });
      await recordEvent(trx, { schoolId: school.id, actor, at: clock.now(), kind: 'link.revoked', parentId, note });
    }),

  /** The school's number of days more, counted from now. A link that is off stays off. */
  extend: (actor: Actor, school: School, parentId: number): Promise<void> =>
    db.transaction(async (trx) => {
      const parent = await lockActive(parents, trx, school.id, parentId);
      if (!parent || parent.linkRevokedAt) return;
      await parents.change(trx, parentId, { link_expires_at: linkEnd(school, clock.now()), link_lapsed: false });
      await recordEvent(trx, { schoolId: school.id, actor, at: clock.now(), kind: 'link.extended', parentId });
    }),
});

export type OnboardingLink = ReturnType<typeof makeOnboardingLink>;

const lockActive = async (
  parents: ParentRecords,
  trx: Parameters<ParentRecords['lock']>[0],
  schoolId: number,
  parentId: number,
): Promise<Parent | undefined> => {
  const parent = await parents.lock(trx, parentId);
  return parent?.schoolId === schoolId && !parent.archivedAt ? parent : undefined;
};
