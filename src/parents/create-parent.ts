import { type Db, violates } from '../platform/db.ts';
import type { Clock } from '../platform/clock.ts';
import { type Actor, recordEvent } from '../platform/event-log.ts';
import type { School } from '../schools/school.ts';
import { makeUniqueId } from '../shared/ids.ts';
import type { Result } from '../shared/result.ts';
import { linkEnd } from './link-end.ts';
import type { Parent } from './parent.ts';
import type { ParentDetails, ParentRecords } from './parent-records.ts';

type Deps = { db: Db; parents: ParentRecords; clock: Clock };

/**
 * Enters a parent with a fresh link. `external-id-taken`: another parent of the school has this `externalId`. The same form
 * (`formId`) sent again, because its answer was lost, gives the parent whom it entered before.
 */
export const makeCreateParent =
  ({ db, parents, clock }: Deps) =>
  async (
    actor: Actor,
    school: School,
    details: ParentDetails,
    formId: string | null = null,
  ): Promise<Result<Parent, 'external-id-taken'>> => {
    const linkIssuedAt = clock.now();
    const link = { uniqueId: makeUniqueId(), linkIssuedAt, linkExpiresAt: linkEnd(school, linkIssuedAt) };
    try {
      const value = await db.transaction(async (trx) => {
        const parent = await parents.insert(trx, { ...details, ...link, schoolId: school.id, formId });
        await recordEvent(trx, {
          schoolId: school.id,
          actor,
          at: linkIssuedAt,
          kind: 'parent.created',
          parentId: parent.id,
        });
        return parent;
      });
      return { ok: true, value };
    } catch (error) {
      const taken = violates(error, 'parents_external_id_unique');
      if (!taken && !violates(error, 'parents_form_id_unique')) throw error;
      const before = formId === null ? undefined : await parents.findByFormId(school.id, formId);
      return before ? { ok: true, value: before } : { ok: false, reason: 'external-id-taken' };
    }
  };

/** Changes what the office entered; photo and link stay. */
export const makeEditParent =
  ({ db, parents }: Pick<Deps, 'db' | 'parents'>) =>
  async (actor: Actor, parent: Parent, details: ParentDetails): Promise<Result<true, 'external-id-taken'>> => {
    try {
      await db.transaction(async (trx) => {
        await parents.updateDetails(trx, parent.id, details);
        await recordEvent(trx, {
          schoolId: parent.schoolId,
          actor,
          kind: 'parent.edited',
          parentId: parent.id,
          data: { fields: changedFields(parent, details) },
        });
      });
      return { ok: true, value: true };
    } catch (error) {
      if (violates(error, 'parents_external_id_unique')) return { ok: false, reason: 'external-id-taken' };
      throw error;
    }
  };

/** Which fields changed: the log says that the surname changed, not what it was. */
const changedFields = (before: ParentDetails, after: ParentDetails): string[] =>
  (Object.keys(after) as (keyof ParentDetails)[]).filter((field) => before[field] !== after[field]);
