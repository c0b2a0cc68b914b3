import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeReviewQueue, type QueuePlace } from '../../src/photos/review-queue.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { openDb } from '../../src/platform/db.ts';
import { addParent, addPhoto, addSchool, archive, decide } from '../dashboard/school-of-parents.ts';
import { cloneDatabase } from '../support/database.ts';

const { url } = await cloneDatabase();
const db = openDb({ url, max: 4 });
const queue = makeReviewQueue({ db, clock: systemClock });
afterAll(() => db.destroy());

let school = 0;
let other = 0;
/** Photos that wait in 1A, 2B, 1A, 2B; the second one's parent has an approved photo, the fourth sent three. */
const photos: number[] = [];
let approved = 0;
let foreign = 0;

beforeAll(async () => {
  school = await addSchool(db);
  other = await addSchool(db, 'Another');
  const gone = await addParent(db, school, { className: '1A' });
  await addPhoto(db, school, gone);
  await archive(db, gone);
  foreign = await addPhoto(db, other, await addParent(db, other, { className: '1A' }));
  for (let n = 0; n < 4; n += 1) {
    const id = await addParent(db, school, { className: n % 2 ? '2B' : '1A', surname: `N${n}` });
    if (n === 1) await decide(db, (approved = await addPhoto(db, school, id)), 'approved');
    if (n === 3) await addPhoto(db, school, id);
    if (n === 3) await decide(db, await addPhoto(db, school, id), 'rejected');
    photos.push(await addPhoto(db, school, id));
  }
  const done = await addParent(db, school);
  await decide(db, await addPhoto(db, school, done), 'approved');
});

const shown = async (place: Partial<QueuePlace>, of = school) => {
  const waiting = await queue.at(of, { className: null, ...place });
  return (
    waiting && {
      id: waiting.photo.id,
      position: waiting.position,
      waiting: waiting.waiting,
      previous: waiting.previous,
      next: waiting.next,
    }
  );
};

test('the oldest photo comes first, with its parent, what is in force and which try it is', async () => {
  const oldest = await queue.at(school, { className: null });
  expect(oldest).toMatchObject({
    photo: { id: photos[0], status: 'pending', schoolId: school },
    parent: { surname: 'N0', status: 'pending', photoId: photos[0] },
    approvedPhotoId: null,
    tries: 1,
    position: 1,
    waiting: 4,
    previous: null,
    next: photos[1],
  });
  expect(await queue.at(school, { className: null, photoId: photos[1] ?? 0 })).toMatchObject({
    approvedPhotoId: approved,
    tries: 2,
    position: 2,
  });
  expect(await queue.at(school, { className: null, photoId: photos[3] ?? 0 })).toMatchObject({
    tries: 3,
    position: 4,
    next: null,
  });
});

test('the queue goes forth and back, and begins again past its end', async () => {
  const [a = 0, b = 0, c = 0, d = 0] = photos;
  expect(await shown({ after: a })).toEqual({ id: b, position: 2, waiting: 4, previous: a, next: c });
  expect(await shown({ after: d })).toMatchObject({ id: a });
  expect(await shown({ before: c })).toMatchObject({ id: b });
  expect(await shown({ before: a })).toMatchObject({ id: a });
  expect(await shown({ className: '2B' })).toEqual({ id: b, position: 1, waiting: 2, previous: null, next: d });
  expect(await shown({ className: '2B', after: b })).toEqual({
    id: d,
    position: 2,
    waiting: 2,
    previous: b,
    next: null,
  });
  expect(await shown({ className: '2B', before: d })).toMatchObject({ id: b });
  expect(await shown({ className: '2B', photoId: a })).toBeUndefined();
  expect(await shown({ className: '9Z' })).toBeUndefined();
});

test('a neighbour is found also of a photo that no longer waits; such a photo itself is not shown', async () => {
  const [a = 0, b = 0] = photos;
  expect(await shown({ photoId: approved })).toBeUndefined();
  expect(approved).toBeGreaterThan(a);
  expect(await shown({ after: approved })).toMatchObject({ id: b });
  expect(await shown({ before: approved })).toMatchObject({ id: a });
});

test('R36: another school’s photo is neither shown nor counted', async () => {
  expect(await shown({ photoId: foreign })).toBeUndefined();
  expect(await shown({ photoId: photos[0] ?? 0 }, other)).toBeUndefined();
  expect(await shown({}, other)).toEqual({ id: foreign, position: 1, waiting: 1, previous: null, next: null });
  expect([await queue.count(school), await queue.count(other)]).toEqual([4, 1]);
});

test('decisions are counted from a moment on; an approved photo counts also when it was replaced', async () => {
  const lately = await addSchool(db, 'Lately');
  const hour = 3600_000;
  const now = Date.now();
  const id = await addParent(db, lately);
  const first = await addPhoto(db, lately, id);
  await decide(db, first, 'approved', new Date(now - 2 * hour));
  await db('photos').where({ id: first }).update({ status: 'superseded', superseded_at: new Date() });
  await decide(db, await addPhoto(db, lately, id), 'approved', new Date(now));
  await decide(db, await addPhoto(db, lately, await addParent(db, lately)), 'rejected', new Date(now - hour));
  await addPhoto(db, lately, await addParent(db, lately));
  expect(await queue.decidedSince(lately, new Date(now - 3 * hour))).toEqual({ approved: 2, rejected: 1 });
  expect(await queue.decidedSince(lately, new Date(now - hour))).toEqual({ approved: 1, rejected: 1 });
  expect(await queue.decidedSince(lately, new Date(now + hour))).toEqual({ approved: 0, rejected: 0 });
});

test('a position is exact up to 1,000', async () => {
  const long = await addSchool(db, 'Long');
  await db.raw(
    `insert into parents (school_id, unique_id, parent_name, child_name, link_expires_at)
     select ?, gen_random_uuid(), 'A', 'B', now() from generate_series(1, 1010)`,
    [long],
  );
  await db.raw(
    `insert into photos (parent_id, school_id, filename, upload_id, sha256, thumb_sha256, source_sha256, source_format,
                         source_bytes, width, height, bytes)
     select id, school_id, 's' || school_id || '/ab/' || md5(id::text), gen_random_uuid(), repeat('a', 64),
            repeat('a', 64), repeat('a', 64), 'jpeg', 1, 1, 1, 1
     from parents where school_id = ? order by id`,
    [long],
  );
  const ids = await db('photos').where({ school_id: long }).orderBy('id').pluck<string[]>('id');
  const positions: unknown[] = [];
  for (const n of [1, 1000, 1001, 1010]) positions.push((await shown({ photoId: Number(ids[n - 1]) }, long))?.position);
  expect(positions).toEqual([1, 1000, 1001, 1001]);
});

test('a photo whose decision was taken back keeps its number, also when later ones came', async () => {
  const back = await addSchool(db, 'Back');
  const id = await addParent(db, back);
  const first = await addPhoto(db, back, id);
  await decide(db, first, 'rejected');
  await decide(db, await addPhoto(db, back, id), 'rejected');
  await db('photos').where({ id: first }).update({ status: 'pending', reviewed_at: null });
  expect(await queue.at(back, { className: null })).toMatchObject({ photo: { id: first }, tries: 1, position: 1 });
});
