import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeCountParents } from '../../src/dashboard/count-parents.ts';
import { type ListOrder, listOrders } from '../../src/dashboard/list-cursor.ts';
import { makeListParents, type ParentFilter, type ParentPage } from '../../src/dashboard/list-parents.ts';
import { parentStatuses } from '../../src/parents/parent.ts';
import { openDb } from '../../src/platform/db.ts';
import { cloneDatabase } from '../support/database.ts';
import { addParent, addSchool, archive, bringTo } from './school-of-parents.ts';

const { url } = await cloneDatabase();
const db = openDb({ url, max: 4 });
const listParents = makeListParents({ db, countParents: makeCountParents({ db }) });
const everyone: ParentFilter = { status: null, className: null, words: '' };
afterAll(() => db.destroy());

/** All pages one after another, in the direction of `way`, from the page given. */
const follow = async (
  school: number,
  filter: ParentFilter,
  { order, limit, way, first }: { order: ListOrder; limit: number; way: 'next' | 'previous'; first: ParentPage },
): Promise<ParentPage[]> => {
  const pages = [first];
  for (let cursor = first[way]; cursor !== null; cursor = pages.at(-1)?.[way] ?? null) {
    pages.push(await listParents(school, filter, { order, limit, cursor }));
    if (pages.length > 200) throw new Error('the pages do not end');
  }
  return pages;
};
const idsOf = (pages: ParentPage[]) => pages.flatMap((page) => page.rows.map((row) => row.id));

describe('pages', () => {
  let school = 0;
  let other = 0;
  const ids: number[] = [];
  const statusOf = (n: number) => parentStatuses[n % parentStatuses.length] ?? 'opened';
  const classOf = (n: number) => [null, '1A', '2B', '10A'][n % 4] ?? null;

  beforeAll(async () => {
    school = await addSchool(db);
    other = await addSchool(db, 'Another');
    for (let n = 0; n < 64; n += 1) {
      // Eight surnames and four children only: most rows have equals, by name and by child.
      const name = { name: 'Ana', surname: `Família ${n % 8}`, child: `Kind ${n % 4}`, className: classOf(n >> 3) };
      const id = await addParent(db, school, name);
      await bringTo(db, school, id, statusOf(n));
      ids.push(id);
    }
    for (const n of [5, 11, 18]) await archive(db, ids[n] ?? 0);
    await addParent(db, other, { name: 'Ana', surname: 'Família 3', child: 'Kind 1', className: '1A' });
  });

  const columns = { name: 'sort_name', child: 'sort_child', changed: 'changed_at' };
  const expected = async (order: ListOrder, where: Record<string, unknown>, isArchived = false): Promise<number[]> => {
    const direction = order.startsWith('-') ? 'desc' : 'asc';
    const column = columns[order.replace('-', '') as keyof typeof columns];
    const rows = await db('parents')
      .where({ school_id: school, ...where })
      .whereRaw(isArchived ? 'archived_at is not null' : 'archived_at is null')
      .orderBy([
        { column, order: direction },
        { column: 'id', order: direction },
      ])
      .select<{ id: string }[]>('id');
    return rows.map((row) => Number(row.id));
  };

  const scopes: [string, ParentFilter, Record<string, unknown>][] = [
    ['everyone', everyone, {}],
    ['a status', { ...everyone, status: 'pending' }, { status: 'pending' }],
    ['a class', { ...everyone, className: '2B' }, { class_name: '2B' }],
    [
      'a class and a status',
      { ...everyone, className: '1A', status: 'opened' },
      { class_name: '1A', status: 'opened' },
    ],
    ['the archived', { ...everyone, status: 'archived' }, {}],
    ['a search', { ...everyone, words: 'ana fam' }, {}],
    ['a search in a class', { ...everyone, className: '2B', words: 'kind' }, { class_name: '2B' }],
  ];
  test.each(scopes)('%s: every order shows each parent once, forth and back', async (_, filter, where) => {
    for (const order of listOrders) {
      const wanted = await expected(order, where, filter.status === 'archived');
      expect(wanted.length).toBeGreaterThan(1);
      for (const limit of [1, 3, 50]) {
        if (limit === 1 && wanted.length > 20) continue;
        const first = await listParents(school, filter, { order, limit });
        const forth = await follow(school, filter, { order, limit, way: 'next', first });
        expect(idsOf(forth)).toEqual(wanted);
        const last = forth.at(-1);
        if (!last) throw new Error('no page');
        const back = await follow(school, filter, { order, limit, way: 'previous', first: last });
        expect(idsOf(back.toReversed())).toEqual(wanted);
        expect(forth.map(({ from, to }) => [from, to])).toEqual(back.toReversed().map(({ from, to }) => [from, to]));
        expect(forth.every((page) => page.total.count === wanted.length && !page.total.more)).toBe(true);
        expect([first.from, first.previous, last.to, last.next]).toEqual([1, null, wanted.length, null]);
      }
    }
  });

  test('rows that changed within one microsecond, and one apart, are kept apart', async () => {
    const changed = await addSchool(db, 'Changed');
    const made: number[] = [];
    for (let n = 0; n < 9; n += 1) made.push(await addParent(db, changed));
    const owner = openDb({ url: url.replace('app@', 'owner@'), max: 1 });
    await owner.raw('alter table parents disable trigger parents_touch');
    for (const [n, id] of made.entries()) {
      const micro = Math.floor(n / 3);
      await owner.raw(
        `update parents set changed_at = timestamptz '2026-05-12 14:02:03.123450Z' + ? * interval '1 microsecond' where id = ?`,
        [micro, id],
      );
    }
    await owner.raw('alter table parents enable trigger parents_touch');
    await owner.destroy();
    for (const order of ['changed', '-changed'] as const) {
      const first = await listParents(changed, everyone, { order, limit: 2 });
      const pages = await follow(changed, everyone, { order, limit: 2, way: 'next', first });
      expect(idsOf(pages)).toEqual(order === 'changed' ? made : made.toReversed());
    }
  });

  test('a row says what the parent is', async () => {
    const some = await addSchool(db, 'Rows');
    const id = await addParent(db, some, { name: 'Li', surname: '', child: 'Mei', className: '5A' });
    await bringTo(db, some, id, 'pending');
    await db('parents').where({ id }).update({ not_me_at: new Date() });
    const { rows } = await listParents(some, everyone, { order: 'name' });
    expect(rows).toEqual([
      {
        id,
        name: 'Li',
        surname: '',
        childName: 'Mei',
        className: '5A',
        status: 'pending',
        photoId: expect.any(Number) as number,
        changedAt: expect.any(Date) as Date,
        notMe: true,
      },
    ]);
  });

  test('names are sorted as people do: accents and capitals beside each other', async () => {
    const names = await addSchool(db, 'Names');
    for (const surname of ['Zabel', 'ábel', 'Østby', 'Abel', 'oz', 'Ölmez'])
      await addParent(db, names, { name: 'X', surname });
    const { rows } = await listParents(names, everyone, { order: 'name' });
    expect(rows.map((row) => row.surname)).toEqual(['Abel', 'ábel', 'Ölmez', 'Østby', 'oz', 'Zabel']);
  });

  test('an empty list is a page without rows', async () => {
    const empty = await addSchool(db, 'Empty');
    const page = await listParents(empty, everyone, { order: 'name' });
    expect(page).toEqual({
      rows: [],
      from: 0,
      to: 0,
      next: null,
      previous: null,
      total: { count: 0, more: false },
      suggestion: null,
    });
  });

  test('when rows leave, old cursors still lead to pages: the first one rather than none or half a one', async () => {
    const moving = await addSchool(db, 'Moving');
    const made: number[] = [];
    for (let n = 0; n < 6; n += 1) made.push(await addParent(db, moving, { surname: `N${n}` }));
    const ask = (cursor?: string | null) => listParents(moving, everyone, { order: 'name', limit: 2, cursor });
    const first = await ask();
    const second = await ask(first.next);
    await archive(db, made[0] ?? 0);
    expect(idsOf([await ask(second.previous)])).toEqual(made.slice(1, 3));
    const third = await ask(second.next);
    for (const id of made.slice(4)) await archive(db, id);
    const beyond = await ask(second.next);
    expect(third.rows).toHaveLength(2);
    expect(idsOf([beyond])).toEqual(made.slice(1, 3));
    expect(beyond.from).toBe(1);
  });

  test('R36: the list of one school never shows a parent of another, whatever cursor comes', async () => {
    const own = new Set(ids);
    for (const order of listOrders) {
      const first = await listParents(other, everyone, { order });
      expect(first.rows).toHaveLength(1);
      const foreign = await listParents(school, everyone, { order, limit: 3 });
      const page = await listParents(other, everyone, { order, cursor: foreign.next ?? '' });
      expect(page.rows.every((row) => !own.has(row.id))).toBe(true);
      const search = await listParents(other, { ...everyone, words: 'ana' }, { order });
      expect(search.rows.map((row) => row.id)).toEqual(first.rows.map((row) => row.id));
    }
  });
});
