import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Actor, signIn } from '../support/actors.ts';
import { type App, startApp } from '../support/app.ts';
import { people } from '../support/cast.ts';
import { ask, form } from '../support/raw-request.ts';
import type { Target } from '../support/route-rules.ts';
import { type StandOff, standOff } from '../support/standoff.ts';

let app: App;
let cast: StandOff;
beforeAll(async () => {
  app = await startApp({ env: { RATE_LIMIT_SCALE: '0' } });
  cast = await standOff(app);
});
afterAll(() => app.stop());

let target: Target;
let mother: Actor;
let ruth: Actor;
beforeEach(async () => {
  target = await cast.makeTarget();
  mother = await cast.anew('maria', target);
  ruth = await signIn(app, 'ruth');
});

const ownAddress = (size = 'full') => `/onboarding/p/${target.id}/photos/${target.photoId}/${size}`;
const officeAddress = (size = 'full') => `/admin/photos/${target.photoId}/${size}`;
const look = (address: string, { cookie }: Pick<Actor, 'cookie'>) => ask(app.url, address, { headers: { cookie } });
const press = (address: string, { cookie, csrf }: Actor, fields: Record<string, string> = {}) =>
  ask(app.url, address, { headers: { cookie }, body: form({ _csrf: csrf, ...fields }) });
const school = async () => {
  const [first] = await app.schools.list();
  if (!first) throw new Error('no school');
  return first;
};
const cli = { kind: 'cli' } as const;

/** What ends the right to see the picture in a browser that saw it a moment before. */
const ends: Record<string, { of: 'mother' | 'ruth'; how: () => Promise<unknown>; gets: number }> = {
  'the link was turned off': {
    of: 'mother',
    how: async () => app.onboardingLink.revoke(cli, await school(), target.id, ''),
    gets: 403,
  },
  'the link was replaced': {
    of: 'mother',
    how: async () => app.onboardingLink.renew(cli, await school(), target.id),
    gets: 403,
  },
  'somebody said This is not me': { of: 'mother', how: () => app.choices.sayNotMe(target.id), gets: 403 },
  'the parent was archived': {
    of: 'mother',
    how: async () => app.leaving.archive(cli, (await school()).id, target.id, ''),
    gets: 403,
  },
  'the photo was deleted': { of: 'mother', how: () => press(`/onboarding/p/${target.id}/deletion`, mother), gets: 404 },
  'the parent was deleted': {
    of: 'mother',
    how: async () => app.deleteParent(cli, (await school()).id, target.id),
    gets: 403,
  },
  'the photo was deleted, for the office': {
    of: 'ruth',
    how: () => press(`/onboarding/p/${target.id}/deletion`, mother),
    gets: 404,
  },
  'Ruth signed out': { of: 'ruth', how: () => press('/admin/sign-out', ruth), gets: 303 },
  'Ruth was disabled': {
    of: 'ruth',
    how: () => app.db('staff').where({ email: people.ruth.email }).update({ disabled_at: new Date() }),
    gets: 303,
  },
  'Ruth only stands at the gate now': {
    of: 'ruth',
    how: () => app.db('staff_roles').where({ school_id: target.schoolId, role: 'admin' }).update({ role: 'gate' }),
    gets: 403,
  },
};

test.each(Object.keys(ends))('R38: a picture is authorised each time: gone at once when %s', async (what) => {
  const end = ends[what];
  if (!end) throw new Error(what);
  const [who, address] = end.of === 'mother' ? [mother, ownAddress] : [ruth, officeAddress];
  for (const size of ['full', 'thumb', 'portrait'])
    expect((await look(address(size), who)).headers['content-type']).toBe('image/jpeg');
  try {
    await end.how();
    for (const size of ['full', 'thumb', 'portrait']) {
      const answer = await look(address(size), who);
      expect(answer.status).toBe(end.gets);
      expect(answer.headers['content-type'] ?? 'none').not.toMatch(/image/);
      expect(answer.body.includes(Buffer.from([0xff, 0xd8, 0xff]))).toBe(false);
    }
  } finally {
    await app.db('staff').update({ disabled_at: null });
    await app
      .db('staff_roles')
      .where({ school_id: target.schoolId, role: 'gate' })
      .whereIn('staff_id', app.db('staff').where({ email: people.ruth.email }).select('id'))
      .update({ role: 'admin' });
  }
});
