import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeCountParents } from '../../src/dashboard/count-parents.ts';
import { makeListParents, type ParentFilter, type ParentPage } from '../../src/dashboard/list-parents.ts';
import { searchWords, startsPattern } from '../../src/dashboard/search-words.ts';
import { openDb } from '../../src/platform/db.ts';
import { cloneDatabase } from '../support/database.ts';
import { addParent, addSchool, archive, bringTo } from './school-of-parents.ts';

const { url, ownerUrl } = await cloneDatabase();
const db = openDb({ url, max: 4 });
const owner = openDb({ url: ownerUrl, max: 1 });
const listParents = makeListParents({ db, countParents: makeCountParents({ db }) });
afterAll(async () => {
  await db.destroy();
  await owner.destroy();
});

const everyone: ParentFilter = { status: null, className: null, words: '' };
let school = 0;
const search = (words: string, filter: Partial<ParentFilter> = {}): Promise<ParentPage> =>
  listParents(school, { ...everyone, ...filter, words }, { order: 'name' });
const names = ({ rows }: ParentPage) => rows.map((row) => `${row.name} ${row.surname}`.trim()).sort();

const people: [string, string, string][] = [
  ['Oisín', "O'Brien-Núñez", 'Éabha'],
  ['Maria', 'Santos', 'Sofia Santos'],
  ['Łukasz', 'Wiśniewski', 'Zofia'],
  ['محمد', 'العربي', 'سارة'],
  ['Ana 😀', 'Straße', 'Bo 🦊'],
  ['李', '', '小龙'],
  ['100%', 'Sure_Thing', 'a\\b'],
  ['Marianne', 'Brien', 'Max'],
  ['Ⅷ'.repeat(100), '', 'Ⅷ'], // folded, a word of 400 letters
  ['Wolfeschlegelsteinhausenbergerdorff', '', 'Wolfeschlegelsteinhausenbergerdamm'],
];

beforeAll(async () => {
  school = await addSchool(db);
  for (const [name, surname, child] of people) await addParent(db, school, { name, surname, child });
  const other = await addSchool(db, 'Another');
  await addParent(db, other, { name: 'Maria', surname: 'Santos', child: 'Sofia' });
});

test.each([
  ['obrien', ["Oisín O'Brien-Núñez"]],
  ['O’BRIEN', ["Oisín O'Brien-Núñez"]],
  ["o'brien nunez", ["Oisín O'Brien-Núñez"]],
  ['Núñez O`Brien', ["Oisín O'Brien-Núñez"]],
  ['nun', ["Oisín O'Brien-Núñez"]],
  ['eab oisin', ["Oisín O'Brien-Núñez"]],
  ['brien', ['Marianne Brien']],
  ['lukasz', ['Łukasz Wiśniewski']],
  ['ŁUKASZ wisn', ['Łukasz Wiśniewski']],
  ['عربي', []],
  ['العرب', ['محمد العربي']],
  ['مُحَمَّد', ['محمد العربي']],
  ['😀', ['Ana 😀 Straße']],
  ['🦊 ana', ['Ana 😀 Straße']],
  ['strasse', ['Ana 😀 Straße']],
  ['李', ['李']],
  ['小', ['李']],
  ['mari', ['Maria Santos', 'Marianne Brien']],
  ['m', ['Maria Santos', 'Marianne Brien']],
  ['m   SANT', ['Maria Santos']],
  ['antos', []],
  ['wolfeschlegelsteinhausenbergerdo', ['Wolfeschlegelsteinhausenbergerdorff']],
  ['wolfeschlegelx', []],
])('names are found as people hear them: %s', async (words, found) => {
  const page = await search(words);
  expect(names(page)).toEqual(found);
  expect(page.total).toEqual({ count: found.length, more: false });
});

test.each([
  '%',
  '_',
  '\\',
  '%%',
  '%a',
  '_aria',
  'm%a',
  'mar_a',
  'M\\',
  '%santos%x',
  "'",
  '-',
  '\0',
  "a' or 1=1--",
  '{',
  '"',
  'a"b',
  '{a,b}',
  'NULL',
  '{}',
])('R55: what LIKE and arrays take for their own is only a letter or a space: %j', async (words) => {
  const both = ['100% Sure_Thing', 'Ana 😀 Straße']; // one has a child 'a\\b', the other is Ana for Bo
  const wanted: Record<string, string[]> = {
    '%a': both,
    'a"b': both,
    '{a,b}': both,
    'M\\': ['Maria Santos', 'Marianne Brien'],
  };
  expect(names(await search(words))).toEqual(wanted[words] ?? []);
});

test('a search with nothing in it that a name could have finds nobody, an empty one everybody', async () => {
  expect((await search(' %_ ')).total.count).toBe(0);
  expect((await search('  ')).total.count).toBe(people.length);
});

test('R55: a pattern takes wildcards for letters; of a long search eight words count', () => {
  expect(startsPattern('a_b%c\\')).toBe('% a\\_b\\%c\\\\%');
  expect(searchWords('a b c d e f g h i j a')).toEqual(['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']);
});

test('R55: a search of any length is answered', async () => {
  expect((await search('maria '.repeat(2000))).total.count).toBe(2);
  expect((await search(Array.from({ length: 40_000 }, (_, n) => `w${n}`).join(' '))).total.count).toBe(0);
  expect((await search('x'.repeat(100_000))).total.count).toBe(0);
});

test('R36: a search stays in its school, class, status and list', async () => {
  const scoped = await addSchool(db, 'Scoped');
  const ask = async (filter: Partial<ParentFilter>) =>
    (await listParents(scoped, { ...everyone, words: 'mar', ...filter }, { order: '-changed' })).rows.map(
      (row) => row.id,
    );
  const plain = await addParent(db, scoped, { className: '1A' });
  const waiting = await addParent(db, scoped, { className: '1A' });
  await bringTo(db, scoped, waiting, 'pending');
  const elsewhere = await addParent(db, scoped, { className: '2B' });
  const gone = await addParent(db, scoped, { className: '1A' });
  await archive(db, gone);
  expect((await ask({})).sort()).toEqual([plain, waiting, elsewhere].sort());
  expect((await ask({ className: '1A' })).sort()).toEqual([plain, waiting].sort());
  expect(await ask({ className: '1A', status: 'pending' })).toEqual([waiting]);
  expect(await ask({ status: 'archived' })).toEqual([gone]);
  expect(await ask({ status: 'archived', className: '2B' })).toEqual([]);
});

test('beyond 1,000 matches the count says "1,000+" and the pages still show every match once, in order', async () => {
  const big = await addSchool(db, 'Big');
  await owner.raw(
    `insert into parents (school_id, unique_id, parent_name, parent_surname, child_name, search_text, link_expires_at)
     select ?, gen_random_uuid(), 'Maria', 'S' || n % 700, 'C', ' maria s' || n % 700 || ' c', now() + interval '1 day'
     from generate_series(1, 1200) as n`,
    [big],
  );
  for (const order of ['name', '-changed'] as const) {
    const shown: number[] = [];
    let cursor: string | null = null;
    do {
      const page: ParentPage = await listParents(big, { ...everyone, words: 'mar' }, { order, cursor, limit: 200 });
      expect(page.total).toEqual({ count: 1000, more: true });
      shown.push(...page.rows.map((row) => row.id));
      cursor = page.next;
    } while (cursor !== null);
    const column = order === 'name' ? 'sort_name, id' : 'changed_at desc, id desc';
    const rows = await db('parents').where({ school_id: big }).orderByRaw(column).select<{ id: string }[]>('id');
    expect(shown).toEqual(rows.map((row) => Number(row.id)));
  }
  const page = await listParents(big, { ...everyone, words: 'maria s7 ' }, { order: 'name' });
  expect(page.total).toEqual({ count: 22, more: false }); // S7 and S70 to S79, two of each
});

test('popular words far down a list: no match is shown twice or out of order, and at least 1,000 are shown', async () => {
  const far = await addSchool(db, 'Far');
  await owner.raw(
    `insert into parents (school_id, unique_id, parent_name, child_name, search_text, link_expires_at)
     select ?, gen_random_uuid(), name, 'C', ' ' || lower(name), now() + interval '1 day'
     from (select case when n <= 5000 then 'Ada' else 'Zoe' end || n % 5000 as name from generate_series(1, 6100) as n) x`,
    [far],
  );
  const shown: { id: number; name: string }[] = [];
  let cursor: string | null = null;
  do {
    const page: ParentPage = await listParents(
      far,
      { ...everyone, words: 'zoe' },
      { order: 'name', cursor, limit: 200 },
    );
    expect(page.rows.length).toBeGreaterThan(0);
    expect(page.total).toEqual({ count: 1000, more: true });
    shown.push(...page.rows);
    cursor = page.next;
  } while (cursor !== null);
  const inOrder = await db('parents')
    .where({ school_id: far })
    .where('parent_name', 'like', 'Zoe%')
    .orderBy(['sort_name', 'id'])
    .select<{ id: string }[]>('id');
  const places = new Map(inOrder.map(({ id }, place) => [Number(id), place]));
  const visited = shown.map(({ id }) => places.get(id) ?? -1);
  expect(visited.every((place, n) => place > (visited[n - 1] ?? -1))).toBe(true);
  expect(shown.length).toBeGreaterThanOrEqual(1000);
});
