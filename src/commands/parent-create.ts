import { onboardingUrl } from '../parents/onboarding-link.ts';
import { isLanguage } from '../platform/languages.ts';
import { type Command, type Given, optional, required, schoolOf, UsageError } from './command.ts';

export const parentCreateCommand: Command = {
  usage:
    'parent:create --name N --surname S --child C [--email E] [--phone P] [--class K] [--locale L] [--external-id X] [--school ID]',
  summary: 'adds a parent; prints the id and the personal link',
  options: {
    name: { type: 'string' },
    surname: { type: 'string' },
    child: { type: 'string' },
    email: { type: 'string' },
    phone: { type: 'string' },
    class: { type: 'string' },
    locale: { type: 'string' },
    'external-id': { type: 'string' },
    school: { type: 'string' },
  },
  run: async (service, given) => {
    const locale = optional(given, 'locale');
    if (locale !== undefined && !isLanguage(locale)) throw new UsageError('--locale is no language that we speak');
    const school = await schoolOf(service, given);
    const details = {
      name: short('name', required(given, 'name'), 200),
      surname: short('surname', optional(given, 'surname') ?? '', 200),
      childName: short('child', required(given, 'child'), 200),
      email: maybeShort(given, 'email', 254),
      phone: maybeShort(given, 'phone', 40),
      locale: locale ?? null,
      className: maybeShort(given, 'class', 50),
      externalId: maybeShort(given, 'external-id', 100),
    };
    if (details.email !== null && !/^[^\s@]+@[^\s@]+$/.test(details.email))
      throw new UsageError('--email is no e-mail address');
    const made = await service.createParent({ kind: 'cli' }, school, details);
    if (!made.ok) throw new UsageError('another parent has this --external-id');
    const { id, uniqueId } = made.value;
    const onboarding_url = onboardingUrl(service.config.BASE_URL, uniqueId);
    return { text: `Parent ${id}: ${onboarding_url}`, json: { id, unique_id: uniqueId, onboarding_url } };
  },
};

/** Names are whatever people write; only control characters and endless texts are refused. */
const short = (name: string, value: string, most: number): string => {
  if (Array.from(value).length > most) throw new UsageError(`--${name} is longer than ${most} characters`);
  if (/\p{Cc}/u.test(value)) throw new UsageError(`--${name} holds a control character`);
  return value;
};

const maybeShort = (given: Given, name: string, most: number): string | null => {
  const value = optional(given, name);
  return value === undefined ? null : short(name, value, most);
};
