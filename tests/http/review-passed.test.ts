import { afterEach, beforeEach, expect, test } from 'vitest';
import { paths, to } from '../../src/http/paths.ts';
import type { Parent } from '../../src/parents/parent.ts';
import { PASSED_ON_A_PAGE } from '../../src/photos/passed-photos.ts';
import { csrfOn, givePhoto } from '../support/actors.ts';
import { type App, startApp } from '../support/app.ts';
import { addParent, addStaff } from '../support/cast.ts';
import { giveChecks, saying } from '../support/checked.ts';
import { enterOffice, expectSound, noticeOn } from '../support/office-visitor.ts';
import type { Page, Visitor } from '../support/visitor.ts';

let app: App;
let ben: Visitor & { page: Page };
beforeEach(async () => {
  app = await startApp();
  await addStaff(app, 'ruth');
  await addStaff(app, 'ben');
  ben = await enterOffice(app, 'ben');
});
afterEach(() => app.stop());

const passed = async (surname: string, className = '3B'): Promise<{ parent: Parent; photoId: number }> => {
  const parent = await addParent(app, 'maria', { surname, className });
  const photoId = await givePhoto(app, parent);
  await giveChecks(app, photoId);
  return { parent, photoId };
};
const facesOn = (page: Page) => page.root.querySelectorAll('.face bdi').map((name) => name.text.replace('Maria ', ''));
const statusOf = async (photoId: number) => (await app.photos.find(1, photoId))?.status;
const approve = (page: Page, ids: number[]) => ben.submit(page, 'Approve the ticked photos', { id: ids.map(String) });

test('the photos that passed every check are shown first; those that stay ticked are approved, and undone by one press', async () => {
  const one = await passed('One');
  const two = await passed('Two');
  const three = await passed('Three');
  const parent = await addParent(app, 'kwame');
  const advised = await givePhoto(app, parent);
  await giveChecks(app, advised, saying({ turned: { level: 'advice' } }));
  const unchecked = await givePhoto(app, await addParent(app, 'amina'));

  let page = await ben.follow(await ben.open(paths.review), '3 passed every check');
  expect(page.text).toContain('These 3 photos passed every check, and no other parent has sent the same picture.');
  expect(facesOn(page)).toEqual(['One', 'Two', 'Three']);
  expect(page.root.querySelectorAll('input[name=id][checked]')).toHaveLength(3);
  expectSound(page);

  page = await approve(page, [one.photoId, three.photoId]);
  expect(page.url).toContain(paths.review);
  expect(noticeOn(page)).toBe('You approved 2 photos.');
  expectSound(page);
  const all = [one, two, three].map(({ photoId }) => photoId);
  expect(await Promise.all([...all, advised, unchecked].map(statusOf))).toEqual([
    ...['approved', 'pending', 'approved', 'pending', 'pending'],
  ]);
  expect((await app.timeline(1, one.parent.id))[0]).toMatchObject({ kind: 'photo.approved', staffName: 'Ben Okafor' });

  page = await ben.submit(page, 'Undo');
  expect(noticeOn(page)).toBe('2 photos wait for review again.');
  expect(await Promise.all(all.map(statusOf))).toEqual(['pending', 'pending', 'pending']);
  expect((await app.timeline(1, three.parent.id))[0]).toMatchObject({ kind: 'photo.undecided' });
});

test('what changed meanwhile is left out, and said: replaced, decided, checked again, archived', async () => {
  const same = await passed('Same');
  const replaced = await passed('Replaced');
  const decided = await passed('Decided');
  const advised = await passed('Advised');
  const archived = await passed('Archived');
  const page = await ben.open(paths.reviewPassed);
  await givePhoto(app, replaced.parent);
  await app.reviewPhoto.reject({ kind: 'cli' }, 1, decided.photoId, {
    reasons: ['blurred'],
    note: null,
    seen: 'pending',
  });
  await giveChecks(app, advised.photoId, saying({ 'too-dark': { level: 'advice' } }));
  await app.leaving.archive({ kind: 'cli' }, 1, archived.parent.id, '');
  const after = await ben.submit(page, 'Approve the ticked photos');
  expect(noticeOn(after)).toBe('You approved 1 photo. 4 changed meanwhile and were left out.');
  expect(
    await Promise.all([same, replaced, decided, advised, archived].map(({ photoId }) => statusOf(photoId))),
  ).toEqual(['approved', 'superseded', 'rejected', 'pending', 'pending']);
});

test('a batch is undone as far as it still can be', async () => {
  const one = await passed('One');
  const two = await passed('Two');
  const page = await ben.submit(await ben.open(paths.reviewPassed), 'Approve the ticked photos');
  await givePhoto(app, one.parent);
  const batch = page.root.querySelector('input[name=batch]')?.getAttribute('value') ?? '';
  const body = new URLSearchParams({ _csrf: csrfOn(page), batch });
  expect(noticeOn(await ben.post(paths.reviewPassedUndo, body))).toBe(
    '1 photo waits for review again. 1 has changed since and stays as it is.',
  );
  expect([await statusOf(one.photoId), await statusOf(two.photoId)]).toEqual(['approved', 'pending']);
  expect(noticeOn(await ben.post(paths.reviewPassedUndo, body))).toContain('No approval was undone.');
});

test('a picture that another parent has sent too is not among them, whatever the verdict; nor is one that a colleague looks at', async () => {
  const one = await passed('One');
  const two = await passed('Two');
  const three = await passed('Three');
  await giveChecks(app, one.photoId, saying({ 'same-picture': { level: 'hint' } }));
  await giveChecks(app, two.photoId, saying({ 'eyes-closed': { level: 'hint' } }));
  expect(facesOn(await ben.open(paths.reviewPassed))).toEqual(['Two', 'Three']);
  const ruth = Number((await app.db('staff').where({ name: 'Ruth Adeyemi' }).first<{ id: string }>('id')).id);
  await app.reviewClaims.claim({ staffId: ruth, schoolId: 1 }, { className: null, photoId: three.photoId });
  expect(facesOn(await ben.open(paths.reviewPassed))).toEqual(['Two']);
});

test('of a class; with nothing ticked; with nobody left', async () => {
  const one = await passed('One', '3B');
  await passed('Two', '6C');
  let page = await ben.follow(await ben.open(`${paths.review}?class=3B`), '1 passed every check');
  expect(facesOn(page)).toEqual(['One']);
  expect(page.text).toContain('This photo passed every check');
  page = await approve(page, []);
  expect(noticeOn(page)).toBe('No photo was approved.');
  page = await approve(await ben.open(`${paths.reviewPassed}?class=3B`), [one.photoId]);
  expect(page.text).toContain('You have reviewed every photo of class 3B');
  page = await ben.open(`${paths.reviewPassed}?class=3B`);
  expect(page.text).toContain('No photo passed every check');
  expectSound(page);
});

test('more than a page holds: the next page comes after the approval, and no form asks for more than that', async () => {
  for (let n = 0; n < PASSED_ON_A_PAGE + 2; n += 1) await passed(`N${n}`);
  let page = await ben.open(paths.reviewPassed);
  expect(facesOn(page)).toHaveLength(PASSED_ON_A_PAGE);
  expect(page.text).toContain('36 of 38 photos that passed every check.');
  const later = await ben.follow(page, 'Next photos');
  expect(facesOn(later)).toEqual(['N36', 'N37']);
  page = await ben.submit(page, 'Approve the ticked photos');
  expect(noticeOn(page)).toBe('You approved 36 photos.');
  expect(facesOn(page)).toEqual(['N36', 'N37']);
  expectSound(page);
  page = await ben.submit(page, 'Undo');
  expect(noticeOn(page)).toBe('36 photos wait for review again.');
}, 60_000);

test('R36: another school’s photos are neither shown, approved nor undone', async () => {
  const elmwood = await app.createSchool({ kind: 'cli' }, { name: 'Elmwood School', timeZone: 'UTC' });
  await addStaff(app, 'walter', elmwood.id);
  const walter = await enterOffice(app, 'walter');
  const { photoId, parent } = await passed('One');
  expect((await walter.open(paths.reviewPassed)).text).not.toContain('Maria');
  const _csrf = csrfOn(walter.page);
  const tried = await walter.post(paths.reviewPassed, new URLSearchParams({ _csrf, id: String(photoId) }));
  expect(noticeOn(tried)).toBe('No photo was approved. 1 changed meanwhile and was left out.');
  expect(await statusOf(photoId)).toBe('pending');
  const page = await ben.submit(await ben.open(paths.reviewPassed), 'Approve the ticked photos');
  const batch = page.root.querySelector('input[name=batch]')?.getAttribute('value') ?? '';
  await walter.post(paths.reviewPassedUndo, new URLSearchParams({ _csrf, batch }));
  expect(await statusOf(photoId)).toBe('approved');
  expect(
    (await ben.post(paths.reviewPassedUndo, new URLSearchParams({ _csrf: csrfOn(page), batch: 'x' }))).status,
  ).toBe(400);
  expect((await ben.open(to.adminParent(parent.id))).text).toContain('Undo the approval');
});
