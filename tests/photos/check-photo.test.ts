import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeCheckPhoto } from '../../src/photos/check-photo.ts';
import { makeCheckRecords } from '../../src/photos/check-records.ts';
import { makeFaceChecker } from '../../src/photos/face-checker.ts';
import type { PhotoCheck } from '../../src/photos/photo-check.ts';
import { makePortrayFace } from '../../src/photos/portray-face.ts';
import { givePhoto } from '../support/actors.ts';
import { type App, startApp } from '../support/app.ts';
import { addParent } from '../support/cast.ts';

const PRINT = '0123456789abcdef0123456789abcdef';
const NEAR = '1123456789abcdef0123456789abcde0'; // differs in 5 bits, in the first and the last quarter
const FAR = 'fedcba98765432100123456789abcdef';
const system = { kind: 'system' } as const;
const script = new URL('../support/odd-checker.ts', import.meta.url);

let app: App;
let say = 'good';
let disk: 'sound' | 'full' = 'sound';
let checking: ReturnType<typeof makeCheckPhoto>;
beforeAll(async () => {
  app = await startApp({ env: { CHECKS: 'face' } });
  checking = makeCheckPhoto({
    ...{ ...app, checks: 'face', records: makeCheckRecords(app) },
    files: { read: async () => Buffer.from(say) },
    checker: makeFaceChecker({ ...app, checks: 'face', script, hardLimitMs: 2000 }),
    portrayFace: async (photo, face) => {
      if (disk === 'full') throw new Error('ENOSPC');
      await makePortrayFace({ changePortrait: app.changePortrait })(photo, face);
    },
  });
});
afterAll(() => checking.stop().then(app.stop));

const sent = async (print?: string) => {
  const parent = await addParent(app);
  const photoId = await givePhoto(app, parent);
  if (print === undefined) return { parent, photoId };
  say = `print ${print}`;
  await checking.check(photoId);
  say = 'good';
  return { parent, photoId };
};
const portraitOf = async (photoId: number) => (await rowOf(photoId))['portrait_source'];
const portraitsMade = async (photoId: number) =>
  (await app.db('events').where({ photo_id: photoId, kind: 'photo.portrait-changed' })).length;
const rowOf = (photoId: number) => app.db('photos').where({ id: photoId }).first<Record<string, unknown>>();
const same = async (photoId: number) => {
  const { checks, checks_verdict } = await rowOf(photoId);
  const check = (checks as PhotoCheck[]).find(({ code }) => code === 'same-picture');
  return [check?.level, check?.value, checks_verdict];
};

describe('what was said', () => {
  test('is kept with the photo, the face for the portrait too; once said it stands', async () => {
    const { photoId } = await sent();
    const checked = await checking.check(photoId);
    expect(checked).toMatchObject({ ok: true });
    const row = await rowOf(photoId);
    expect(row).toMatchObject({ status: 'pending', checks_verdict: 'passed', checked_at: expect.any(Date) as Date });
    expect(row['checks']).toContainEqual({ code: 'turned', level: 'ok', value: 0.01, limit: 0.35 });
    expect(row['face']).toMatchObject({ x: 300, y: 350, width: 360, height: 460 });
    expect(await portraitsMade(photoId)).toBe(1);

    say = 'crash'; // nobody looks again
    expect(await checking.check(photoId)).toEqual(checked);
    say = 'good';
    expect(await portraitsMade(photoId)).toBe(1);
  });

  test('stands although the portrait cannot be cut; the job makes up for it', async () => {
    const { photoId } = await sent();
    disk = 'full';
    expect(await checking.checkWithin(photoId, 2000)).toHaveLength(12); // the parent hears of them all the same
    disk = 'sound';
    expect([(await rowOf(photoId))['checks_verdict'], await portraitOf(photoId)]).toEqual(['passed', 'centre']);
    expect(await checking.check(photoId)).toMatchObject({ ok: true });
    expect(await portraitOf(photoId)).toBe('face');
  });

  test('by two at once is said once', async () => {
    const { photoId } = await sent();
    const [first, second] = await Promise.all([checking.check(photoId), checking.check(photoId)]);
    expect(first).toMatchObject({ ok: true });
    expect(second).toEqual(first);
    expect(await portraitsMade(photoId)).toBe(1);
  });

  test('too late is not said: of a photo that was replaced or rejected meanwhile, or is gone', async () => {
    const replaced = await sent();
    await givePhoto(app, replaced.parent);
    const rejected = await sent();
    const why = { reasons: ['blurred' as const], note: null, seen: 'pending' as const };
    await app.reviewPhoto.reject(system, rejected.parent.schoolId, rejected.photoId, why);
    for (const { photoId } of [replaced, rejected]) {
      const before = await rowOf(photoId);
      expect(await checking.check(photoId)).toEqual({ ok: false, reason: 'gone' });
      expect(await rowOf(photoId)).toEqual(before);
    }
    expect(await checking.check(999_999)).toEqual({ ok: false, reason: 'gone' });
  });

  test('of a photo that was approved meanwhile changes nothing of the approval', async () => {
    const { parent, photoId } = await sent();
    await app.reviewPhoto.approve(system, parent.schoolId, photoId);
    const { status, reviewed_at } = await rowOf(photoId);
    await checking.check(photoId);
    expect(await rowOf(photoId)).toMatchObject({ status, reviewed_at, checks_verdict: 'passed' });
  });
});

describe('a checker that is late', () => {
  test('keeps nobody waiting: the answer comes later and is kept all the same', async () => {
    const { photoId } = await sent();
    say = 'slow';
    const began = performance.now();
    expect(await checking.checkWithin(photoId, 50)).toBeUndefined();
    expect(performance.now() - began).toBeLessThan(350);
    say = 'good';
    await expect.poll(() => rowOf(photoId)).toMatchObject({ checks_verdict: 'passed' });
    const { ChecksRun, ChecksLate } = app.metrics.read().counts;
    expect([ChecksRun > 0, ChecksLate]).toEqual([true, 1]);
  });

  test('that dies of a photo says nothing; the job is told and tries again', async () => {
    const { photoId } = await sent();
    say = 'crash';
    expect(await checking.checkWithin(photoId, 2000)).toBeUndefined();
    expect(await checking.check(photoId)).toEqual({ ok: false, reason: 'failed' });
    say = 'good';
    expect(await checking.check(photoId)).toMatchObject({ ok: true });
  });

  test('the job is queued with the photo, in its transaction, for later', async () => {
    const before = await app.queue.count();
    const { photoId } = await sent();
    expect((await app.queue.count())['photo-check']?.waiting).toBe((before['photo-check']?.waiting ?? 0) + 1);
    const job = (await app.queue.list()).find(({ payload }) => (payload as { photoId: number }).photoId === photoId);
    expect(job?.startsAt.getTime()).toBeGreaterThan(Date.now() + 5000);
  });
});

describe('the very same picture of another parent', () => {
  test('is found in another size and compression, by both; another picture is not', async () => {
    const first = await sent(PRINT);
    const far = await sent(FAR);
    expect(await same(first.photoId)).toEqual(['ok', 0, 'passed']);
    const second = await sent(NEAR);
    expect(await same(second.photoId)).toEqual(['advice', 1, 'advice']);
    expect(await same(first.photoId)).toEqual(['advice', 1, 'advice']); // it waits too
    expect(await same(far.photoId)).toEqual(['ok', 0, 'passed']);
  });

  test('is found by its bytes alone where the picture has no print', async () => {
    const [first, second] = [await sent(), await sent()];
    const source_sha256 = 'ab12'.repeat(16);
    await app.db('photos').whereIn('id', [first.photoId, second.photoId]).update({ source_sha256 });
    await checking.check(first.photoId);
    await checking.check(second.photoId);
    expect(await same(second.photoId)).toEqual(['advice', 1, 'advice']);
  });

  test('is no matter of the same parent, of another school, or of what is decided already', async () => {
    const print = '00ff33cc'.repeat(4);
    const first = await sent(print);
    await app.reviewPhoto.approve(system, first.parent.schoolId, first.photoId);
    say = `print ${print}`;
    const again = await givePhoto(app, first.parent);
    await checking.check(again);
    expect(await same(again)).toEqual(['ok', 0, 'passed']);

    const hillside = await app.createSchool({ kind: 'cli' }, { name: 'Hillside School', timeZone: 'UTC' });
    const elsewhere = await givePhoto(app, await addParent(app, 'kwame', { schoolId: hillside.id }));
    await checking.check(elsewhere);
    expect(await same(elsewhere)).toEqual(['ok', 0, 'passed']);
    say = 'good';
    const other = await sent(print);
    expect(await same(other.photoId)).toEqual(['advice', 2, 'advice']);
    expect(await same(first.photoId)).toEqual(['ok', 0, 'passed']); // approved: nobody decides any more
  });

  test('two at once: one of them finds the other', async () => {
    const print = 'a5c396f0'.repeat(4);
    const [first, second] = [await sent(), await sent()];
    say = `print ${print}`;
    await Promise.all([checking.check(first.photoId), checking.check(second.photoId)]);
    say = 'good';
    expect(await same(first.photoId)).toEqual(['advice', 1, 'advice']);
    expect(await same(second.photoId)).toEqual(['advice', 1, 'advice']);
  });

  test('one whose portrait is being cut at this moment is waited for', async () => {
    const print = '3c5a0f69'.repeat(4);
    const first = await sent(print);
    const second = await sent();
    say = `print ${print}`;
    const looking = await app.db.transaction(async (trx) => {
      await trx('photos').where({ id: first.photoId }).forUpdate().first('id');
      const check = checking.check(second.photoId);
      await expect.poll(waiting).toBeGreaterThan(0);
      return { check };
    });
    await looking.check;
    say = 'good';
    expect(await same(first.photoId)).toEqual(['advice', 1, 'advice']);
    expect(await same(second.photoId)).toEqual(['advice', 1, 'advice']);
  });

  test('what it is found by goes with the photo', async () => {
    const { photoId } = await sent(PRINT);
    await app.db('photos').where({ id: photoId }).delete();
    expect(await app.db('photo_prints').where({ photo_id: photoId })).toEqual([]);
  });
});

test('a decision and a check at the same moment wait for each other, and not in a circle', async () => {
  const { parent, photoId } = await sent();
  const looking = await app.db.transaction(async (trx) => {
    await app.parents.lock(trx, parent.id);
    const check = checking.check(photoId);
    await expect.poll(waiting).toBeGreaterThan(0);
    await trx('photos')
      .where({ id: photoId })
      .update({ width: trx.ref('width') }); // as a decision does, after the parent
    return { check };
  });
  expect(await looking.check).toMatchObject({ ok: true });
});

/** How many wait for a lock. */
const waiting = async (): Promise<number> => {
  const { rows } = await app.db.raw<{ rows: { n: number }[] }>(
    `select count(*)::int as n from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`,
  );
  return rows[0]?.n ?? 0;
};
