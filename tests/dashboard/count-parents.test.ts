import { afterAll, expect, test } from 'vitest';
import { makeCountParents } from '../../src/dashboard/count-parents.ts';
import { makeListParents } from '../../src/dashboard/list-parents.ts';
import { makeFoldCounts } from '../../src/jobs/fold-counts.ts';
import { parentStatuses } from '../../src/parents/parent.ts';
import { openDb } from '../../src/platform/db.ts';
import { cloneDatabase } from '../support/database.ts';
import { addParent, addPhoto, addSchool, archive, bringTo, decide } from './school-of-parents.ts';

const { url } = await cloneDatabase();
const db = openDb({ url, max: 8 });
const countParents = makeCountParents({ db });
const listParents = makeListParents({ db, countParents });
const foldCounts = makeFoldCounts({ db });
afterAll(() => db.destroy());

const none = Object.fromEntries(parentStatuses.map((status) => [status, 0]));

test('rows, filters and counts say the same word of a parent in every status, by hand counted', async () => {
  const school = await addSchool(db);
  await addParent(db, await addSchool(db, 'Another'), { className: '9Z' });
  const made = new Map<string, number[]>();
  for (const [n, status] of parentStatuses.entries()) {
    for (const className of ['1A', null]) {
      for (let copy = 0; copy <= n; copy += 1) {
        const id = await addParent(db, school, { className });
        await bringTo(db, school, id, status);
        made.set(status, [...(made.get(status) ?? []), id]);
        if (copy === 2) await archive(db, id);
      }
    }
  }
  const counts = await countParents(school, null);
  const inClass = await countParents(school, '1A');
  for (const [n, status] of parentStatuses.entries()) {
    const page = await listParents(school, { status, className: null, words: '' }, { order: 'name', limit: 200 });
    expect(page.rows.every((row) => row.status === status && made.get(status)?.includes(row.id))).toBe(true);
    expect([status, page.rows.length]).toEqual([status, counts.byStatus[status]]);
    expect([status, counts.byStatus[status]]).toEqual([status, 2 * (n >= 2 ? n : n + 1)]);
    expect(inClass.byStatus[status]).toBe(counts.byStatus[status] / 2);
  }
  expect(counts).toMatchObject({ total: 60, archived: 12, classes: ['1A'] });
  expect(inClass).toMatchObject({ total: 30, archived: 6, classes: ['1A'] });
  expect(await countParents(school, '9Z')).toEqual({ total: 0, byStatus: none, archived: 0, classes: ['1A'] });

  const before = await countParents(school, null);
  expect(await foldCounts()).toBeGreaterThan(0);
  expect(await countParents(school, null)).toEqual(before);
  expect(await foldCounts()).toBe(0);
});

test('classes come in natural order; one without parents is gone', async () => {
  const school = await addSchool(db, 'Classes');
  expect(await countParents(school, null)).toEqual({ total: 0, byStatus: none, archived: 0, classes: [] });
  for (const className of ['10A', '2B', '1A', 'Nursery', '2A', null]) await addParent(db, school, { className });
  expect((await countParents(school, null)).classes).toEqual(['1A', '2A', '2B', '10A', 'Nursery']);
  await db('parents').where({ school_id: school, class_name: '2B' }).update({ class_name: '2A' });
  await db('parents').where({ school_id: school, class_name: 'Nursery' }).update({ archived_at: new Date() });
  await db('parents').where({ school_id: school, class_name: '1A' }).delete();
  expect(await countParents(school, null)).toMatchObject({ total: 4, archived: 1, classes: ['2A', '10A'] });
});

test('whoever counts while parents change and several processes fold sees right sums at every moment', async () => {
  const school = await addSchool(db, 'Busy');
  const ids: number[] = [];
  for (let n = 0; n < 24; n += 1) ids.push(await addParent(db, school, { className: n % 2 ? '1A' : null }));
  let isBusy = true;
  const sums: number[] = [];
  let folded = 0;
  const fold = async () => {
    while (isBusy) folded += await foldCounts();
  };
  const count = async () => {
    while (isBusy) {
      const counts = await countParents(school, null);
      sums.push(counts.total + counts.archived);
      if (parentStatuses.some((status) => counts.byStatus[status] < 0)) sums.push(-1);
    }
  };
  const change = async (own: number[]) => {
    for (const id of own) {
      await bringTo(db, school, id, 'opened');
      await decide(db, await addPhoto(db, school, id), 'approved');
      await decide(db, await addPhoto(db, school, id), 'rejected');
      await addPhoto(db, school, id);
      await archive(db, id);
      await db('parents').where({ id }).update({ archived_at: null, class_name: '2B' });
    }
  };
  const changes = [0, 1, 2].map((part) => change(ids.filter((_, n) => n % 3 === part)));
  const others = [fold(), fold(), count()];
  await Promise.all(changes);
  isBusy = false;
  await Promise.all(others);
  expect(sums.length).toBeGreaterThan(5);
  expect(new Set(sums)).toEqual(new Set([24]));
  expect(folded).toBeGreaterThan(50);
  await foldCounts();
  expect(await countParents(school, null)).toMatchObject({
    total: 24,
    archived: 0,
    byStatus: { ...none, pending: 24 },
  });
  const rows = await db('parent_counts').where({ school_id: school }).select('class_name', 'status', 'n');
  expect(rows).toEqual([{ class_name: '2B', status: 'pending', n: 24 }]);
});

test('a process that folds does not wait for another one that is at it', async () => {
  const school = await addSchool(db, 'Held');
  for (let n = 0; n < 3; n += 1) await addParent(db, school);
  await db.transaction(async (trx) => {
    await trx('parent_counts').where({ school_id: school }).forUpdate().select('id');
    expect(await foldCounts()).toBe(0);
  });
  expect(await foldCounts()).toBe(2);
});
