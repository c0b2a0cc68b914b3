import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { paths, to } from '../../src/http/paths.ts';
import type { Parent } from '../../src/parents/parent.ts';
import { csrfOn, givePhoto } from '../support/actors.ts';
import { type App, movableClock, startApp } from '../support/app.ts';
import { addParent, addStaff } from '../support/cast.ts';
import { enterOffice, expectSound, noticeOn } from '../support/office-visitor.ts';
import { makeVisitor, type Page, type Visitor } from '../support/visitor.ts';

const DAY = 24 * 3600 * 1000;
let clock: ReturnType<typeof movableClock>;
let app: App;
let ruth: Visitor;
let ben: Visitor;
let maria: Parent;
beforeEach(async () => {
  clock = movableClock();
  app = await startApp({ clock });
  await addStaff(app, 'ruth');
  await addStaff(app, 'ben');
  ruth = await enterOffice(app, 'ruth');
  ben = await enterOffice(app, 'ben');
  maria = await addParent(app, 'maria');
});
afterEach(() => app.stop());

const whoOn = (page: Page) => page.root.querySelector('.review h2')?.text ?? '';
const statusOf = async (photoId: number) => (await app.photos.find(maria.schoolId, photoId))?.status;
const parentNow = async () => (await app.parents.findById(maria.id))?.status;
const hasUndo = (page: Page) => page.root.querySelectorAll('form[action$=undo]').length > 0;
const kinds = async () => (await app.timeline(maria.schoolId, maria.id)).map(({ kind }) => kind);

/** The form of an undo as it stands on a page, to be sent later. */
const undoFormOn = (page: Page) => {
  const form = page.root.querySelector('form[action$=undo]');
  const fields = new URLSearchParams();
  for (const input of form?.querySelectorAll('[name]') ?? [])
    fields.append(input.getAttribute('name') ?? '', input.getAttribute('value') ?? '');
  return { action: form?.getAttribute('action') ?? '', fields };
};

test('an approval is undone from the notice after it: the photo waits again, the one before it is in force again', async () => {
  const first = await givePhoto(app, maria);
  await ben.submit(await ben.open(paths.review), 'Approve');
  const second = await givePhoto(app, maria);
  await givePhoto(app, await addParent(app, 'kwame'));
  let page = await ben.submit(await ben.open(paths.review), 'Approve');
  expect([await statusOf(first), await statusOf(second)]).toEqual(['superseded', 'approved']);
  expect(noticeOn(page)).toBe('You approved Maria Santos.');
  expect(whoOn(page)).toBe('Kwame Mensah');
  expect(page.root.querySelectorAll('form.notice.undo')).toHaveLength(1);

  page = await ben.submit(page, 'Undo');
  expect(noticeOn(page)).toBe('The photo of Maria Santos waits for review again.');
  expect(whoOn(page)).toBe('Maria Santos');
  expect(page.text).toContain('Approved photo stays in force');
  expectSound(page);
  expect([await statusOf(first), await statusOf(second), await parentNow()]).toEqual([
    'approved',
    'pending',
    'pending',
  ]);
  expect(await app.photos.find(maria.schoolId, second)).toMatchObject({ reviewedAt: null, reviewedBy: null });
  expect((await kinds()).slice(0, 3)).toEqual(['photo.reinstated', 'photo.undecided', 'photo.approved']);
  const history = (await ruth.open(to.adminParent(maria.id))).root.querySelector('.timeline')?.text ?? '';
  expect(history).toMatch(/Earlier photo approved again.*Approval undone.*by Ben Okafor.*Photo approved/s);
  await ben.submit(await ben.open(`${paths.review}?photo=${second}`), 'Approve');
  expect([await statusOf(first), await statusOf(second)], 'and is decided anew').toEqual(['superseded', 'approved']);
});

test('a rejection is undone after leaving the page, also where nothing waits any more; the parent’s page follows at once', async () => {
  const photoId = await givePhoto(app, maria);
  await ben.submit(await ben.open(paths.review), 'Reject', { reason: 'blurred', note: 'Hold still' });
  const link = () => makeVisitor(app.url, { 'accept-language': 'en' }).open(to.link(maria.uniqueId));
  expect((await link()).text).toContain('We need a new photo');
  await ben.open(paths.adminParents);
  let page = await ben.open(paths.review);
  expect(page.text).toContain('You have reviewed every photo');
  expect(page.text).toMatch(/You rejected the photo of Maria Santos today at \d\d:\d\d\./);
  expectSound(page);
  page = await ben.submit(page, 'Undo');
  expect(whoOn(page)).toBe('Maria Santos');
  expect(await app.photos.find(maria.schoolId, photoId)).toMatchObject({
    ...{ status: 'pending', rejectReasons: [], rejectNote: null },
  });
  expect((await link()).text).not.toContain('We need a new photo');
});

test('an approved photo that was rejected is approved again, by whoever approved it', async () => {
  const photoId = await givePhoto(app, maria);
  await ben.submit(await ben.open(paths.review), 'Approve');
  const approved = await app.photos.find(maria.schoolId, photoId);
  const asked = await ruth.follow(await ruth.open(to.adminParent(maria.id)), 'Reject');
  const rejected = await ruth.submit(asked, 'Reject photo', { reason: 'wrong-person' });
  expect(await statusOf(photoId)).toBe('rejected');
  let page = await ruth.submit(rejected, 'Undo the rejection');
  expect(noticeOn(page)).toBe('The photo of Maria Santos is approved again.');
  expectSound(page);
  expect(await app.photos.find(maria.schoolId, photoId)).toEqual(approved);
  page = await ruth.submit(page, 'Undo the approval');
  expect(noticeOn(page)).toBe('The photo of Maria Santos waits for review again.');
  expect([await statusOf(photoId), hasUndo(page)]).toEqual(['pending', false]);
});

test('undone photos of another class are shown, whatever class is being reviewed', async () => {
  await givePhoto(app, maria);
  await givePhoto(app, await addParent(app, 'kwame'));
  await ben.submit(await ben.open(paths.review), 'Approve');
  const page = await ben.submit(await ben.open(`${paths.review}?class=6C`), 'Undo');
  expect(whoOn(page)).toBe('Maria Santos');
});

describe('whose', () => {
  test('everybody is offered their own last decision; an admin undoes a colleague’s on the parent’s page, a reviewer does not', async () => {
    const photoId = await givePhoto(app, maria);
    const page = await ruth.submit(await ruth.open(paths.review), 'Approve');
    const { action, fields } = undoFormOn(page);
    expect(hasUndo(await ben.open(paths.review))).toBe(false);
    const seen = await ben.open(to.adminParent(maria.id));
    expect(hasUndo(seen)).toBe(false);
    fields.set('_csrf', csrfOn(seen));
    expect(noticeOn(await ben.post(action, fields))).toBe(
      'A colleague decided about Maria Santos. Only they and people who can do everything may undo that.',
    );
    expect(await statusOf(photoId)).toBe('approved');

    const kwame = await addParent(app, 'kwame');
    const other = await givePhoto(app, kwame);
    await ben.submit(await ben.open(paths.review), 'Approve');
    await ruth.submit(await ruth.open(to.adminParent(kwame.id)), 'Undo the approval');
    expect(await statusOf(other)).toBe('pending');
  });

  test('R36: another school’s decision is not found', async () => {
    const elmwood = await app.createSchool({ kind: 'cli' }, { name: 'Elmwood School', timeZone: 'UTC' });
    await addStaff(app, 'walter', elmwood.id);
    const walter = await enterOffice(app, 'walter');
    const photoId = await givePhoto(app, maria);
    const { action, fields } = undoFormOn(await ruth.submit(await ruth.open(paths.review), 'Approve'));
    fields.set('_csrf', csrfOn(walter.page));
    expect((await walter.post(action, fields)).status).toBe(404);
    expect(await statusOf(photoId)).toBe('approved');
  });
});

describe('cannot be undone, and a sentence says why:', () => {
  /** Ben approves Maria's photo; gives the form that would undo it. */
  const approved = async () => {
    const photoId = await givePhoto(app, maria);
    return { photoId, ...undoFormOn(await ben.submit(await ben.open(paths.review), 'Approve')) };
  };

  test('a newer photo waits', async () => {
    const { photoId, action, fields } = await approved();
    const newer = await givePhoto(app, maria);
    expect(hasUndo(await ben.open(paths.review)), 'not offered').toBe(false);
    expect(noticeOn(await ben.post(action, fields))).toMatch(/^Maria Santos has sent a newer photo meanwhile/);
    expect([await statusOf(photoId), await statusOf(newer)]).toEqual(['approved', 'pending']);
  });

  test('it was decided about again', async () => {
    const { photoId, action, fields } = await approved();
    const asked = await ruth.follow(await ruth.open(to.adminParent(maria.id)), 'Reject');
    await ruth.submit(asked, 'Reject photo', { reason: 'blurred' });
    expect(noticeOn(await ben.post(action, fields))).toMatch(/^Somebody has decided about Maria Santos again/);
    expect(await statusOf(photoId)).toBe('rejected');
    expect(hasUndo(await ben.open(paths.review)), 'not offered').toBe(false);
  });

  test('a newer photo was approved', async () => {
    const { photoId, action, fields } = await approved();
    const newer = await givePhoto(app, maria);
    await ruth.submit(await ruth.open(paths.review), 'Approve');
    expect(noticeOn(await ben.post(action, fields))).toMatch(/^Somebody has decided about Maria Santos again/);
    expect([await statusOf(photoId), await statusOf(newer)]).toEqual(['superseded', 'approved']);
  });

  test('it was undone already, also twice at once', async () => {
    const { photoId, action, fields } = await approved();
    const answers = await Promise.all([1, 2, 3].map(() => ben.post(action, fields)));
    expect(answers.map(noticeOn).filter((text) => text.includes('waits for review again'))).toHaveLength(1);
    expect(noticeOn(await ben.post(action, fields))).toMatch(/was taken back already/);
    expect(await statusOf(photoId)).toBe('pending');
    expect((await kinds()).filter((kind) => kind === 'photo.undecided')).toHaveLength(1);
  });

  test('the files of the photo before it, or its own, were deleted when their time was over', async () => {
    const first = await givePhoto(app, maria);
    await app.reviewPhoto.approve({ kind: 'cli' }, maria.schoolId, first);
    const second = await approved();
    clock.forward(31 * DAY);
    expect(await app.clearPhotos()).toBe(1);
    ben = await enterOffice(app, 'ben'); // the session is over too
    second.fields.set('_csrf', csrfOn(await ben.open(to.adminParent(maria.id))));
    expect(noticeOn(await ben.post(second.action, second.fields))).toMatch(/was deleted when its time was over/);
    expect([await statusOf(second.photoId), await parentNow()]).toEqual(['approved', 'approved']);
  });

  test('the parent was archived, or has deleted the photo', async () => {
    const { photoId, action, fields } = await approved();
    await app.leaving.archive({ kind: 'cli' }, maria.schoolId, maria.id, '');
    expect((await ben.post(action, fields)).status).toBe(404);
    expect(await statusOf(photoId)).toBe('approved');
    await app.deletePhotos(maria);
    expect((await ben.post(action, fields)).status).toBe(404);
    expect(await app.db('decisions')).toEqual([]);
  });

  test('the last decision is offered for twelve hours; later it is undone on the parent’s page', async () => {
    const { photoId } = await approved();
    clock.forward(DAY / 2 + 60_000);
    ben = await enterOffice(app, 'ben');
    expect(hasUndo(await ben.open(paths.review))).toBe(false);
    await ben.submit(await ben.open(to.adminParent(maria.id)), 'Undo the approval');
    expect(await statusOf(photoId)).toBe('pending');
  });
});
