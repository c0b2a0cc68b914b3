import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Actor, stranger } from '../support/actors.ts';
import { type App, startApp } from '../support/app.ts';
import { addStaff, PASSWORD, people } from '../support/cast.ts';
import { type Answer, ask, form } from '../support/raw-request.ts';

let app: App;
let firstSchool: number;
beforeAll(async () => {
  app = await startApp({ env: { TRUST_PROXY: 'loopback' }, ownPasswords: true }); // their time is looked at
  await addStaff(app, 'ruth');
  await addStaff(app, 'ben');
  await app.db('staff').where({ email: people.ben.email }).update({ disabled_at: new Date() });
  firstSchool = (await app.schools.list())[0]?.id ?? 0;
});
afterAll(() => app.stop());

let addresses = 0;
const from = (): string => `198.51.100.${(addresses += 1)}`;

const attempt = async (fields: Record<string, string>, address = from(), actor?: Actor): Promise<Answer> => {
  const { cookie, csrf } = actor ?? (await stranger(app));
  return ask(app.url, '/admin/sign-in', {
    headers: { cookie, 'x-forwarded-for': address },
    body: form({ _csrf: csrf, ...fields }),
  });
};

test('R47: an unknown address, a wrong password and a disabled person are answered alike, in the same time', async () => {
  const tries = {
    unknown: { email: 'nobody@oakfield.example.org', password: PASSWORD },
    wrong: { email: people.ruth.email, password: 'wrong password' },
    disabled: { email: people.ben.email, password: PASSWORD },
  };
  const times: Record<string, number[]> = { unknown: [], wrong: [], disabled: [] };
  const pages: Record<string, string> = {};
  const actor = await stranger(app);
  for (let round = 0; round < 7; round += 1) {
    for (const [kind, fields] of Object.entries(tries)) {
      const start = performance.now();
      const answer = await attempt(fields, from(), actor);
      times[kind]?.push(performance.now() - start);
      expect(answer.status).toBe(422);
      pages[kind] = answer.text.replaceAll(fields.email, 'EMAIL');
    }
  }
  expect(pages['wrong']).toBe(pages['unknown']);
  expect(pages['disabled']).toBe(pages['unknown']);
  const middle = (kind: string) => times[kind]?.toSorted((a, b) => a - b)[3] ?? 0;
  // Without the work on a decoy an unknown address is answered many times faster.
  for (const kind of ['unknown', 'disabled']) {
    expect(middle(kind), kind).toBeGreaterThan(middle('wrong') * 0.5);
    expect(middle(kind), kind).toBeLessThan(middle('wrong') * 2);
  }
});

test('R47: the page that says too many says it of accounts that do not exist too', async () => {
  const pages: string[] = [];
  for (const email of [people.ruth.email, 'nobody@oakfield.example.org']) {
    const address = from();
    const actor = await stranger(app);
    for (let i = 0; i < 10; i += 1) await attempt({ email, password: 'guess' }, address, actor);
    const answer = await attempt({ email, password: PASSWORD }, address, actor);
    expect(answer.status).toBe(429);
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(600);
    pages.push(answer.text.replaceAll(email, 'EMAIL').replaceAll(actor.csrf, 'TOKEN'));
  }
  expect(pages[1]).toBe(pages[0]);
});

test('R45: guesses are counted in the database, for all processes and after a restart; Ruth gets in from elsewhere', async () => {
  const address = from();
  for (let i = 0; i < 10; i += 1) {
    expect((await attempt({ email: people.ruth.email.toUpperCase(), password: 'guess' }, address)).status).toBe(422);
  }
  expect((await attempt({ email: people.ruth.email, password: PASSWORD }, address)).status).toBe(429);
  const { rows } = await app.db.raw<{ rows: { key: string; points: number }[] }>(
    `select key, points from rate_limits where key = ?`,
    [`sign-in-pair:${people.ruth.email} ${address}`],
  );
  expect(rows[0]?.points).toBeGreaterThan(10);
  expect((await attempt({ email: people.ruth.email, password: PASSWORD })).status).toBe(303);
});

test('R45: a hundred guessers from a hundred addresses do not keep Ruth out of the browser address she works from', async () => {
  const home = from();
  expect((await attempt({ email: people.ruth.email, password: PASSWORD }, home)).status).toBe(303);
  const limit = app.makeRateLimit('sign-in-account', 100, 15 * 60);
  for (let i = 0; i < 101; i += 1) await limit.consume(people.ruth.email); // as a hundred guessers would
  expect((await attempt({ email: people.ruth.email, password: PASSWORD }, from())).status).toBe(429);
  expect((await attempt({ email: people.ruth.email, password: PASSWORD }, home)).status).toBe(303);
  await limit.reset(people.ruth.email);
});

test('R48: long passwords count to their last letter, and so do spaces and capitals', async () => {
  const password = `  ${'Long sentences are fine. '.repeat(6)}end  `;
  const made = await app.createStaff(
    { kind: 'cli' },
    { email: 'long@oakfield.example.org', name: 'Long', role: 'admin', password, schoolId: firstSchool },
  );
  expect(made.ok).toBe(true);
  const email = 'long@oakfield.example.org';
  for (const wrong of [
    password.slice(0, -1),
    password.trim(),
    password.slice(0, 72),
    password.toLowerCase(),
    `${password} `,
  ]) {
    expect((await attempt({ email, password: wrong })).status).toBe(422);
  }
  expect((await attempt({ email, password })).status).toBe(303);
  const { rows } = await app.db.raw<{ rows: { password_hash: string }[] }>('select password_hash from staff');
  for (const { password_hash: hash } of rows) expect(hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
});
