import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeCountChecks } from '../../src/dashboard/count-checks.ts';
import { makeFoldCounts } from '../../src/jobs/fold-counts.ts';
import { checkCodes } from '../../src/photos/photo-check.ts';
import { findTwins } from '../../src/photos/picture-twins.ts';
import { openDb } from '../../src/platform/db.ts';
import { cloneDatabase } from '../support/database.ts';
import { fillParents } from './fill-parents.ts';
import { measureQueries, vacuumWhole } from './query-costs.ts';

const { url, ownerUrl } = await cloneDatabase();
const db = openDb({ url, max: 3 });
const owner = openDb({ url: ownerUrl, max: 2, statementTimeout: 60_000 });
afterAll(async () => {
  await db.destroy();
  await owner.destroy();
});

let school = 0;
beforeAll(async () => {
  school = await fillParents(owner, { parents: 20_000 });
  // Every photo has a print; one in fifty begins like all the others of those, as pictures before one wall do.
  await owner.raw(`
    alter table photos disable trigger all;
    update photos set print = (case when id % 50 = 0 then repeat('0', 32)::bit(32) else (random() * 4294967295)::bigint::bit(32) end
      || (random() * 4294967295)::bigint::bit(32) || (random() * 4294967295)::bigint::bit(32)
      || (random() * 4294967295)::bigint::bit(32));
    alter table photos enable trigger all;
    insert into photo_prints (school_id, band, value, photo_id)
    select school_id, band, substring(print from band * 32 - 31 for 32)::int, id
    from photos cross join generate_series(1, 4) band where print is not null;
    insert into photo_prints (school_id, band, value, photo_id) select school_id, 0, id::int, id from photos;
  `);
  await owner.raw(`insert into schools (name, time_zone) select 'School ' || n, 'UTC' from generate_series(1, 8) n`);
  await owner.raw(
    `insert into check_counts (school_id, day, code, looked, hinted, advised, better, anyway, approved)
     select schools.id, current_date - day, code, 100, 5, 10, 5, 3, 2
     from schools cross join generate_series(0, 400) day cross join unnest(?::text[]) code`,
    [['', ...checkCodes]],
  );
  // What one day's rush has appended since the last fold.
  await owner.raw(
    `insert into check_counts (school_id, day, code, looked, hinted, advised, better, anyway, approved)
     select ?, current_date, code, 1, 0, 0, 0, 0, 0 from unnest(?::text[]) code cross join generate_series(1, 500)`,
    [school, ['', ...checkCodes]],
  );
  await owner.raw('vacuum analyze');
  await vacuumWhole(owner, 'check_counts');
}, 120_000);

const expectCheap = async (call: () => Promise<unknown>, most: number): Promise<void> => {
  const { costs } = await measureQueries(db, owner, call);
  expect(costs.length).toBeGreaterThan(0);
  for (const { buffers, seqScans, sql } of costs) {
    expect(
      seqScans.filter((table) => ['photos', 'photo_prints', 'check_counts'].includes(table)),
      sql,
    ).toEqual([]);
    expect(buffers, sql).toBeLessThanOrEqual(most);
  }
};

test('20,000 photos: the same picture is found by an index, also where many pictures begin alike', async () => {
  const [photo] = await owner('photos')
    .whereRaw('id % 50 = 0')
    .where({ school_id: school })
    .limit(1)
    .select<{ id: string; parent_id: string; print: string }[]>('id', 'parent_id', 'print');
  const hex = (photo?.print.match(/.{4}/g) ?? []).map((four) => Number.parseInt(four, 2).toString(16)).join('');
  const asked = { id: -1, schoolId: school, parentId: -1, sourceSha256: 'f'.repeat(64), print: hex };
  const look = () => findTwins(db, asked);
  expect(await look()).toEqual([Number(photo?.id)]);
  const { costs } = await measureQueries(db, owner, look);
  expect(costs.map(({ indexes }) => indexes).flat()).toContain('photo_prints_pkey');
  await expectCheap(look, 800);
});

test('a year of counts costs 300 buffers at most, before they are folded and after', async () => {
  const countChecks = makeCountChecks({ db });
  const since = new Date(Date.now() - 365 * 24 * 3600 * 1000);
  const before = await countChecks(school, since);
  expect(before.photos.looked).toBe(100 * 366 + 500);
  await expectCheap(() => countChecks(school, since), 300);
  expect(await makeFoldCounts({ db })()).toBeGreaterThan(6000);
  await vacuumWhole(owner, 'check_counts');
  expect(await countChecks(school, since)).toEqual(before);
  await expectCheap(() => countChecks(school, since), 300);
});
