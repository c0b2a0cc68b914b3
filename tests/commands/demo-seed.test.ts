import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { UsageError } from '../../src/commands/command.ts';
import { demoSeedCommand } from '../../src/commands/demo-seed.ts';
import { parentStatuses } from '../../src/parents/parent.ts';
import { makeLogger } from '../../src/platform/logger.ts';
import { loadConfig } from '../../src/shared/config.ts';
import { wire, type Wired } from '../../src/wiring.ts';
import { cloneDatabase } from '../support/database.ts';

const PARENTS = 30;
const folder = mkdtempSync(join(tmpdir(), 'demo-seed-'));
const now = new Date();
let service: Wired;
let text: string;

const seed = (values: Record<string, string | boolean>) => demoSeedCommand.run(service, { values, words: [] });

beforeAll(async () => {
  const { url, ownerUrl } = await cloneDatabase();
  const env = { DATABASE_URL: url, MIGRATION_DATABASE_URL: ownerUrl, SESSION_SECRET: 'for the tests only' };
  const config = loadConfig({ ...env, UPLOADS_DIR: folder, LOG_LEVEL: 'silent', NODE_ENV: 'test' });
  service = await wire({ config, logger: makeLogger({ level: 'silent' }) });
  ({ text } = await seed({ parents: String(PARENTS) }));
}, 60_000);

afterAll(async () => {
  await service.stop();
  rmSync(folder, { recursive: true, force: true });
});

const countOf = async (): Promise<number> =>
  Number((await service.db('parents').count<{ n: string }[]>('* as n'))[0]?.n);

type Row = { parent_name: string; parent_surname: string; status: string; email: string | null; changed_at: Date };
const rowsOf = (): Promise<Row[]> => service.db('parents').orderBy('id').select<Row[]>();

test('a practice school has exactly as many parents as asked for, in all eight statuses, and says so', async () => {
  const { byStatus, total, archived } = await service.countParents(1, null);
  expect(await countOf()).toBe(PARENTS);
  expect(total + archived).toBe(PARENTS);
  for (const status of parentStatuses) expect(byStatus[status], status).toBeGreaterThan(0);
  expect(byStatus.approved).toBeGreaterThan(PARENTS / 2);
  expect(text).toMatch(new RegExp(`approved +${byStatus.approved}\n`));
});

test('its files and rows agree: doctor finds 0/0/0', async () => {
  const found = await service.checkIntegrity({ repair: false });
  expect(found).toMatchObject({ orphanFiles: 0, rowsWithoutFile: 0, checksumMismatches: 0 });
  expect(found.photos).toBeGreaterThan(PARENTS / 2);
});

test('the cast of the documentation has its statuses, an alert, a replacement and somebody archived among it', async () => {
  const rows = new Map((await rowsOf()).map((row) => [`${row.parent_name} ${row.parent_surname}`, row.status]));
  const expected = {
    ...{
      'Maria Santos': 'pending',
      'Amina Abdi': 'approved',
      'João Almeida': 'pending',
      'Claire Bennett': 'not_opened',
    },
    ...{ 'David Brandt': 'approved', 'Li Chen': 'opened', 'Fatima El Idrissi': 'approved', 'Tom Fischer': 'declined' },
    ...{ 'Kwame Mensah': 'rejected', 'Piotr Nowak': 'approved', 'Ngọc Nguyen': 'revoked', 'Harpreet Singh': 'expired' },
  };
  for (const [name, status] of Object.entries(expected)) expect(rows.get(name), name).toBe(status);
  const has = async (where: string) => (await service.db('parents').whereRaw(where).select('id')).length;
  expect(await has(`parent_surname = 'Marin' and not_me_at is not null`)).toBe(1);
  expect(await has('archived_at is not null')).toBe(1);
  expect(await has(`photo_status = 'pending' and id in (select parent_id from photos where status = 'approved')`)).toBe(
    1,
  );
});

test('what happened is spread over the last weeks and never lies ahead', async () => {
  const rows = await rowsOf();
  const days = new Set(rows.map((row) => row.changed_at.toISOString().slice(0, 10)));
  expect(days.size).toBeGreaterThan(6);
  const ahead = `greatest(created_at, changed_at, link_issued_at, opened_at, declined_at, archived_at) > now()`;
  expect(await service.db('parents').whereRaw(ahead).select('id')).toEqual([]);
  const photos = await service.db('photos').select<{ uploaded_at: Date; reviewed_at: Date | null }[]>();
  for (const { uploaded_at, reviewed_at } of photos) {
    expect(uploaded_at.getTime()).toBeLessThan((reviewed_at ?? now).getTime() + 60_000);
  }
  expect(photos.filter(({ uploaded_at }) => uploaded_at.getTime() < now.getTime() - 86_400_000).length).toBeGreaterThan(
    8,
  );
});

test('nobody could get an e-mail: addresses are at example.org only', async () => {
  const emails = (await rowsOf()).flatMap(({ email }) => (email === null ? [] : [email]));
  expect(emails.length).toBeGreaterThan(PARENTS / 2);
  expect(emails.filter((email) => !/^[a-z0-9.]+@example\.org$/.test(email))).toEqual([]);
});

test('a school that has parents is refused with a sentence, unless --more says so; then there are that many more', async () => {
  await expect(seed({ parents: '2' })).rejects.toThrow(UsageError);
  await expect(seed({ parents: '2' })).rejects.toThrow(/--more/);
  expect(await countOf()).toBe(PARENTS);
  await seed({ parents: '2', more: true });
  expect(await countOf()).toBe(PARENTS + 2);
  const names = (await rowsOf()).map((row) => `${row.parent_name} ${row.parent_surname}`);
  expect(names.filter((name) => name === 'Maria Santos')).toHaveLength(1);
}, 30_000);

test.each([
  {},
  { parents: '0' },
  { parents: '1.5' },
  { parents: 'x' },
  { parents: '9', seed: '-1' },
  { parents: '9', school: '77' },
])('a call that makes no sense is refused and changes nothing: %o', async (values) => {
  const before = await countOf();
  await expect(seed({ ...values, more: true })).rejects.toThrow(UsageError);
  expect(await countOf()).toBe(before);
});
