import { afterAll, expect, test } from 'vitest';
import { makeLapseLinks } from '../../src/jobs/lapse-links.ts';
import { openDb } from '../../src/platform/db.ts';
import { cloneDatabase } from '../support/database.ts';
import { addParent, addSchool, bringTo } from './school-of-parents.ts';

const { url } = await cloneDatabase();
const db = openDb({ url, max: 4 });
const now = new Date('2026-05-12T14:00:00Z');
const lapseLinks = makeLapseLinks({ db, clock: { now: () => now } });
afterAll(() => db.destroy());

const endAt = (id: number, end: string) => db('parents').where({ id }).update({ link_expires_at: end });
const statusOf = async (id: number) => (await db('parents').where({ id }).first<{ status: string }>('status')).status;

test('links whose time is over lapse at that moment, in as many batches as it takes, once', async () => {
  const school = await addSchool(db);
  const over: number[] = [];
  for (let n = 0; n < 7; n += 1) over.push(await addParent(db, school));
  for (const id of over) await endAt(id, '2026-05-12T14:00:00Z');
  const [sent = 0] = over;
  await bringTo(db, school, sent, 'pending');
  const open = await addParent(db, school);
  await endAt(open, '2026-05-12T14:00:00.001Z');

  expect(await lapseLinks(3)).toBe(7);
  expect(await lapseLinks()).toBe(0);
  expect(await Promise.all(over.map(statusOf))).toEqual(['pending', ...Array.from({ length: 6 }, () => 'expired')]);
  expect(await statusOf(open)).toBe('not_opened');
});

test('two processes at once share the links, and a row that somebody holds is left to the next run', async () => {
  const school = await addSchool(db);
  const over: number[] = [];
  for (let n = 0; n < 20; n += 1) over.push(await addParent(db, school));
  for (const id of over) await endAt(id, '2026-05-12T13:00:00Z');
  await db.transaction(async (trx) => {
    await trx('parents').where({ id: over[0] }).forUpdate().first('id');
    const [one, two] = await Promise.all([lapseLinks(4), lapseLinks(4)]);
    expect(one + two).toBe(19);
  });
  expect(await lapseLinks()).toBe(1);
});
