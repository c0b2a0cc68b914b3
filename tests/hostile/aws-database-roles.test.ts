import { readFileSync } from 'node:fs';
import { expect, inject, onTestFinished, test } from 'vitest';
import { type Db, migrate, openDb } from '../../src/platform/db.ts';
import { emptyDatabase } from '../support/database.ts';

const sql = readFileSync(new URL('../../infra/machine/make-database-roles.sql', import.meta.url), 'utf8');

/** The address as another role, with settings of the session. */
const as = (url: string, role: string, settings: Record<string, string> = {}): string => {
  const address = new URL(url);
  address.username = role;
  const options = Object.entries(settings).map(([name, value]) => `-c ${name}=${value}`);
  if (options.length > 0) address.searchParams.set('options', options.join(' '));
  return address.href;
};

const open = (url: string): Db => {
  const db = openDb({ url, max: 2 });
  onTestFinished(() => db.destroy());
  return db;
};

/** Like a new database of RDS: its master owns it and may make roles, but is no superuser. */
const likeRds = async (): Promise<{ url: string; admin: Db }> => {
  const { ownerUrl } = await emptyDatabase();
  const admin = open(inject('adminUrl'));
  const name = new URL(ownerUrl).pathname.slice(1);
  await admin.raw('create role onboarding_master login createrole createdb');
  await admin.raw('alter database ?? owner to onboarding_master', [name]);
  return { url: ownerUrl, admin };
};

test('R68: the roles of AWS: made by a master who is no superuser, the service migrates with one and cannot change its history with the other', async () => {
  const { url, admin } = await likeRds();
  const passwordsOf = async (): Promise<string[]> => {
    const question = "select rolpassword from pg_authid where rolname in ('onboarding_owner', 'onboarding_app')";
    return (await admin.raw<{ rows: { rolpassword: string }[] }>(question)).rows.map((row) => row.rolpassword);
  };
  const make = async (round: number): Promise<string[]> => {
    const settings = { 'onboarding.owner_password': `owner${round}`, 'onboarding.app_password': `app${round}` };
    await open(as(url, 'onboarding_master', settings)).raw(sql);
    return passwordsOf();
  };
  const [first] = await Promise.all([make(1), make(1), make(1), make(1)]); // machines that start at the same moment
  const second = await make(2);
  expect(first).toEqual([expect.stringMatching(/^SCRAM-SHA-256/), expect.stringMatching(/^SCRAM-SHA-256/)]);
  expect(second.some((hash) => first.includes(hash))).toBe(false);

  const { restricted } = await migrate(open(as(url, 'onboarding_owner')), { appRole: 'onboarding_app' });
  expect(restricted).toBe(true);
  const app = open(as(url, 'onboarding_app'));
  expect((await app.raw<{ rows: unknown[] }>('select id from schools')).rows).toEqual([]);
  await expect(app.raw('delete from events')).rejects.toMatchObject({ code: '42501' });
  await expect(app.raw('create table odd (id int)')).rejects.toMatchObject({ code: '42501' });

  const master = open(as(url, 'onboarding_master'));
  await expect(master.raw('select id from schools')).rejects.toMatchObject({ code: '42501' });
  const { rows } = await admin.raw<{ rows: object[] }>(
    "select pg_has_role('onboarding_master', 'onboarding_owner', 'set') as becomes, has_database_privilege('app', ?, 'connect') as others",
    [new URL(url).pathname.slice(1)],
  );
  expect(rows).toEqual([{ becomes: false, others: false }]);
});
