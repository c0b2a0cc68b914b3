import { text } from 'node:stream/consumers';
import { makePassword } from '../staff/made-password.ts';
import { roles } from '../staff/staff.ts';
import { type Command, optional, required, schoolOf, UsageError } from './command.ts';
import { passwordFaults } from './password-faults.ts';

const faults = { ...passwordFaults, 'email-taken': 'somebody has this e-mail address already' };

export const adminCreateCommand: Command = {
  usage: 'admin:create --email EMAIL [--name NAME] [--role admin|reviewer|gate] [--school ID] [--password-stdin]',
  summary: 'adds somebody who signs in; prints a made password once, unless one is given on standard input',
  options: {
    email: { type: 'string' },
    name: { type: 'string' },
    role: { type: 'string' },
    school: { type: 'string' },
    'password-stdin': { type: 'boolean' },
  },
  run: async (service, given) => {
    const email = required(given, 'email');
    if (!/^[^\s@]+@[^\s@]+$/.test(email) || email.length > 254) throw new UsageError('--email is no e-mail address');
    const role = roles.find((one) => one === (optional(given, 'role') ?? 'admin'));
    if (!role) throw new UsageError(`--role must be one of ${roles.join(', ')}`);
    const school = await schoolOf(service, given);
    const typed =
      given.values['password-stdin'] === true ? (await text(process.stdin)).replace(/\r?\n$/, '') : undefined;
    const password = typed ?? makePassword();
    const name = optional(given, 'name') ?? email.split('@')[0] ?? email;
    const made = await service.createStaff({ kind: 'cli' }, { email, name, password, role, schoolId: school.id });
    if (!made.ok) throw new UsageError(faults[made.reason]);
    const json = { id: made.value, email, role, school_id: school.id, ...(typed === undefined ? { password } : {}) };
    const tail = typed === undefined ? ` Password (shown once): ${password}` : '';
    return { text: `${email} can sign in as ${role}.${tail}`, json };
  },
};
