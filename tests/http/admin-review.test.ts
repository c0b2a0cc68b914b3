import { afterEach, beforeEach, expect, test } from 'vitest';
import { paths, to } from '../../src/http/paths.ts';
import type { Parent } from '../../src/parents/parent.ts';
import { cookieOf, givePhoto } from '../support/actors.ts';
import { type App, startApp } from '../support/app.ts';
import { addParent, addStaff } from '../support/cast.ts';
import { enterOffice, expectSound, noticeOn } from '../support/office-visitor.ts';
import type { Page, Visitor } from '../support/visitor.ts';

let app: App;
let ruth: Visitor;
let ben: Visitor;
let maria: Parent;
let kwame: Parent;
let amina: Parent;
beforeEach(async () => {
  app = await startApp();
  await addStaff(app, 'ruth');
  await addStaff(app, 'ben');
  ruth = await enterOffice(app, 'ruth');
  ben = await enterOffice(app, 'ben');
  maria = await addParent(app, 'maria', { locale: 'es' });
  kwame = await addParent(app, 'kwame');
  amina = await addParent(app, 'amina');
});
afterEach(() => app.stop());

const whoOn = (page: Page) => page.root.querySelector('.review h2, .cols h2')?.text ?? '';
const statusOf = async (photoId: number) => (await app.photos.find(maria.schoolId, photoId))?.status;

test('a reviewer goes through the waiting photos, oldest first; after each decision comes the next', async () => {
  const photos = [await givePhoto(app, maria), await givePhoto(app, kwame), await givePhoto(app, amina)];
  let page = await ben.open(paths.review);
  expectSound(page);
  expect(whoOn(page)).toBe('Maria Santos');
  expect(page.text).toContain('1 of 3');
  expect(page.text).toContain('The parent sees the reason in Español.');
  expect(page.root.querySelector('.photo img')?.getAttribute('src')).toBe(to.adminPicture(photos[0] ?? 0, 'full'));

  page = await ben.submit(page, 'Approve');
  expect(noticeOn(page)).toBe('You approved Maria Santos.');
  expect(whoOn(page)).toBe('Kwame Mensah');
  page = await ben.submit(page, 'Reject', { reason: 'too-far', note: '  Please come closer.\r\nThank you! ' });
  expect(noticeOn(page)).toBe('You rejected the photo of Kwame Mensah.');
  expect(whoOn(page)).toBe('Amina Abdi');
  page = await ben.submit(page, 'Approve');
  expect(page.text).toContain('You have reviewed every photo');
  expect(page.text).toContain('Today 2 were approved and 1 rejected.');
  expectSound(page);

  expect(await Promise.all(photos.map(statusOf))).toEqual(['approved', 'rejected', 'approved']);
  expect(await app.photos.find(kwame.schoolId, photos[1] ?? 0)).toMatchObject({
    rejectReasons: ['too-far'],
    rejectNote: 'Please come closer.\nThank you!',
  });
  page = await ruth.open(to.adminParent(kwame.id));
  expect(page.text).toContain('Please come closer.');
  expect(page.root.querySelector('.timeline')?.text).toMatch(/Photo rejected: Too far away.*by Ben Okafor/s);
  expectSound(page);
});

test('next, previous and the class filter; the decision stays within the class', async () => {
  await givePhoto(app, maria);
  await givePhoto(app, kwame);
  await app.db('parents').where({ id: amina.id }).update({ class_name: '6C' });
  await givePhoto(app, amina);
  let page = await ruth.open(paths.review);
  expect(page.root.querySelector('button[name=before]')).toBeNull();
  page = await ruth.submit(page, 'Next');
  expect(whoOn(page)).toBe('Kwame Mensah');
  page = await ruth.submit(page, 'Previous');
  expect(whoOn(page)).toBe('Maria Santos');
  page = await ruth.submit(page, 'Show', { class: '6C' });
  expect(whoOn(page)).toBe('Kwame Mensah');
  expect(page.text).toContain('1 of 2');
  page = await ruth.submit(page, 'Approve');
  expect(whoOn(page)).toBe('Amina Abdi');
  page = await ruth.submit(page, 'Approve');
  expect(page.text).toContain('You have reviewed every photo of class 6C');
  expect(page.text).toContain('1 photo is waiting in the other classes.');
  expectSound(page);
  page = await ruth.follow(page, 'Show all classes');
  expect(whoOn(page)).toBe('Maria Santos');
});

test('a rejection needs a reason: the same photo again, with the words, and the message kept', async () => {
  await givePhoto(app, maria);
  const photoId = await givePhoto(app, kwame);
  let page = await ruth.open(`${paths.review}?photo=${photoId}`);
  page = await ruth.submit(page, 'Reject', { note: 'Come <closer>' });
  expect(page.status).toBe(422);
  expect(whoOn(page)).toBe('Kwame Mensah');
  expect(page.root.querySelector('[role=alert] a')?.getAttribute('href')).toBe('#reason');
  expect(page.text).toContain('Choose what is wrong with the photo');
  expect(page.root.querySelector('#note')?.textContent).toBe('Come <closer>');
  expectSound(page);
  page = await ruth.submit(page, 'Reject', { reason: 'blurred', note: 'x'.repeat(301) });
  expect(page.status).toBe(422);
  expect(page.text).toContain('300 letters at most');
  expect(page.root.querySelector('input[checked]')?.getAttribute('value')).toBe('blurred');
  expect(await statusOf(photoId)).toBe('pending');
});

test('a colleague was quicker: said, and nothing is changed, whichever way both decided', async () => {
  const photoId = await givePhoto(app, maria);
  await givePhoto(app, kwame);
  const seen = await ruth.open(paths.review);
  await ben.submit(await ben.open(paths.review), 'Approve');
  for (const late of [await ruth.submit(seen, 'Reject', { reason: 'blurred' }), await ruth.submit(seen, 'Approve')]) {
    expect(noticeOn(late)).toBe(
      'A colleague has already decided about the photo of Maria Santos. Nothing was changed.',
    );
    expect(whoOn(late)).toBe('Kwame Mensah');
    expect(await statusOf(photoId)).toBe('approved');
  }
});

test('an approved photo can be rejected later, by someone who sees that it is approved', async () => {
  const photoId = await givePhoto(app, maria);
  await ben.submit(await ben.open(paths.review), 'Approve');
  const page = await ruth.follow(await ruth.open(to.adminParent(maria.id)), 'Reject');
  await ruth.submit(page, 'Reject photo', { reason: 'wrong-person' });
  expect(await statusOf(photoId)).toBe('rejected');
});

test('the parent has sent a newer photo meanwhile: the older one is not decided any more', async () => {
  const old = await givePhoto(app, maria);
  const seen = await ruth.open(paths.review);
  const newer = await givePhoto(app, maria);
  const page = await ruth.submit(seen, 'Approve');
  expect(noticeOn(page)).toBe('Maria Santos has sent a newer photo meanwhile. Please look at that one.');
  expect(page.root.querySelector('.photo img')?.getAttribute('src')).toBe(to.adminPicture(newer, 'full'));
  expect(page.text).toContain('Second try.');
  expect([await statusOf(old), await statusOf(newer)]).toEqual(['superseded', 'pending']);
});

test('approved and rejected from the parent’s page, which is where it leads back to', async () => {
  const first = await givePhoto(app, kwame);
  let page = await ben.submit(await ben.open(to.adminParent(kwame.id)), 'Approve');
  expect(page.url).toMatch(new RegExp(`^${to.adminParent(kwame.id)}\\?done=approved`));
  expect(noticeOn(page)).toBe('You approved Kwame Mensah.');
  expect(page.text).not.toContain('Review photo');

  const second = await givePhoto(app, kwame);
  page = await ben.open(to.adminParent(kwame.id));
  expect(page.text).toContain('Approved photo stays in force');
  expectSound(page);
  const review = await ben.follow(page, 'Review photo');
  expect(review.text).toContain('Approved photo stays in force');
  expectSound(review);
  page = await ben.follow(page, 'Reject');
  expect(page.text).toContain('What Kwame will read');
  expect(page.root.querySelectorAll('blockquote')).toHaveLength(7);
  expectSound(page);
  page = await ben.submit(page, 'Reject photo', { note: 'Hello' });
  expect(page.status).toBe(422);
  expect(page.text).toContain('Choose what is wrong with the photo');
  expectSound(page);
  page = await ben.submit(page, 'Reject photo', { reason: 'several-people' });
  expect(noticeOn(page)).toBe('You rejected the photo of Kwame Mensah.');
  expect(page.url).toContain(to.adminParent(kwame.id));
  expect([await statusOf(first), await statusOf(second)], 'rule 4').toEqual(['approved', 'rejected']);
  expect((await ben.open(to.adminRejection(second))).url, 'decided already').toBe(to.adminParent(kwame.id));
});

test('the words that the parent will read are in the parent’s language', async () => {
  const photoId = await givePhoto(app, maria);
  const page = await ruth.open(`${to.adminRejection(photoId)}?reason=blurred`);
  const quotes = page.root.querySelectorAll('blockquote');
  expect(quotes).toHaveLength(1);
  expect(quotes[0]?.getAttribute('lang')).toBe('es');
  expect(quotes[0]?.text).not.toContain('not sharp');
  expect(page.root.querySelector('input[checked]')?.getAttribute('value')).toBe('blurred');
});

test('R38: a picture is served after the permission check only, R39: with the headers of a picture', async () => {
  const photoId = await givePhoto(app, maria);
  const ask = (path: string, who?: Visitor) =>
    fetch(app.url + path, { redirect: 'manual', headers: who ? { cookie: cookieOf(who) } : {} });
  const picture = await ask(to.adminPicture(photoId, 'thumb'), ben);
  expect(picture.status).toBe(200);
  expect(picture.headers.get('content-type')).toBe('image/jpeg');
  expect(picture.headers.get('content-security-policy')).toBe("default-src 'none'; sandbox");
  expect(picture.headers.get('cache-control')).toBe('private, no-store');
  expect((await ask(to.adminPicture(photoId, 'full'))).status).toBe(303);
  for (const path of [
    '/admin/photos/999/full',
    `/admin/photos/${photoId}/huge`,
    `/admin/photos/${photoId}/full.jpg`,
    '/admin/photos/x/full',
  ]) {
    expect((await ask(path, ben)).status, path).toBe(404);
  }
});

test('a decision that says nothing, about nothing, or without the token is refused', async () => {
  const photoId = await givePhoto(app, maria);
  const page = await ruth.open(paths.review);
  const csrf = page.root.querySelector('input[name=_csrf]')?.getAttribute('value') ?? '';
  const post = async (id: number | string, fields: Record<string, string>) =>
    (await ruth.post(`/admin/photos/${id}/decision`, new URLSearchParams(fields))).status;
  expect(await post(photoId, { _csrf: csrf })).toBe(400);
  expect(await post(photoId, { _csrf: csrf, decision: 'delete' })).toBe(400);
  expect(await post(photoId, { _csrf: csrf, decision: 'reject', reason: 'ugly' })).toBe(422);
  expect(await post(9999, { _csrf: csrf, decision: 'approve' })).toBe(404);
  expect(await post('abc', { _csrf: csrf, decision: 'approve' })).toBe(404);
  expect(await post(photoId, { decision: 'approve' }), 'R41').toBe(403);
  expect(await statusOf(photoId)).toBe('pending');
});
