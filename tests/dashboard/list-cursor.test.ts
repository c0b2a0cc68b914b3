import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeCountParents } from '../../src/dashboard/count-parents.ts';
import { listOrders, readCursor, writeCursor } from '../../src/dashboard/list-cursor.ts';
import { makeListParents, type ParentFilter } from '../../src/dashboard/list-parents.ts';
import { openDb } from '../../src/platform/db.ts';
import { cloneDatabase } from '../support/database.ts';
import { addParent, addSchool } from './school-of-parents.ts';

const { url } = await cloneDatabase();
const db = openDb({ url, max: 4 });
const listParents = makeListParents({ db, countParents: makeCountParents({ db }) });
const everyone: ParentFilter = { status: null, className: null, words: '' };
afterAll(() => db.destroy());

let school = 0;
beforeAll(async () => {
  school = await addSchool(db);
  for (let n = 0; n < 12; n += 1) await addParent(db, school, { surname: `Família ${n}` });
});

const b64 = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
test('R55: whatever comes as a cursor, the first page follows and no error', async () => {
  const first = await listParents(school, everyone, { order: 'name', limit: 5 });
  const forged: unknown[] = [
    '',
    'x',
    '%00',
    '....',
    ['a', 'b'],
    { a: 1 },
    7,
    null,
    'A'.repeat(100_000),
    b64(null),
    b64({}),
    b64([]),
  ].concat([
    b64(['name', 'after', 1, 1]),
    b64(['name', 'sideways', 1, 1, 'x']),
    b64(['-name', 'after', 1, 1, 'Família 5']),
    b64(['__proto__', 'after', 1, 1, 'x']),
    b64(['name', 'after', 1, 'x', 'x']),
    b64(['name', 'after', 1, 1e300, 'x']),
    b64(['name', 'after', 1, -1, 'x']),
    b64(['name', 'after', 1.5, 1, 'x']),
    b64(['name', 'after', 1, 1, 'a\0b']),
    b64(['name', 'after', 1, 1, 'x'.repeat(101)]),
    b64(['name', 'after', 1, 1, { toSQL: 1 }]),
    b64(['name', 'after', 1, 1, ['x']]),
  ]);
  for (const cursor of forged) {
    expect(await listParents(school, everyone, { order: 'name', limit: 5, cursor })).toEqual(first);
  }
  const changed = await listParents(school, everyone, { order: 'changed', limit: 5 });
  for (const key of ['x', '', '-1', 'infinity', '99999999999999999', '2026-01-01', "'; drop table parents"]) {
    const cursor = b64(['changed', 'after', 1, 1, key]);
    expect(await listParents(school, everyone, { order: 'changed', limit: 5, cursor })).toEqual(changed);
  }
});

test('R55: a well-formed cursor that nobody wrote shows some page of the same list', async () => {
  for (const key of ['\ud800', "Família 3'--", '%', '\u202e', '9999999999999999', '0']) {
    for (const way of ['after', 'before'] as const) {
      for (const order of listOrders) {
        const cursor = writeCursor({ order, way, ordinal: 1e9, id: Number.MAX_SAFE_INTEGER, key });
        const page = await listParents(school, everyone, { order, cursor, limit: 5 });
        expect(page.rows.length).toBeGreaterThan(0);
      }
    }
  }
});

test('a cursor is read as it was written', () => {
  const place = { order: 'name', way: 'before', ordinal: 51, id: 7, key: 'Núñez عربي 😀' } as const;
  expect(readCursor(writeCursor(place), 'name')).toEqual(place);
  expect(writeCursor(place)).toMatch(/^[\w-]+$/);
});
