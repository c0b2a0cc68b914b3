import { randomBytes } from 'node:crypto';
import type { Db } from './platform/db.ts';
import type { Passwords } from './platform/password.ts';
import type { MakeRateLimit } from './platform/rate-limit.ts';
import { makeCreateStaff, makeFirstAdmin } from './staff/create-staff.ts';
import { makeNoteSignOut, makeSignIn } from './staff/sign-in.ts';
import { makeStaffRecords } from './staff/staff-records.ts';

type Ground = { db: Db; passwords: Passwords; makeRateLimit: MakeRateLimit };

/** The people of the office, and how they sign in. */
export const wireStaff = ({ db, passwords, makeRateLimit }: Ground) => {
  const staff = makeStaffRecords({ db });
  return {
    staff,
    createStaff: makeCreateStaff({ db, staff, passwords }),
    makeFirstAdmin: makeFirstAdmin({ db, staff, passwords }),
    signIn: makeSignIn({ db, staff, passwords, makeRateLimit, randomBytes }),
    noteSignOut: makeNoteSignOut({ db }),
  };
};
