import type { Parent } from '../../src/parents/parent.ts';
import type { ParentDetails } from '../../src/parents/parent-records.ts';
import type { Role } from '../../src/staff/staff.ts';
import type { App } from './app.ts';

/** The people of the tests. Ruth runs the office, Ben reviews, Gita stands at the gate; Walter works at another school. */
export const people = {
  ruth: { email: 'ruth.adeyemi@oakfield.example.org', name: 'Ruth Adeyemi', role: 'admin' },
  ben: { email: 'ben.okafor@oakfield.example.org', name: 'Ben Okafor', role: 'reviewer' },
  gita: { email: 'gita.rao@oakfield.example.org', name: 'Gita Rao', role: 'gate' },
  walter: { email: 'walter.frost@elmwood.example.org', name: 'Walter Frost', role: 'admin' },
} as const satisfies Record<string, { email: string; name: string; role: Role }>;

export type Person = keyof typeof people;
export const PASSWORD = 'correct horse battery staple';

const nothing = { email: null, phone: null, locale: null, className: null, externalId: null };

export const parents = {
  maria: { ...nothing, name: 'Maria', surname: 'Santos', childName: 'Sofia Santos', className: '3B' },
  kwame: { ...nothing, name: 'Kwame', surname: 'Mensah', childName: 'Abena Mensah', className: '6C' },
  amina: { ...nothing, name: 'Amina', surname: 'Abdi', childName: 'Yusuf Abdi', className: '1A' },
  oisin: { ...nothing, name: 'Oisín', surname: "O'Brien-Núñez", childName: 'Éabha' },
} satisfies Record<string, ParentDetails>;

/** Adds the person to the app's first school, or to `schoolId`. */
export const addStaff = async (app: App, person: Person, schoolId?: number): Promise<number> => {
  const [first] = await app.schools.list();
  const made = await app.createStaff(
    { kind: 'cli' },
    { ...people[person], password: PASSWORD, schoolId: schoolId ?? first?.id ?? 0 },
  );
  if (!made.ok) throw new Error(made.reason);
  return made.value;
};

/** Adds the parent to the app's first school, or to `schoolId`. */
export const addParent = async (
  app: App,
  who: keyof typeof parents = 'maria',
  { schoolId, ...changes }: Partial<ParentDetails> & { schoolId?: number } = {},
): Promise<Parent> => {
  const school = schoolId === undefined ? (await app.schools.list())[0] : await app.schools.get(schoolId);
  if (!school) throw new Error('there is no school');
  const made = await app.createParent({ kind: 'cli' }, school, { ...parents[who], ...changes });
  if (!made.ok) throw new Error(made.reason);
  return made.value;
};
