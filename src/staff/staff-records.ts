import type { Db, Trx } from '../platform/db.ts';
import { askPrepared } from '../platform/prepared.ts';
import type { Role, SignedInStaff, Staff } from './staff.ts';

type SecretRow = { id: string; email: string; name: string; password_hash: string };
type RoleRow = { id: string; email: string; name: string; school_id: string; role: Role; school_name: string };

/** SQL of staff and their roles in schools. */
export const makeStaffRecords = ({ db }: { db: Db }) => ({
  /** With the password's hash, for signing in; people who are disabled are not found. */
  findByEmail: async (email: string): Promise<(Staff & { passwordHash: string }) | undefined> => {
    const row = await db('staff')
      .whereRaw('lower(email) = lower(?)', [email])
      .whereNull('disabled_at')
      .first<SecretRow | undefined>();
    return row && { id: Number(row.id), email: row.email, name: row.name, passwordHash: row.password_hash };
  },
  /** The person in the school they chose, or in the first one that they have a role in; in one query. */
  findSignedIn: async (id: number, schoolId: number | undefined): Promise<SignedInStaff | undefined> => {
    const rows = await askPrepared<RoleRow>(
      db,
      `select staff.id, email, staff.name, school_id, role, schools.name as school_name
       from staff join staff_roles on staff_id = staff.id join schools on schools.id = school_id
       where staff.id = $1 and disabled_at is null order by schools.id`,
      [id],
    );
    const row = rows.find((one) => Number(one.school_id) === schoolId) ?? rows[0];
    if (!row) return undefined;
    return {
      id: Number(row.id),
      email: row.email,
      name: row.name,
      schoolId: Number(row.school_id),
      role: row.role,
      schools: rows.map((one) => ({ id: Number(one.school_id), name: one.school_name, role: one.role })),
    };
  },
  /** Someone of the school who may do everything: whom to ask. */
  findAdminName: async (schoolId: number): Promise<string | undefined> => {
    const row = await db('staff_roles')
      .join('staff', 'staff.id', 'staff_roles.staff_id')
      .where({ school_id: schoolId, role: 'admin' })
      .whereNull('disabled_at')
      .orderBy('staff.id')
      .first<{ name: string } | undefined>('name');
    return row?.name;
  },
  /** The names of those among `ids` who have a role in the school, by id. */
  findNames: async (schoolId: number, ids: number[]): Promise<Map<number, string>> => {
    const rows = await db('staff_roles')
      .join('staff', 'staff.id', 'staff_roles.staff_id')
      .where({ school_id: schoolId })
      .whereIn('staff.id', ids)
      .select<{ id: string; name: string }[]>('staff.id', 'staff.name');
    return new Map(rows.map(({ id, name }) => [Number(id), name]));
  },
  isEmpty: async (trx: Trx): Promise<boolean> => (await trx('staff').first('id')) === undefined,
  insert: async (trx: Trx, staff: { email: string; name: string; passwordHash: string }): Promise<number> => {
    const [row] = await trx('staff')
      .insert({ email: staff.email, name: staff.name, password_hash: staff.passwordHash })
      .returning<{ id: string }[]>('id');
    if (!row) throw new Error('insert returned no row');
    return Number(row.id);
  },
  giveRole: (trx: Trx, staffId: number, schoolId: number, role: Role) =>
    trx('staff_roles').insert({ staff_id: staffId, school_id: schoolId, role }),
});

export type StaffRecords = ReturnType<typeof makeStaffRecords>;
