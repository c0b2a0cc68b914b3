import { recordEvent } from '../platform/event-log.ts';
import type { Db } from '../platform/db.ts';
import { hashPassword, verifyPassword } from '../platform/password.ts';
import type { MakeRateLimit } from '../platform/rate-limit.ts';
import { Refused } from '../shared/errors.ts';
import type { Result } from '../shared/result.ts';
import type { SignedInStaff } from './staff.ts';
import type { StaffRecords } from './staff-records.ts';

type Deps = { db: Db; staff: StaffRecords; makeRateLimit: MakeRateLimit };
type Attempt = { email: string; password: string; ip: string };

const QUARTER = 15 * 60;
const MONTH = 30 * 24 * 3600;

/**
 * Signs a member of staff in. An unknown address, a wrong password and a disabled person get the same answer after the
 * same work (R47). Limits (R45): 10 tries a quarter of an hour for one account from one address, 100 from one address,
 * 100 for one account; all pass by themselves. The last does not hold where the person has signed in from that address
 * within a month: guessers all over the world cannot keep them out for ever. Throws Refused('too-many').
 */
export const makeSignIn = ({ db, staff, makeRateLimit }: Deps) => {
  const byPair = makeRateLimit('sign-in-pair', 10, QUARTER);
  const byAddress = makeRateLimit('sign-in-address', 100, QUARTER);
  const byAccount = makeRateLimit('sign-in-account', 100, QUARTER);
  const known = makeRateLimit('sign-in-known', 1, MONTH);
  const decoy = hashPassword('nobody has this password');

  return async ({ email, password, ip }: Attempt): Promise<Result<SignedInStaff, 'wrong'>> => {
    const account = email.toLowerCase();
    const pair = `${account} ${ip}`;
    const isKnown = !(await known.check(pair)).ok;
    const limits = [[byAddress, ip], [byPair, pair], ...(isKnown ? [] : [[byAccount, account] as const])] as const;
    for (const [limit, key] of limits) {
      const outcome = await limit.consume(key);
      if (!outcome.ok) throw new Refused('too-many', { retryAfter: outcome.retryAfter });
    }
    const found = await staff.findByEmail(email);
    const right = await verifyPassword(password, found?.passwordHash ?? (await decoy));
    const person = found && right ? await staff.findSignedIn(found.id, undefined) : undefined;
    if (!person) return { ok: false, reason: 'wrong' };
    await byPair.reset(pair);
    await known.consume(pair);
    const event = { schoolId: person.schoolId, actor: { kind: 'staff', staffId: person.id } } as const;
    await db.transaction((trx) => recordEvent(trx, { ...event, kind: 'staff.signed-in' }));
    return { ok: true, value: person };
  };
};

export type SignIn = ReturnType<typeof makeSignIn>;
