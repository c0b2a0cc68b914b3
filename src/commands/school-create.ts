import { isTimeZone } from '../shared/time-zone.ts';
import { type Command, optional, required, UsageError } from './command.ts';

export const schoolCreateCommand: Command = {
  usage: 'school:create --name NAME [--phone PHONE] [--time-zone ZONE]',
  summary: 'adds a school; an installation with several never shows one the people of another',
  bringsSchool: true,
  options: { name: { type: 'string' }, phone: { type: 'string' }, 'time-zone': { type: 'string' } },
  run: async ({ createSchool }, given) => {
    const timeZone = optional(given, 'time-zone') ?? Intl.DateTimeFormat().resolvedOptions().timeZone;
    if (!isTimeZone(timeZone)) throw new UsageError('--time-zone must be a name like Europe/London');
    const name = required(given, 'name');
    if (name.length > 200) throw new UsageError('--name is longer than 200 characters');
    const phone = optional(given, 'phone');
    if (phone !== undefined && phone.length > 40) throw new UsageError('--phone is longer than 40 characters');
    const school = await createSchool({ kind: 'cli' }, { name, phone, timeZone });
    return { text: `School ${school.id} is there.`, json: { id: school.id, name: school.name } };
  },
};
