import { ConfigError } from '../shared/config.ts';
import { keepPassword, makePassword } from '../staff/made-password.ts';
import { checkPassword } from '../staff/password-rules.ts';
import type { Wired } from '../wiring.ts';
import { passwordFaults } from './password-faults.ts';

const DEFAULT_EMAIL = 'admin@localhost';

/**
 * Where there is no staff yet: makes the first admin from ADMIN_EMAIL and ADMIN_PASSWORD, or with a made password that
 * goes to the terminal only, or without a terminal to a 0600 file in DATA_DIR. Gives what to tell the person who
 * started the service.
 */
export const ensureFirstAdmin = async (
  { config, schools, makeFirstAdmin, staff, db }: Wired,
  terminal: { isTTY?: boolean },
): Promise<string[]> => {
  const signInAt = `Sign in at ${config.BASE_URL}/admin/sign-in`;
  const [school] = await schools.list();
  const none = await db.transaction((trx) => staff.isEmpty(trx));
  if (!school || !none) return [`${signInAt}.`];
  const email = config.ADMIN_EMAIL ?? DEFAULT_EMAIL;
  const password = config.ADMIN_PASSWORD ?? makePassword();
  const fault = checkPassword(password);
  if (fault) throw new ConfigError(`ADMIN_PASSWORD: ${passwordFaults[fault]}`);
  const name = email.split('@')[0] ?? email;
  let file = '';
  const keep = async () => {
    if (!config.ADMIN_PASSWORD && terminal.isTTY !== true) file = await keepPassword(config.DATA_DIR, password);
  };
  const made = await makeFirstAdmin({ email, name, password, schoolId: school.id }, keep);
  if (!made) return [`${signInAt}.`];
  if (config.ADMIN_PASSWORD) return [`${signInAt} as ${email} with the password of ADMIN_PASSWORD.`];
  if (terminal.isTTY === true) return [`${signInAt} as ${email}`, `with the password ${password} (shown only now).`];
  return [`${signInAt} as ${email}`, `with the password in ${file}.`];
};
