import { advisoryLocks, type Db, type Trx, violates } from '../platform/db.ts';
import { type Actor, recordEvent } from '../platform/event-log.ts';
import type { Passwords } from '../platform/password.ts';
import type { Result } from '../shared/result.ts';
import { checkPassword, type PasswordFault } from './password-rules.ts';
import type { Role } from './staff.ts';
import type { StaffRecords } from './staff-records.ts';

type Deps = { db: Db; staff: StaffRecords; passwords: Pick<Passwords, 'hash'> };

type NewStaff = { email: string; name: string; password: string; role: Role; schoolId: number };

/** Adds a person with one role in one school; gives the person's id. */
export const makeCreateStaff =
  ({ db, staff, passwords }: Deps) =>
  async (actor: Actor, person: NewStaff): Promise<Result<number, PasswordFault | 'email-taken'>> => {
    const fault = checkPassword(person.password);
    if (fault) return { ok: false, reason: fault };
    const passwordHash = await passwords.hash(person.password);
    try {
      return { ok: true, value: await db.transaction((trx) => insert(trx, staff, actor, { ...person, passwordHash })) };
    } catch (error) {
      if (violates(error, 'staff_email_unique')) return { ok: false, reason: 'email-taken' };
      throw error;
    }
  };

/**
 * The first admin, where there is no staff at all; false when there is. Processes that start together make one. `keep`
 * puts the password where somebody finds it, before the admin exists: nobody would know it after a kill in between.
 */
export const makeFirstAdmin =
  ({ db, staff, passwords }: Deps) =>
  async (person: Omit<NewStaff, 'role'>, keep?: () => Promise<void>): Promise<boolean> => {
    const passwordHash = await passwords.hash(person.password);
    return db.transaction(async (trx) => {
      await trx.raw('select pg_advisory_xact_lock(?)', [advisoryLocks.firstStart]);
      if (!(await staff.isEmpty(trx))) return false;
      await insert(trx, staff, { kind: 'system' }, { ...person, role: 'admin', passwordHash });
      await keep?.();
      return true;
    });
  };

const insert = async (
  trx: Trx,
  staff: StaffRecords,
  actor: Actor,
  person: Omit<NewStaff, 'password'> & { passwordHash: string },
): Promise<number> => {
  const id = await staff.insert(trx, person);
  await staff.giveRole(trx, id, person.schoolId, person.role);
  const data = { newStaffId: id, role: person.role };
  await recordEvent(trx, { schoolId: person.schoolId, actor, kind: 'staff.created', data });
  return id;
};
