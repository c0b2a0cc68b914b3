import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { to } from '../../src/http/paths.ts';
import type { Parent } from '../../src/parents/parent.ts';
import type { RejectReason } from '../../src/photos/photo.ts';
import { givePhoto, startAs } from '../support/actors.ts';
import { type App, movableClock, startApp } from '../support/app.ts';
import { addParent, addStaff } from '../support/cast.ts';
import { enterOffice } from '../support/office-visitor.ts';
import { scene } from '../support/pictures.ts';
import { makeVisitor } from '../support/visitor.ts';

const clock = movableClock();
let app: App;
let face: Buffer;
beforeAll(async () => {
  app = await startApp({ clock });
  face = await scene(600, 800).jpeg().toBuffer();
});
afterAll(() => app.stop());

const staff = { kind: 'cli' } as const;
const reject = (parent: Parent, photoId: number, reasons: RejectReason[], note: string | null = null) =>
  app.reviewPhoto.reject(staff, parent.schoolId, photoId, { reasons, note, seen: 'pending' });

describe('what became of it', () => {
  const look = async (parent: Parent) => {
    const visitor = makeVisitor(app.url);
    const receipt = await visitor.open(to.link(parent.uniqueId));
    expect(receipt.root.querySelectorAll('img')).toEqual([]); // links get forwarded: the face waits for a button
    const button = receipt.text.includes('Show my photo') ? 'Show my photo' : 'Send a new photo';
    const page = await visitor.submit(receipt, button);
    expect(page.url).toBe(to.parent(parent.id));
    return { receipt, page, visitor };
  };

  test('approved', async () => {
    const parent = await addParent(app);
    await app.reviewPhoto.approve(staff, parent.schoolId, await givePhoto(app, parent));
    const { receipt, page } = await look(parent);
    expect(receipt.text).toContain('Your photo is approved');
    expect(page.text).toContain('You are finished');
    expect(page.text).toContain('Collects Sofia Santos, 3B');
    expect(page.root.querySelector('.lanyard img')?.getAttribute('src')).toMatch(/\/full$/);
  });

  test('rejected: the reasons in the parent’s language, the reviewer’s words as they are, and a form for another', async () => {
    const parent = await addParent(app, 'kwame', { locale: 'es' });
    await reject(parent, await givePhoto(app, parent), ['too-dark', 'blurred'], 'Try near the <window>.');
    const visitor = makeVisitor(app.url);
    const receipt = await visitor.open(to.link(parent.uniqueId));
    expect(receipt.text).toContain('La cara está demasiado oscura');
    expect(receipt.html).not.toContain('Try near'); // anybody may have the link
    const page = await visitor.submit(receipt, 'Enviar otra foto');
    expect(page.text).toContain('La foto no es nítida');
    expect(page.root.querySelector('[lang=en] bdi')?.text).toBe('Try near the <window>.');
    expect((await visitor.submit(page, 'Enviar la foto', { photo: { bytes: face, name: 'a.jpg' } })).text).toContain(
      'Tenemos su foto',
    );
  });

  test('a newer photo waits or was rejected: the approved one stays in force, and the page says so', async () => {
    const parent = await addParent(app);
    await app.reviewPhoto.approve(staff, parent.schoolId, await givePhoto(app, parent));
    const newer = await givePhoto(app, parent);
    let { receipt, page } = await look(parent);
    expect(receipt.text).toContain('Your old photo still counts');
    expect(page.text).toContain('Your old photo still counts');
    await reject(parent, newer, ['blurred']);
    ({ receipt, page } = await look(parent));
    expect(receipt.text).toContain('Your photo is approved');
    expect(page.text).toContain('The school could not use your new photo');
    expect(page.text).toContain('The photo is not sharp');
  });

  test('deleting removes every photo, and the page says so as long as nothing is stored', async () => {
    const parent = await addParent(app);
    await givePhoto(app, parent);
    await givePhoto(app, parent);
    const { page, visitor } = await look(parent);
    const question = await visitor.follow(page, 'Delete my photo');
    expect(question.text).toContain('All your photos are deleted');
    const done = await visitor.submit(question, 'Delete my photo');
    expect(done.url).toBe(to.parentDeletion(parent.id));
    expect(done.text).toContain('Your photo is deleted');
    expect((await visitor.submit(question, 'Delete my photo')).text).toContain('Your photo is deleted'); // a second tap
    expect(await app.db('photos').where({ parent_id: parent.id })).toEqual([]);
    expect((await app.checkIntegrity({ repair: false })).orphanFiles).toBe(0);
    expect((await visitor.follow(done, 'Send a new photo')).text).toContain('Take a photo of yourself');
    expect((await visitor.open(to.link(parent.uniqueId))).text).toContain('Hello Maria');
  });
});

describe("'Show my photo' lets a browser see and change what was sent", () => {
  const events = (parent: Parent) =>
    app.db('events').where({ parent_id: parent.id, kind: 'link.opened' }).select('actor', 'data', 'photo_id');
  const event = { actor: 'parent', data: {}, photo_id: null };

  test('each time is an event, a double tap is one, and looking at the link is none', async () => {
    const parent = await addParent(app);
    await givePhoto(app, parent);
    const visitor = makeVisitor(app.url);
    const receipt = await visitor.open(to.link(parent.uniqueId));
    await visitor.open(to.link(parent.uniqueId));
    expect(await events(parent)).toEqual([]);
    const taps = await Promise.all([0, 1].map(() => visitor.submit(receipt, 'Show my photo')));
    expect(taps.map(({ url }) => url)).toEqual([to.parent(parent.id), to.parent(parent.id)]);
    expect(await events(parent)).toEqual([event]);
    clock.forward(61_000);
    await makeVisitor(app.url).submit(receipt, 'Show my photo'); // whoever has got the link by now
    expect(await events(parent)).toEqual([event, event]);
  });

  test('the office sees it in the timeline and in the number of times', async () => {
    await addStaff(app, 'ruth');
    const parent = await addParent(app);
    const visitor = makeVisitor(app.url);
    await visitor.submit(await visitor.open(to.link(parent.uniqueId)), 'Start', { consent: 'v1' });
    await givePhoto(app, parent);
    await visitor.submit(await visitor.open(to.link(parent.uniqueId)), 'Show my photo');
    const ruth = await enterOffice(app, 'ruth');
    const page = await ruth.open(to.adminParent(parent.id));
    expect(page.text).toContain('Opened 2 times.');
    const lines = page.root.querySelectorAll('.timeline li strong').map((line) => line.text);
    expect(lines).toContain('Opened the link and agreed');
    expect(lines).toContain('Opened the link');
  });

  test('a link that was turned off a moment ago opens nothing', async () => {
    const parent = await addParent(app);
    await givePhoto(app, parent);
    const expired = await addParent(app, 'kwame');
    await givePhoto(app, expired);
    await app.db('parents').where({ id: parent.id }).update({ link_revoked_at: new Date() });
    await app
      .db('parents')
      .where({ id: expired.id })
      .update({ link_expires_at: new Date(0), link_issued_at: new Date(0) });
    expect(await app.choices.reopen(parent.id)).toEqual({ ok: false, reason: 'link-closed' });
    expect(await events(parent)).toEqual([]);
    expect(await app.choices.reopen(expired.id)).toMatchObject({ ok: true }); // what was sent is shown still
    expect(await events(expired)).toEqual([event]);
  });
});

describe('pictures', () => {
  const get = (cookie: string, path: string) => fetch(app.url + path, { headers: { cookie } });

  test('R39: a parent gets their own, as an image and nothing else', async () => {
    const parent = await addParent(app);
    const photoId = await givePhoto(app, parent);
    const { cookie } = await startAs(app, parent);
    for (const size of ['full', 'thumb', 'portrait'] as const) {
      const answer = await get(cookie, to.parentPicture(parent.id, photoId, size));
      expect(Object.fromEntries(answer.headers)).toMatchObject({
        'content-type': 'image/jpeg',
        'content-disposition': 'inline',
        'x-content-type-options': 'nosniff',
        'cross-origin-resource-policy': 'same-origin',
        'content-security-policy': "default-src 'none'; sandbox",
        'cache-control': 'private, no-store',
      });
      expect(
        Buffer.from(await answer.arrayBuffer())
          .subarray(0, 2)
          .toString('hex'),
      ).toBe('ffd8');
    }
  });

  test('R38: nobody else’s, no other size, none that is gone', async () => {
    const [maria, kwame] = [await addParent(app), await addParent(app, 'kwame')];
    const [hers, his] = [await givePhoto(app, maria), await givePhoto(app, kwame)];
    const { cookie } = await startAs(app, maria);
    const ways: [string, number][] = [
      [to.parentPicture(maria.id, his, 'full'), 404],
      [to.parentPicture(kwame.id, his, 'full'), 403],
      [`/onboarding/p/${maria.id}/photos/${hers}/original`, 404],
      [`/onboarding/p/${maria.id}/photos/0/full`, 404],
      [to.parentPicture(maria.id, 999_999, 'full'), 404],
    ];
    for (const [path, status] of ways) expect((await get(cookie, path)).status, path).toBe(status);
    expect((await get('', to.parentPicture(maria.id, hers, 'full'))).status).toBe(403);
    await app.deletePhotos(maria);
    expect((await get(cookie, to.parentPicture(maria.id, hers, 'full'))).status).toBe(404);
  });
});
