import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { givePhoto } from '../support/actors.ts';
import { type App, startApp } from '../support/app.ts';
import { addParent } from '../support/cast.ts';
import { giveChecks, saying } from '../support/checked.ts';

const system = { kind: 'system' } as const;
let app: App;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.stop());

describe('how often', () => {
  const counted = async (since = new Date()) => {
    const { schoolId } = await addParent(app);
    return app.countChecks(schoolId, since);
  };

  test('a check fired, a better photo came, it was sent anyway, then approved or not', async () => {
    await app.db('check_counts').delete();
    const advise = async (said: Parameters<typeof saying>[0]) => {
      const parent = await addParent(app);
      const one = { parent, photoId: await givePhoto(app, parent) };
      await giveChecks(app, one.photoId, saying(said));
      return one;
    };
    const overrule = async ({ parent, photoId }: Awaited<ReturnType<typeof advise>>) => {
      const photo = await app.photos.findOfParent(parent.id, photoId);
      return photo && app.sendAnyway(parent, photo);
    };
    const dark = { 'too-dark': { level: 'advice' as const } };
    await advise({});
    const better = await advise(dark);
    await givePhoto(app, better.parent);
    const anyway = await advise({ ...dark, turned: { level: 'advice' } });
    expect(await overrule(anyway)).toBe(true);
    expect(await overrule(anyway)).toBe(false); // once
    const twin = await advise({ 'same-picture': { level: 'advice' } });
    expect(await overrule(twin)).toBe(false); // the parent was told nothing
    await app.reviewPhoto.approve(system, anyway.parent.schoolId, anyway.photoId);

    const none = { hinted: 0, better: 0, anyway: 0, approved: 0 };
    const wanted = {
      photos: { looked: 4, hinted: 0, advised: 3, better: 1, anyway: 1, approved: 1 },
      'too-dark': { looked: 4, hinted: 0, advised: 2, better: 1, anyway: 1, approved: 1 },
      turned: { looked: 4, hinted: 0, advised: 1, better: 0, anyway: 1, approved: 1 },
      'same-picture': { ...none, looked: 4, advised: 1 },
      blurred: { ...none, looked: 4, advised: 0 },
    };
    const check = async () => {
      const { photos, byCode } = await counted();
      expect({ photos, ...byCode }).toMatchObject(wanted);
    };
    await check();
    expect(await app.foldCounts()).toBeGreaterThan(0);
    await check();

    const why = { reasons: ['blurred' as const], note: null, seen: 'approved' as const };
    await app.reviewPhoto.reject(system, anyway.parent.schoolId, anyway.photoId, why);
    expect((await counted()).byCode['turned']).toMatchObject({ anyway: 1, approved: 0 });
    expect((await counted(new Date(Date.now() + 2 * 24 * 3600 * 1000))).photos.looked).toBe(0);
  });
});
