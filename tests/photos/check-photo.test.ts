import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { givePhoto } from '../support/actors.ts';
import type { App } from '../support/app.ts';
import { startOddChecks } from '../support/odd-checks.ts';

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

const portraitOf = async (photoId: number) => (await odd.rowOf(photoId))['portrait_source'];
const portraitsMade = async (photoId: number) =>
  (await app.db('events').where({ photo_id: photoId, kind: 'photo.portrait-changed' })).length;

describe('what was said', () => {
  test('is kept with the photo, the face for the portrait too; once said it stands', async () => {
    const { photoId } = await odd.sent();
    const checked = await checking.check(photoId);
    expect(checked).toMatchObject({ ok: true });
    const row = await odd.rowOf(photoId);
    expect(row).toMatchObject({ status: 'pending', checks_verdict: 'passed', checked_at: expect.any(Date) as Date });
    expect(row['checks']).toContainEqual({ code: 'turned', level: 'ok', value: 0.01, limit: 0.35 });
    expect(row['face']).toMatchObject({ x: 300, y: 350, width: 360, height: 460 });
    expect(await portraitsMade(photoId)).toBe(1);

    now.say = 'crash'; // nobody looks again
    expect(await checking.check(photoId)).toEqual(checked);
    now.say = 'good';
    expect(await portraitsMade(photoId)).toBe(1);
  });

  test('stands although the portrait cannot be cut; the job makes up for it', async () => {
    const { photoId } = await odd.sent();
    now.disk = 'full';
    expect(await checking.checkWithin(photoId, 2000)).toHaveLength(12); // the parent hears of them all the same
    now.disk = 'sound';
    expect([(await odd.rowOf(photoId))['checks_verdict'], await portraitOf(photoId)]).toEqual(['passed', 'centre']);
    expect(await checking.check(photoId)).toMatchObject({ ok: true });
    expect(await portraitOf(photoId)).toBe('face');
  });

  test('by two at once is said once', async () => {
    const { photoId } = await odd.sent();
    const [first, second] = await Promise.all([checking.check(photoId), checking.check(photoId)]);
    expect(first).toMatchObject({ ok: true });
    expect(second).toEqual(first);
    expect(await portraitsMade(photoId)).toBe(1);
  });

  test('too late is not said: of a photo that was replaced or rejected meanwhile, or is gone', async () => {
    const replaced = await odd.sent();
    await givePhoto(app, replaced.parent);
    const rejected = await odd.sent();
    const why = { reasons: ['blurred' as const], note: null, seen: 'pending' as const };
    await app.reviewPhoto.reject(system, rejected.parent.schoolId, rejected.photoId, why);
    for (const { photoId } of [replaced, rejected]) {
      const before = await odd.rowOf(photoId);
      expect(await checking.check(photoId)).toEqual({ ok: false, reason: 'gone' });
      expect(await odd.rowOf(photoId)).toEqual(before);
    }
    expect(await checking.check(999_999)).toEqual({ ok: false, reason: 'gone' });
  });

  test('of a photo that was approved meanwhile changes nothing of the approval', async () => {
    const { parent, photoId } = await odd.sent();
    await app.reviewPhoto.approve(system, parent.schoolId, photoId);
    const { status, reviewed_at } = await odd.rowOf(photoId);
    await checking.check(photoId);
    expect(await odd.rowOf(photoId)).toMatchObject({ status, reviewed_at, checks_verdict: 'passed' });
  });
});

describe('a checker that is late', () => {
  test('keeps nobody waiting: the answer comes later and is kept all the same', async () => {
    const { photoId } = await odd.sent();
    now.say = 'slow';
    const began = performance.now();
    expect(await checking.checkWithin(photoId, 50)).toBeUndefined();
    expect(performance.now() - began).toBeLessThan(390);
    now.say = 'good';
    await expect.poll(() => odd.rowOf(photoId)).toMatchObject({ checks_verdict: 'passed' });
    const { ChecksRun, ChecksLate } = app.metrics.read().counts;
    expect([ChecksRun > 0, ChecksLate]).toEqual([true, 1]);
  });

  test('that dies of a photo says nothing; the job is told and tries again', async () => {
    const { photoId } = await odd.sent();
    now.say = 'crash';
    expect(await checking.checkWithin(photoId, 2000)).toBeUndefined();
    expect(await checking.check(photoId)).toEqual({ ok: false, reason: 'failed' });
    now.say = 'good';
    expect(await checking.check(photoId)).toMatchObject({ ok: true });
  });

  test('the job is queued with the photo, in its transaction, for later', async () => {
    const before = await app.queue.count();
    const { photoId } = await odd.sent();
    expect((await app.queue.count())['photo-check']?.waiting).toBe((before['photo-check']?.waiting ?? 0) + 1);
    const job = (await app.queue.list()).find(({ payload }) => (payload as { photoId: number }).photoId === photoId);
    expect(job?.startsAt.getTime()).toBeGreaterThan(Date.now() + 5000);
  });
});

test('a decision and a check at the same moment wait for each other, and not in a circle', async () => {
  const { parent, photoId } = await odd.sent();
  const looking = await app.db.transaction(async (trx) => {
    await app.parents.lock(trx, parent.id);
    const check = checking.check(photoId);
    await expect.poll(odd.waiting).toBeGreaterThan(0);
    await trx('photos')
      .where({ id: photoId })
      .update({ width: trx.ref('width') }); // as a decision does, after the parent
    return { check };
  });
  expect(await looking.check).toMatchObject({ ok: true });
});
