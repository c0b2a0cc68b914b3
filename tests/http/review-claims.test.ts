import { afterEach, beforeEach, expect, test } from 'vitest';
import { paths } from '../../src/http/paths.ts';
import type { Parent } from '../../src/parents/parent.ts';
import { csrfOn, givePhoto } from '../support/actors.ts';
import { type App, movableClock, startApp } from '../support/app.ts';
import { addParent, addStaff } from '../support/cast.ts';
import { enterOffice, expectSound, noticeOn } from '../support/office-visitor.ts';
import type { Page, Visitor } from '../support/visitor.ts';

let clock: ReturnType<typeof movableClock>;
let app: App;
let ruth: Visitor & { page: Page };
let ben: Visitor & { page: Page };
let family: Parent[];
let photos: number[];
beforeEach(async () => {
  clock = movableClock();
  app = await startApp({ clock });
  await addStaff(app, 'ruth');
  await addStaff(app, 'ben');
  ruth = await enterOffice(app, 'ruth');
  ben = await enterOffice(app, 'ben');
  family = [];
  for (const surname of ['One', 'Two', 'Three', 'Four'])
    family.push(await addParent(app, 'maria', { surname, className: surname === 'Four' ? '6C' : '3B' }));
  photos = [];
  for (const parent of family) photos.push(await givePhoto(app, parent));
});
afterEach(() => app.stop());

const whoOn = (page: Page) => page.root.querySelector('.review h2')?.text.split(' ').at(-1) ?? '';
const claims = async () =>
  (await app.db('review_claims').orderBy('photo_id').select<{ photo_id: string }[]>('photo_id')).map((row) =>
    Number(row.photo_id),
  );
const start = async (who: Visitor) => who.submit(await who.open(paths.review), 'Start reviewing');

test('two reviewers who start get two photos, and each decision claims the next one that nobody has', async () => {
  let [mine, hers] = [await start(ben), await start(ruth)];
  expect([whoOn(mine), whoOn(hers)]).toEqual(['One', 'Two']);
  expect(mine.text).not.toContain('Start reviewing');
  expectSound(mine);
  mine = await ben.submit(mine, 'Approve');
  expect(whoOn(mine), 'not Ruth’s').toBe('Three');
  hers = await ruth.submit(hers, 'Reject', { reason: 'blurred' });
  expect(whoOn(hers), 'not Ben’s').toBe('Four');
  expect(await claims()).toEqual([photos[2], photos[3]]);
  mine = await ben.submit(mine, 'Approve');
  expect(mine.text, 'all that is left is Ruth’s').toContain('Ruth Adeyemi is looking at this photo.');
  hers = await ruth.submit(hers, 'Approve');
  expect(hers.text).toContain('You have reviewed every photo');
  expect(await claims()).toEqual([]);
});

test('two who open the same photo in the same moment: the second is led to another one, the first keeps it', async () => {
  const [mine, hers] = [await ben.open(paths.review), await ruth.open(paths.review)];
  expect([whoOn(mine), whoOn(hers)]).toEqual(['One', 'One']);
  const keep = (who: Visitor, page: Page) =>
    who.post(paths.reviewClaim, new URLSearchParams({ _csrf: csrfOn(page), photo: String(photos[0]), do: 'keep' }));
  expect((await keep(ben, mine)).status).toBe(204);
  const led = await keep(ruth, hers);
  expect([led.status, whoOn(led)]).toEqual([200, 'Two']);
  expect(await claims()).toEqual([photos[0], photos[1]]);
});

test('the same decision sent again, as after a broken connection, is theirs and done', async () => {
  const seen = await start(ben);
  for (const page of [await ben.submit(seen, 'Approve'), await ben.submit(seen, 'Approve')]) {
    expect(noticeOn(page)).toBe('You approved Maria One.');
  }
  expect(await app.db('events').where({ kind: 'photo.approved', photo_id: photos[0] })).toHaveLength(1);
});

test('looking claims nothing: a GET of any kind leaves the table as it is', async () => {
  for (const query of ['', `?photo=${photos[1]}`, `?after=${photos[0]}`, '?class=3B'])
    await ben.open(paths.review + query);
  expect(await claims()).toEqual([]);
  expect((await ben.open(paths.review)).text).toContain('Start reviewing');
});

test('next and previous claim what they lead to, give back what was before, and leave out what a colleague has', async () => {
  let page = await start(ben);
  await ruth.submit(await ruth.open(`${paths.review}?photo=${photos[1]}`), 'Start reviewing');
  expect(await claims()).toEqual([photos[0], photos[1]]);
  page = await ben.submit(page, 'Next');
  expect(whoOn(page)).toBe('Three');
  expect(await claims()).toEqual([photos[1], photos[2]]);
  page = await ben.submit(page, 'Previous');
  expect(whoOn(page)).toBe('One');
  page = await ben.submit(await ben.open(`${paths.review}?class=6C`), 'Start reviewing');
  expect([whoOn(page), page.text.includes('1 of 1')]).toEqual(['Four', true]);
});

test('a photo that a colleague is looking at can still be opened and decided; the colleague is told', async () => {
  const hers = await start(ruth);
  const mine = await ben.open(`${paths.review}?photo=${photos[0]}`);
  expect(noticeOn(mine)).toBe('Ruth Adeyemi is looking at this photo. You can still decide.');
  expect(mine.text).not.toContain('Start reviewing');
  expectSound(mine);
  await ben.submit(mine, 'Approve');
  const late = await ruth.submit(hers, 'Reject', { reason: 'blurred' });
  expect(noticeOn(late)).toMatch(/^A colleague has already decided about the photo of Maria One/);
  expect(whoOn(late), 'the next that is free').toBe('Three');
});

test('a claim is given back after five minutes, by a link away, by signing out, and with the school', async () => {
  await start(ben);
  clock.forward(5 * 60_000 - 1000);
  expect(whoOn(await start(ruth))).toBe('Two');
  clock.forward(2000);
  expect(whoOn(await start(ruth)), 'five minutes are over').toBe('One');

  const fields = { _csrf: csrfOn(ruth.page), photo: String(photos[0]), do: 'give-back' };
  await ben.post(paths.reviewClaim, new URLSearchParams({ ...fields, _csrf: csrfOn(ben.page) }));
  expect(await claims(), 'not by somebody else').toEqual([photos[0]]);
  await ruth.post(paths.reviewClaim, new URLSearchParams(fields));
  expect(await claims()).toEqual([]);

  await start(ben);
  await ben.submit(await ben.open(paths.review), 'Sign out');
  expect(await claims()).toEqual([]);
  await start(ruth);
  await ruth.post(paths.currentSchool, new URLSearchParams({ _csrf: csrfOn(ruth.page), school: '1' }));
  expect(await claims()).toEqual([]);
});

test('R36: nobody claims a photo of another school, or gives one back', async () => {
  const elmwood = await app.createSchool({ kind: 'cli' }, { name: 'Elmwood School', timeZone: 'UTC' });
  await addStaff(app, 'walter', elmwood.id);
  const walter = await enterOffice(app, 'walter');
  await start(ben);
  const before = await app.db('review_claims');
  for (const more of [{ photo: String(photos[1]) }, { after: '0' }, { photo: String(photos[0]), do: 'give-back' }]) {
    const page = await walter.post(paths.reviewClaim, new URLSearchParams({ _csrf: csrfOn(walter.page), ...more }));
    expect([page.status, page.text.includes('Maria')]).toEqual([200, false]);
  }
  expect(await app.db('review_claims')).toEqual(before);
});

test('six reviewers who go on at the same moment never get the same photo, and end with every photo decided once', async () => {
  const staff = await Promise.all(
    Array.from({ length: 6 }, async (_, n) => {
      const made = await app.createStaff(
        { kind: 'cli' },
        { email: `r${n}@example.org`, name: `R${n}`, role: 'reviewer', password: 'correct horse battery', schoolId: 1 },
      );
      if (!made.ok) throw new Error(made.reason);
      return made.value;
    }),
  );
  for (let n = 0; n < 20; n += 1) await givePhoto(app, await addParent(app, 'kwame', { surname: `K${n}` }));
  const decided: number[] = [];
  const busy = new Set<number>();
  const work = async (staffId: number) => {
    for (;;) {
      const photoId = await app.reviewClaims.claim({ staffId, schoolId: 1 }, { className: null });
      if (photoId === undefined) return;
      expect(busy.has(photoId), `${photoId} is somebody’s already`).toBe(false);
      busy.add(photoId);
      const outcome = await app.reviewPhoto.approve({ kind: 'staff', staffId }, 1, photoId);
      expect(outcome.ok).toBe(true);
      decided.push(photoId);
    }
  };
  await Promise.all(staff.map(work));
  expect(decided.length).toBe(24);
  expect(new Set(decided).size).toBe(24);
});

test('the same person in two windows has one claim, also when both go on at once', async () => {
  const staffId = Number((await app.db('staff').where({ name: 'Ben Okafor' }).first<{ id: string }>('id')).id);
  const claim = (after: number) => app.reviewClaims.claim({ staffId, schoolId: 1 }, { className: null, after });
  const got = await Promise.all([0, ...photos.slice(0, 3)].map(claim));
  expect(new Set(got).size).toBe(4);
  expect(await claims()).toHaveLength(1);
});
