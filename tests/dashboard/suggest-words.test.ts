import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeCountParents } from '../../src/dashboard/count-parents.ts';
import { makeListParents, type ParentFilter, type ParentPage } from '../../src/dashboard/list-parents.ts';
import { openDb } from '../../src/platform/db.ts';
import { cloneDatabase } from '../support/database.ts';
import { addParent, addSchool } from './school-of-parents.ts';

const { url } = await cloneDatabase();
const db = openDb({ url, max: 4 });
const listParents = makeListParents({ db, countParents: makeCountParents({ db }) });
afterAll(() => db.destroy());

const everyone: ParentFilter = { status: null, className: null, words: '' };
let school = 0;
const search = (words: string, filter: Partial<ParentFilter> = {}): Promise<ParentPage> =>
  listParents(school, { ...everyone, ...filter, words }, { order: 'name' });

const people: [string, string, string][] = [
  ['Oisín', "O'Brien-Núñez", 'Éabha'],
  ['Maria', 'Santos', 'Sofia Santos'],
  ['Łukasz', 'Wiśniewski', 'Zofia'],
  ['Marianne', 'Brien', 'Max'],
  ['Ⅷ'.repeat(100), '', 'Ⅷ'], // folded, a word of 400 letters
];

beforeAll(async () => {
  school = await addSchool(db);
  for (const [name, surname, child] of people) await addParent(db, school, { name, surname, child });
  await addParent(db, await addSchool(db, 'Another'), { name: 'Xyzzi', surname: '', child: 'Bo' });
});

test('"did you mean" offers the nearest name, as it is written, when nobody is found', async () => {
  expect((await search('Sofai')).suggestion).toBe('Sofia');
  expect((await search('maira')).suggestion).toBe('Maria');
  expect((await search('Maria Snatos')).suggestion).toBe('Maria Santos');
  expect((await search('wisniewsky')).suggestion).toBe('Wiśniewski');
  expect((await search('xyzzy')).suggestion).toBeNull();
  expect((await search('viixi')).suggestion).toBe('Ⅷ');
  expect((await search('so')).suggestion).toBeNull();
  expect((await search('maria')).suggestion).toBeNull();
  expect((await search('maria brien')).suggestion).toBeNull(); // both exist, but not together
  expect((await search('sofai', { className: '9Z' })).suggestion).toBeNull();
  const suggested = (await search('maria snatos')).suggestion;
  expect((await search(String(suggested))).total.count).toBe(1);
});

test('"did you mean" prefers the nearer name, then the more frequent one', async () => {
  const near = await addSchool(db, 'Near');
  for (const name of ['Sofi', 'Sofia', 'Sofitt', 'Sofitt', 'Sofiak'])
    await addParent(db, near, { name, surname: '', child: 'Bo' });
  const suggest = async (words: string) =>
    (await listParents(near, { ...everyone, words }, { order: 'name' })).suggestion;
  expect(await suggest('sofiaxx')).toBe('Sofia');
  expect(await suggest('sofitk')).toBe('Sofitt');
});
