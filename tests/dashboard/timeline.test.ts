import { afterAll, expect, test } from 'vitest';
import { makeLatestConsent, makeTimeline } from '../../src/dashboard/timeline.ts';
import { openDb } from '../../src/platform/db.ts';
import { recordEvent } from '../../src/platform/event-log.ts';
import { cloneDatabase } from '../support/database.ts';
import { addParent, addSchool } from './school-of-parents.ts';

const { url } = await cloneDatabase();
const db = openDb({ url, max: 2 });
const timeline = makeTimeline({ db });
afterAll(() => db.destroy());

test('a parent’s timeline is newest first, with who, what and what they wrote, and with nobody else’s', async () => {
  const school = await addSchool(db);
  const parentId = await addParent(db, school);
  const otherId = await addParent(db, school);
  const [ruth] = await db('staff')
    .insert({ email: 'ruth@example.org', name: 'Ruth Adeyemi', password_hash: '$argon2id$x' })
    .returning<{ id: string }[]>('id');
  const staff = { kind: 'staff', staffId: Number(ruth?.id) } as const;
  await db.transaction(async (trx) => {
    await recordEvent(trx, { schoolId: school, actor: { kind: 'cli' }, kind: 'parent.created', parentId });
    await recordEvent(trx, {
      schoolId: school,
      actor: { kind: 'parent' },
      kind: 'photo.received',
      parentId,
      photoId: 7,
    });
    await recordEvent(trx, { schoolId: school, actor: staff, kind: 'photo.shown', parentId, photoId: 7 });
    await recordEvent(trx, {
      schoolId: school,
      actor: staff,
      kind: 'parent.edited',
      parentId: otherId,
      note: 'not yours',
    });
    const data = { reasons: ['blurred'] };
    await recordEvent(trx, {
      schoolId: school,
      actor: staff,
      kind: 'photo.rejected',
      parentId,
      photoId: 7,
      data,
      note: 'Hold still',
    });
    await recordEvent(trx, {
      schoolId: school,
      actor: { kind: 'staff', staffId: 4711 },
      kind: 'link.renewed',
      parentId,
    });
  });
  const entries = await timeline(school, parentId);
  expect(
    entries.map(({ kind, actor, staffName, data, note, photoId }) => [kind, actor, staffName, data, note, photoId]),
  ).toEqual([
    ['link.renewed', 'staff', null, {}, null, null],
    ['photo.rejected', 'staff', 'Ruth Adeyemi', { reasons: ['blurred'] }, 'Hold still', 7],
    ['photo.received', 'parent', null, {}, null, 7],
    ['parent.created', 'cli', null, {}, null, null],
  ]);
  expect(entries.every((entry) => entry.at instanceof Date && entry.id > 0)).toBe(true);
  expect(await timeline(await addSchool(db, 'Another'), parentId)).toEqual([]);
});

test('a timeline has at most 100 entries, the newest, in one query', async () => {
  const school = await addSchool(db);
  const parentId = await addParent(db, school);
  await db.transaction(async (trx) => {
    for (let n = 1; n <= 103; n += 1) {
      await recordEvent(trx, {
        schoolId: school,
        actor: { kind: 'system' },
        kind: 'link.opened',
        parentId,
        data: { n },
      });
    }
  });
  let queries = 0;
  const count = () => (queries += 1);
  db.on('query', count);
  const entries = await timeline(school, parentId);
  db.removeListener('query', count);
  expect(queries).toBe(1);
  expect(entries.map(({ data }) => data['n'])).toEqual(Array.from({ length: 100 }, (_, n) => 103 - n));
});

test('the latest consent counts', async () => {
  const parentId = await addParent(db, await addSchool(db));
  const latestConsent = makeLatestConsent({ db });
  expect(await latestConsent(parentId)).toBeUndefined();
  for (const [text_version, locale] of [
    ['2', 'en'],
    ['3', 'es'],
  ]) {
    await db('consents').insert({
      parent_id: parentId,
      text_name: 'photo',
      text_version,
      locale,
      agreed_at: '2026-05-12T14:01:00Z',
    });
  }
  expect(await latestConsent(parentId)).toEqual({
    version: '3',
    locale: 'es',
    agreedAt: new Date('2026-05-12T14:01:00Z'),
  });
});
