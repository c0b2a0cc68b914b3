import { afterAll, beforeAll, expect, test } from 'vitest';
import type { PhotoCheck } from '../../src/photos/photo-check.ts';
import { givePhoto } from '../support/actors.ts';
import type { App } from '../support/app.ts';
import { addParent } from '../support/cast.ts';
import { startOddChecks } from '../support/odd-checks.ts';

const PRINT = '0123456789abcdef0123456789abcdef';
const NEAR = '1123456789abcdef0123456789abcde0'; // differs in 5 bits, in the first and the last quarter
const FAR = 'fedcba98765432100123456789abcdef';
const system = { kind: 'system' } as const;

let odd: Awaited<ReturnType<typeof startOddChecks>>;
let app: App;
let now: typeof odd.now;
let checking: typeof odd.checking;
beforeAll(async () => {
  odd = await startOddChecks();
  ({ app, now, checking } = odd);
});
afterAll(() => odd.stop());

const same = async (photoId: number) => {
  const { checks, checks_verdict } = await odd.rowOf(photoId);
  const check = (checks as PhotoCheck[]).find(({ code }) => code === 'same-picture');
  return [check?.level, check?.value, checks_verdict];
};

test('the very same picture of another parent: is found in another size and compression, by both; another picture is not', async () => {
  const first = await odd.sent(PRINT);
  const far = await odd.sent(FAR);
  expect(await same(first.photoId)).toEqual(['ok', 0, 'passed']);
  const second = await odd.sent(NEAR);
  expect(await same(second.photoId)).toEqual(['advice', 1, 'advice']);
  expect(await same(first.photoId)).toEqual(['advice', 1, 'advice']); // it waits too
  expect(await same(far.photoId)).toEqual(['ok', 0, 'passed']);
});

test('the very same picture of another parent: is found by its bytes alone where the picture has no print', async () => {
  const [first, second] = [await odd.sent(), await odd.sent()];
  const source_sha256 = 'ab12'.repeat(16);
  await app.db('photos').whereIn('id', [first.photoId, second.photoId]).update({ source_sha256 });
  await checking.check(first.photoId);
  await checking.check(second.photoId);
  expect(await same(second.photoId)).toEqual(['advice', 1, 'advice']);
});

test('the very same picture of another parent: is no matter of the same parent, of another school, or of what is decided already', async () => {
  const print = '00ff33cc'.repeat(4);
  const first = await odd.sent(print);
  await app.reviewPhoto.approve(system, first.parent.schoolId, first.photoId);
  now.say = `print ${print}`;
  const again = await givePhoto(app, first.parent);
  await checking.check(again);
  expect(await same(again)).toEqual(['ok', 0, 'passed']);

  const hillside = await app.createSchool({ kind: 'cli' }, { name: 'Hillside School', timeZone: 'UTC' });
  const elsewhere = await givePhoto(app, await addParent(app, 'kwame', { schoolId: hillside.id }));
  await checking.check(elsewhere);
  expect(await same(elsewhere)).toEqual(['ok', 0, 'passed']);
  now.say = 'good';
  const other = await odd.sent(print);
  expect(await same(other.photoId)).toEqual(['advice', 2, 'advice']);
  expect(await same(first.photoId)).toEqual(['ok', 0, 'passed']); // approved: nobody decides any more
});

test('the very same picture of another parent: two at once: one of them finds the other', async () => {
  const print = 'a5c396f0'.repeat(4);
  const [first, second] = [await odd.sent(), await odd.sent()];
  now.say = `print ${print}`;
  await Promise.all([checking.check(first.photoId), checking.check(second.photoId)]);
  now.say = 'good';
  expect(await same(first.photoId)).toEqual(['advice', 1, 'advice']);
  expect(await same(second.photoId)).toEqual(['advice', 1, 'advice']);
});

test('the very same picture of another parent: one whose portrait is being cut at this moment is waited for', async () => {
  const print = '3c5a0f69'.repeat(4);
  const first = await odd.sent(print);
  const second = await odd.sent();
  now.say = `print ${print}`;
  const looking = await app.db.transaction(async (trx) => {
    await trx('photos').where({ id: first.photoId }).forUpdate().first('id');
    const check = checking.check(second.photoId);
    await expect.poll(odd.waiting).toBeGreaterThan(0);
    return { check };
  });
  await looking.check;
  now.say = 'good';
  expect(await same(first.photoId)).toEqual(['advice', 1, 'advice']);
  expect(await same(second.photoId)).toEqual(['advice', 1, 'advice']);
});

test('the very same picture of another parent: one that is held for long is left alone: the check itself is not lost by it', async () => {
  const print = 'c396a5f0'.repeat(4);
  const first = await odd.sent(print);
  const second = await odd.sent();
  now.say = `print ${print}`;
  await app.db.transaction(async (trx) => {
    await trx('photos').where({ id: first.photoId }).forUpdate().first('id');
    expect(await checking.check(second.photoId)).toMatchObject({ ok: true });
  });
  now.say = 'good';
  expect(await same(first.photoId)).toEqual(['ok', 0, 'passed']);
  expect(await same(second.photoId)).toEqual(['advice', 1, 'advice']);
});

test('the very same picture of another parent: what it is found by goes with the photo', async () => {
  const { photoId } = await odd.sent(PRINT);
  await app.db('photos').where({ id: photoId }).delete();
  expect(await app.db('photo_prints').where({ photo_id: photoId })).toEqual([]);
});
