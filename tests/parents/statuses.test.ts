import { randomBytes, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeStorageKey } from '../../src/photos/photo-keys.ts';
import { type App, movableClock, startApp } from '../support/app.ts';
import { addParent, addStaff } from '../support/cast.ts';

const DAY = 24 * 3600 * 1000;
const clock = movableClock();
let app: App;
let ruth: { kind: 'staff'; staffId: number };

beforeAll(async () => {
  app = await startApp({ clock });
  ruth = { kind: 'staff', staffId: await addStaff(app, 'ruth') };
});
afterAll(() => app.stop());

const school = async () => {
  const [first] = await app.schools.list();
  if (!first) throw new Error('there is no school');
  return first;
};
const statusOf = async (id: number) => (await app.parents.findById(id))?.status;

/** A photo row without files: here only the words matter. */
const send = async (parentId: number): Promise<number> =>
  app.db.transaction(async (trx) => {
    await app.photos.supersede(trx, parentId, 'pending', clock.now());
    const hash = randomBytes(32).toString('hex');
    return app.photos.insert(trx, {
      parentId,
      schoolId: (await school()).id,
      filename: makeStorageKey(1, randomBytes(16)),
      uploadId: randomUUID(),
      uploadedAt: clock.now(),
      sha256: hash,
      thumbSha256: hash,
      sourceSha256: hash,
      sourceFormat: 'jpeg',
      sourceBytes: 1,
      width: 1,
      height: 1,
      bytes: 1,
      mayBeDamaged: false,
      portrait: { version: 1, sha256: hash, crop: { turn: 0, x: 0, y: 0, size: 1 }, source: 'centre' },
    });
  });

test('a parent’s status is the first that holds, from not opened to approved and back', async () => {
  const { id } = await addParent(app);
  expect(await statusOf(id)).toBe('not_opened');
  await app.choices.start(id, 'en');
  expect(await statusOf(id)).toBe('opened');
  await app.choices.decline(id, '');
  expect(await statusOf(id)).toBe('declined');
  await app.onboardingLink.revoke(ruth, await school(), id, '');
  expect(await statusOf(id)).toBe('declined');
  await app.onboardingLink.renew(ruth, await school(), id);
  await app.choices.undoDecline(id);
  const first = await send(id);
  expect(await statusOf(id)).toBe('pending');
  expect(await app.reviewPhoto.approve(ruth, 1, first)).toMatchObject({ ok: true });
  expect(await statusOf(id)).toBe('approved');
  const second = await send(id);
  expect(await statusOf(id)).toBe('pending');
  await app.reviewPhoto.reject(ruth, 1, second, { reasons: ['blurred'], note: null, seen: 'pending' });
  expect(await statusOf(id)).toBe('approved');
  expect((await app.parents.findById(id))?.photoId).toBe(first);
  const wrong = { reasons: ['wrong-person' as const], note: null };
  expect(await app.reviewPhoto.reject(ruth, 1, first, { ...wrong, seen: 'pending' })).toEqual({
    ok: false,
    reason: 'already-decided',
  });
  await app.reviewPhoto.reject(ruth, 1, first, { ...wrong, seen: 'approved' });
  expect(await statusOf(id)).toBe('rejected');
});

test('links end: expired when the time is over, revoked before that', async () => {
  const late = await addParent(app, 'kwame');
  const off = await addParent(app, 'amina');
  await app.onboardingLink.revoke(ruth, await school(), off.id, 'sent to the wrong address');
  clock.forward(31 * DAY);
  expect(await app.choices.start(late.id, 'en')).toEqual({ ok: false, reason: 'link-closed' });
  await app.lapseLinks();
  expect(await statusOf(late.id)).toBe('expired');
  expect(await statusOf(off.id)).toBe('revoked');
  await app.onboardingLink.extend(ruth, await school(), late.id);
  expect(await statusOf(late.id)).toBe('not_opened');
  expect(await app.choices.start(late.id, 'en')).toMatchObject({ ok: true });
});

test('a photo is decided once; one that was replaced cannot be decided', async () => {
  const { id } = await addParent(app, 'oisin');
  const first = await send(id);
  const second = await send(id);
  expect(await app.reviewPhoto.approve(ruth, 1, first)).toEqual({ ok: false, reason: 'replaced' });
  const both = await Promise.all([app.reviewPhoto.approve(ruth, 1, second), app.reviewPhoto.approve(ruth, 1, second)]);
  expect(both.filter((result) => result.ok)).toHaveLength(1);
  expect(both.find((result) => !result.ok)).toEqual({ ok: false, reason: 'already-decided' });
  expect(await app.reviewPhoto.approve(ruth, 2, second)).toEqual({ ok: false, reason: 'not-found' });
});

test('the database itself holds at most one pending and one approved photo a parent', async () => {
  const { id } = await addParent(app);
  const first = await send(id);
  await app.reviewPhoto.approve(ruth, 1, first);
  const second = await send(id);
  const third = app.db('photos').where({ id: first }).update({ status: 'pending' });
  await expect(third).rejects.toMatchObject({ constraint: 'photos_one_pending' });
  const fourth = app.db('photos').where({ id: second }).update({ status: 'approved', reviewed_at: new Date() });
  await expect(fourth).rejects.toMatchObject({ constraint: 'photos_one_approved' });
});

test('an archived parent is on no list and its link is off; bringing it back brings all back', async () => {
  const { id, uniqueId } = await addParent(app);
  await app.leaving.archive(ruth, 1, id, 'moved away');
  const counts = await app.countParents(1, null);
  const page = await app.listParents(1, { status: null, className: null, words: '' }, { order: 'name' });
  expect(page.rows.map((row) => row.id)).not.toContain(id);
  expect(await app.choices.start(id, 'en')).toEqual({ ok: false, reason: 'link-closed' });
  await app.leaving.restore(ruth, 1, id);
  expect((await app.countParents(1, null)).total).toBe(counts.total + 1);
  expect((await app.parents.findByUniqueId(uniqueId))?.id).toBe(id);
});
