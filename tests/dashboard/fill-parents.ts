import type { Db } from '../../src/platform/db.ts';
import { foldText } from '../../src/shared/fold-text.ts';

const REAL_NAMES = [
  'Maria',
  'Amina',
  'João',
  'Claire',
  'Łukasz',
  'Fatima',
  'Ngọc',
  'Kwame',
  'Zoë',
  'محمد',
  'Mary-Ann',
  'Sofia',
];
const REAL_SURNAMES = [
  'Santos',
  'Abdi',
  "O'Connor",
  'Núñez',
  'Bennett',
  'El Idrissi',
  'Nguyen',
  'Singh',
  'Nowak',
  'Ward',
];
const CLASSES = ['1A', '1B', '2A', '2B', '3A', '3B', '4A', '4B', '5A', '5B', '6A', '10A'];
const BATCH = 100_000;

/** Invented names after real ones: picks are skewed, so the first ones are frequent (the first about 5 in 100). */
const names = (real: string[], invented: string, count: number) => {
  const written = [...real, ...Array.from({ length: count }, (_, n) => `${invented}${n}`)];
  return { written, folded: written.map(foldText) };
};

/**
 * Two schools: one with so many parents in every status, a twentieth of them archived, and a small one with the same
 * names. Photos are in another order than their parents. Needs the owner, who may switch triggers off. Gives the id of
 * the big school.
 */
export const fillParents = async (owner: Db, { parents }: { parents: number }): Promise<number> => {
  await owner.raw(`select setseed(0.4)`);
  const ids: number[] = [];
  for (const name of ['Big', 'Small']) {
    const [school] = await owner('schools').insert({ name, time_zone: 'UTC' }).returning<{ id: string }[]>('id');
    ids.push(Number(school?.id));
  }
  const [big = 0, small = 0] = ids;
  await owner.raw('alter table photos disable trigger all');
  const indexes = await dropIndexes(owner); // a million rows are there sooner when these are made at the end
  const all = parents + Math.ceil(parents / 50);
  for (let first = 1; first <= all; first += BATCH) {
    await insertParents(owner, {
      first,
      last: Math.min(first + BATCH - 1, all),
      all,
      schools: { big, small, parents },
    });
  }
  await insertPhotos(owner);
  for (const index of indexes) await owner.raw(index.replaceAll('?', '\\?'));
  await owner.raw('alter table photos enable trigger all');
  for (const table of ['parents', 'photos']) {
    await owner.raw(`select setval(pg_get_serial_sequence(?, 'id'), ?)`, [table, all + 1]);
  }
  await owner.raw('vacuum analyze'); // as autovacuum does after so many changes
  return big;
};

/** Drops what is no constraint; gives the statements that make them again. */
const dropIndexes = async (owner: Db): Promise<string[]> => {
  const indexes = await owner('pg_indexes')
    .where({ schemaname: 'public', tablename: 'parents' })
    .whereNotIn('indexname', owner('pg_constraint').select('conname'))
    .select<{ indexname: string; indexdef: string }[]>('indexname', 'indexdef');
  for (const { indexname } of indexes) await owner.raw('drop index ??', [indexname]);
  return indexes.map(({ indexdef }) => indexdef);
};

type Batch = { first: number; last: number; all: number; schools: { big: number; small: number; parents: number } };

const insertParents = async (owner: Db, { first, last, all, schools }: Batch) => {
  const given = names(REAL_NAMES, 'Name', 800);
  const family = names(REAL_SURNAMES, 'Family', 8000);
  await owner.raw(
    `insert into parents (id, school_id, unique_id, parent_name, parent_surname, child_name, class_name, search_text,
                          link_expires_at, changed_at, created_at, photo_status, photo_id, photo_passed, declined_at, link_revoked_at,
                          link_lapsed, opened_at, archived_at)
     overriding system value
     select n, case when n <= :parents then :big::bigint else :small end, gen_random_uuid(),
            own.written, family.written, child.written || ' ' || family.written, (:classes::text[])[class],
            concat_ws(' ', '', own.folded, family.folded, child.folded, family.folded),
            now() + interval '30 days', now() - random() * interval '365 days', now() - interval '366 days',
            case when fate < 0.60 then 'approved' when fate < 0.68 then 'pending' when fate < 0.70 then 'rejected' end,
            case when fate < 0.70 then n * 7919 % :all + 1 end,
            fate between 0.60 and 0.65,
            case when fate between 0.70 and 0.71 then now() end,
            case when fate between 0.71 and 0.715 then now() end,
            fate between 0.715 and 0.78,
            case when fate between 0.78 and 0.85 then now() end,
            case when random() < 0.05 then now() end
     from (select n, random() as fate, 1 + floor(random() * 12)::int as class,
                  1 + floor(random() ^ 2 * :givens)::int as g,
                  1 + floor(random() ^ 2 * :givens)::int as c,
                  1 + floor(random() ^ 2 * :families)::int as f
           from generate_series(:first::bigint, :last) as n) as drawn
     join unnest(:given::text[], :given_folded::text[]) with ordinality as own (written, folded, nth) on own.nth = g
     join unnest(:given::text[], :given_folded::text[]) with ordinality as child (written, folded, nth) on child.nth = c
     join unnest(:family::text[], :family_folded::text[]) with ordinality as family (written, folded, nth)
       on family.nth = f
     order by n`,
    {
      parents: schools.parents,
      big: schools.big,
      small: schools.small,
      all,
      first,
      last,
      classes: CLASSES,
      givens: given.written.length,
      families: family.written.length,
      given: given.written,
      given_folded: given.folded,
      family: family.written,
      family_folded: family.folded,
    },
  );
};

const insertPhotos = (owner: Db) =>
  owner.raw(
    `insert into photos (id, parent_id, school_id, filename, upload_id, uploaded_at, sha256, thumb_sha256, source_sha256,
                         source_format, source_bytes, width, height, bytes, status, reviewed_at, checks,
                         checks_verdict, checked_at)
     overriding system value
     select photo_id, id, school_id, 's' || school_id || '/ab/' || md5(photo_id::text), gen_random_uuid(), changed_at,
            repeat('a', 64), repeat('b', 64), repeat('c', 64), 'jpeg', 1000, 960, 1200, 1000, photo_status,
            case when photo_status <> 'pending' then changed_at end, '[{"code": "several-faces", "level": "ok"}]', case when photo_passed then 'passed' else 'advice' end,
            changed_at
     from parents where photo_id is not null order by photo_id`,
  );
