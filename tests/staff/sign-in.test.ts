import { afterAll, beforeAll, expect, test } from 'vitest';
import { type App, startApp } from '../support/app.ts';
import { addStaff, PASSWORD, people } from '../support/cast.ts';

let app: App;
beforeAll(async () => {
  app = await startApp({ ownPasswords: true }); // its time is looked at
  await addStaff(app, 'ruth');
});
afterAll(() => app.stop());

const attempt = (email: string, password: string, ip = '192.0.2.1') => app.signIn({ email, password, ip });

test('the right password signs in, whatever the case of the address', async () => {
  expect(await attempt(people.ruth.email.toUpperCase(), PASSWORD)).toMatchObject({
    ok: true,
    value: { name: 'Ruth Adeyemi', role: 'admin' },
  });
});

test('R47: a wrong password and an unknown address are answered alike, after the same work', async () => {
  const time = async (email: string) => {
    const from = process.hrtime.bigint();
    expect(await attempt(email, 'wrong password', '192.0.2.2')).toEqual({ ok: false, reason: 'wrong' });
    return Number(process.hrtime.bigint() - from) / 1e6;
  };
  const known = await time(people.ruth.email);
  const unknown = await time('nobody@oakfield.example.org');
  expect(unknown).toBeGreaterThan(known / 4); // both hash once; without the decoy the second takes no time
});

test('R45: the eleventh try on an account from one address is refused, from elsewhere Ruth still gets in', async () => {
  for (let i = 0; i < 10; i += 1) await attempt(people.ruth.email, `guess ${i}`, '192.0.2.3');
  await expect(attempt(people.ruth.email, PASSWORD, '192.0.2.3')).rejects.toMatchObject({ code: 'too-many' });
  expect(await attempt(people.ruth.email, PASSWORD, '192.0.2.4')).toMatchObject({ ok: true });
});

test('R45: limits made wider, Ruth still gets in from where she has signed in before, once all of the account’s tries are used', async () => {
  const wide = await startApp({ env: { RATE_LIMIT_SCALE: '2' } });
  await addStaff(wide, 'ruth');
  const ruth = (ip: string, password = PASSWORD) => wide.signIn({ email: people.ruth.email, password, ip });
  expect(await ruth('192.0.2.9')).toMatchObject({ ok: true });
  await wide
    .db('rate_limits')
    .where({ key: `sign-in-account:${people.ruth.email}` })
    .update({ points: 200 });
  await expect(ruth('192.0.2.10')).rejects.toMatchObject({ code: 'too-many' });
  expect(await ruth('192.0.2.9')).toMatchObject({ ok: true });
  await wide.stop();
});

test('R43: somebody who was disabled does not get in', async () => {
  await addStaff(app, 'ben');
  await app.db('staff').where({ email: people.ben.email }).update({ disabled_at: new Date() });
  expect(await attempt(people.ben.email, PASSWORD, '192.0.2.5')).toEqual({ ok: false, reason: 'wrong' });
});

test('the first admin is made once, whoever starts at the same time', async () => {
  const fresh = await startApp();
  const person = { email: 'a@example.org', name: 'A', password: PASSWORD, schoolId: 1 };
  const made = await Promise.all([1, 2, 3].map((n) => fresh.makeFirstAdmin({ ...person, email: `a${n}@example.org` })));
  expect(made.filter(Boolean)).toHaveLength(1);
  await fresh.stop();
});
