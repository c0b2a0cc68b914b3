import { advisoryLocks, type Db } from '../platform/db.ts';
import { type Actor, recordEvent } from '../platform/event-log.ts';
import type { School } from './school.ts';
import type { NewSchool, SchoolRecords } from './school-records.ts';

type Deps = { db: Db; schools: SchoolRecords };

/** Adds a school; gives it with its id. */
export const makeCreateSchool =
  ({ db, schools }: Deps) =>
  (actor: Actor, school: NewSchool): Promise<School> =>
    db.transaction(async (trx) => {
      const created = await schools.insert(trx, school);
      await recordEvent(trx, { schoolId: created.id, actor, kind: 'school.created' });
      return created;
    });

/** At the very first start: makes the one school that the environment describes. Processes that start together make one. */
export const makeFirstSchool =
  ({ db, schools }: Deps) =>
  (school: NewSchool): Promise<void> =>
    db.transaction(async (trx) => {
      await trx.raw('select pg_advisory_xact_lock(?)', [advisoryLocks.firstStart]);
      const some = await trx('schools').first<{ id: string } | undefined>('id');
      if (some !== undefined) return;
      const created = await schools.insert(trx, school);
      await recordEvent(trx, { schoolId: created.id, actor: { kind: 'system' }, kind: 'school.created' });
    });
