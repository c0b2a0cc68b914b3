import { createHash } from 'node:crypto';
import { recordEvent } from '../platform/event-log.ts';
import type { Db } from '../platform/db.ts';
import type { Passwords } from '../platform/password.ts';
import type { MakeRateLimit } from '../platform/rate-limit.ts';
import { Refused } from '../shared/errors.ts';
import type { Result } from '../shared/result.ts';
import type { SignedInStaff } from './staff.ts';
import type { StaffRecords } from './staff-records.ts';

type Deps = {
  db: Db;
  staff: StaffRecords;
  passwords: Pick<Passwords, 'verify' | 'decoy'>;
  makeRateLimit: MakeRateLimit;
  randomBytes: (size: number) => Buffer;
};

/** A browser in which somebody has signed in before; `password` stands for the password that was right then. */
export type KnownBrowser = { staffId: number; id: string; password: string };

/** `ip`: whom the limits take for one address; `browsers`: what the browser that asks can prove to be. */
type Attempt = { email: string; password: string; ip: string; browsers?: KnownBrowser[] };
type SignedIn = SignedInStaff & { browser: KnownBrowser };

const QUARTER = 15 * 60;
const MONTH = 30 * 24 * 3600;

/**
 * Signs a member of staff in. An unknown address, a wrong password and a disabled person get the same answer after the
 * same work (R47). Limits (R45), all of which pass by themselves: 10 tries a quarter of an hour for one account from one
 * address, 100 from one address, 100 for one account. The last does not hold where the person has signed in from that
 * address within a month. None of them holds in a browser that the person has signed in with: it has 10 tries of its
 * own, so that guessers can keep nobody out, whatever address they share (docs/adr/0016). Throws Refused('too-many').
 */
export const makeSignIn = ({ db, staff, passwords, makeRateLimit, randomBytes }: Deps) => {
  const byPair = makeRateLimit('sign-in-pair', 10, QUARTER);
  const byAddress = makeRateLimit('sign-in-address', 100, QUARTER);
  const byAccount = makeRateLimit('sign-in-account', 100, QUARTER);
  const byBrowser = makeRateLimit('sign-in-browser', 10, QUARTER);
  const known = makeRateLimit('sign-in-known', 1, MONTH);
  const decoy = passwords.decoy();

  const limitsOf = async ({ email, ip }: Attempt, browser: KnownBrowser | undefined) => {
    const account = email.toLowerCase();
    const pair = `${account} ${ip}`;
    const limits = [[byAddress, ip] as const, [byPair, pair] as const];
    if (!(await known.has(pair))) limits.push([byAccount, account]);
    return { pair, limits: browser ? [[byBrowser, browser.id] as const] : limits };
  };

  return async (attempt: Attempt): Promise<Result<SignedIn, 'wrong'>> => {
    const { email, password, browsers = [] } = attempt;
    const found = await staff.findByEmail(email);
    const stamp = stampOf(found?.passwordHash ?? '');
    const browser = browsers.find((one) => one.staffId === found?.id && one.password === stamp);
    const { pair, limits } = await limitsOf(attempt, browser);
    for (const [limit, key] of limits) {
      const outcome = await limit.consume(key);
      if (!outcome.ok) throw new Refused('too-many', { retryAfter: outcome.retryAfter });
    }
    const right = await passwords.verify(password, found?.passwordHash ?? decoy);
    const person = found && right ? await staff.findSignedIn(found.id, undefined) : undefined;
    if (!person) return { ok: false, reason: 'wrong' };
    if (!browser) await byPair.reset(pair); // else the tries at this address were somebody else's
    await known.reset(pair); // the month begins anew
    await known.consume(pair);
    const event = { schoolId: person.schoolId, actor: { kind: 'staff', staffId: person.id } } as const;
    await db.transaction((trx) => recordEvent(trx, { ...event, kind: 'staff.signed-in' }));
    // A new id each time: a copy of the old one shares no tries with it.
    const id = randomBytes(12).toString('base64url');
    return { ok: true, value: { ...person, browser: { staffId: person.id, id, password: stamp } } };
  };
};

/** Changes with the password and tells nothing of it: the hash has a salt of its own. */
const stampOf = (passwordHash: string): string =>
  createHash('sha256').update(passwordHash).digest('base64url').slice(0, 16);

/** Notes that somebody signed out; the session is the web's to end. */
export const makeNoteSignOut =
  ({ db }: Pick<Deps, 'db'>) =>
  ({ id, schoolId }: Pick<SignedInStaff, 'id' | 'schoolId'>): Promise<void> =>
    db.transaction((trx) =>
      recordEvent(trx, { schoolId, actor: { kind: 'staff', staffId: id }, kind: 'staff.signed-out' }),
    );

export type NoteSignOut = ReturnType<typeof makeNoteSignOut>;
export type SignIn = ReturnType<typeof makeSignIn>;
