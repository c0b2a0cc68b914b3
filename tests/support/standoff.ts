import { type Actor, givePhoto, signIn, startAs, stranger } from './actors.ts';
import type { App } from './app.ts';
import { addParent, addStaff } from './cast.ts';
import type { Target, Who } from './route-rules.ts';

/** Names that occur nowhere else, so that a page that shows one of them is caught. */
export const MARIA = {
  name: 'Marivelle',
  surname: 'Quillfeather',
  childName: 'Thaddeus Quillfeather',
  email: 'quillfeather@example.org',
  phone: '01632 960 777',
  className: '3-Quill',
  externalId: 'quill-0001',
} as const;

/** Anything of Maria in a page. */
export const OF_MARIA = /Marivelle|Quill|960 777/i;

/** Two schools with all their people, each with a session: who asks for whose things is up to the test. */
export const standOff = async (app: App) => {
  const elmwood = await app.createSchool({ kind: 'cli' }, { name: 'Elmwood School', timeZone: 'UTC' });
  const kwame = await addParent(app, 'kwame');
  await addParent(app, 'amina', { schoolId: elmwood.id });
  for (const person of ['ruth', 'ben', 'gita'] as const) await addStaff(app, person);
  await addStaff(app, 'walter', elmwood.id);

  /** A parent called Maria with a photo that waits, of the first school. */
  const makeTarget = async (changes: Parameters<typeof addParent>[2] = { externalId: null }): Promise<Target> => {
    const parent = await addParent(app, 'maria', { ...MARIA, ...changes });
    const photoId = await givePhoto(app, parent);
    return { id: parent.id, uniqueId: parent.uniqueId, surname: parent.surname, photoId, schoolId: parent.schoolId };
  };

  const target = await makeTarget({});
  const startMaria = (whose: Target): Promise<Actor> => startAs(app, whose);
  const enter: Record<Exclude<Who, 'maria'>, () => Promise<Actor>> = {
    anonymous: () => stranger(app),
    kwame: () => startAs(app, kwame),
    admin: () => signIn(app, 'ruth'),
    reviewer: () => signIn(app, 'ben'),
    gate: () => signIn(app, 'gita'),
    elsewhere: () => signIn(app, 'walter'),
  };
  const actors: Record<Who, Actor> = {
    anonymous: await enter.anonymous(),
    maria: await startMaria(target),
    kwame: await enter.kwame(),
    admin: await enter.admin(),
    reviewer: await enter.reviewer(),
    gate: await enter.gate(),
    elsewhere: await enter.elsewhere(),
  };
  /** The actor again, where a session was used up or Maria has to be another one. */
  const anew = (who: Who, whose: Target): Promise<Actor> => (who === 'maria' ? startMaria(whose) : enter[who]());
  return { target, makeTarget, actors, anew, kwame };
};

export type StandOff = Awaited<ReturnType<typeof standOff>>;
