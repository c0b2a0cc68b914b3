import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { to } from '../../src/http/paths.ts';
import type { Parent } from '../../src/parents/parent.ts';
import { openDb } from '../../src/platform/db.ts';
import { startAs } from '../support/actors.ts';
import { type App, movableClock, startApp } from '../support/app.ts';
import { addParent } from '../support/cast.ts';
import { plain, scene } from '../support/pictures.ts';
import { makeVisitor, type Page, type Visitor } from '../support/visitor.ts';

const DAY = 24 * 3600 * 1000;
const clock = movableClock();
let app: App;
let face: Buffer;
beforeAll(async () => {
  app = await startApp({ clock, env: { MAX_UPLOAD_MB: '1' } });
  face = await scene(600, 800).jpeg().toBuffer();
});
afterAll(() => app.stop());

const enter = async (parent: Parent): Promise<Visitor> =>
  makeVisitor(app.url, await startAs(app, parent).then(({ cookie }) => ({ cookie })));
const send = (visitor: Visitor, form: Page, bytes: Buffer, name = 'me.jpg') =>
  visitor.submit(form, 'Send photo', { photo: { bytes, name } });
const photosOf = (parent: Parent) => app.photos.listOfParent(parent.id);

describe('sending', () => {
  test('a photo arrives and the page shows it; the same form again is the same photo, another form another', async () => {
    const parent = await addParent(app);
    const visitor = await enter(parent);
    const form = await visitor.open(to.parentPhoto(parent.id));
    const page = await send(visitor, form, face);
    expect(page.url).toBe(to.parent(parent.id));
    expect(page.text).toContain('Thank you, Maria. We have your photo');
    expect(page.root.querySelector('.photo img')?.getAttribute('src')).toMatch(/\/photos\/\d+\/portrait$/);
    expect((await send(visitor, form, face)).text).toContain('We have your photo'); // the back button, then again
    expect(await photosOf(parent)).toHaveLength(1);
    await send(visitor, await visitor.open(to.parentPhoto(parent.id)), face);
    expect((await photosOf(parent)).map(({ status }) => status)).toEqual(['pending', 'superseded']);
  });

  test('the same form from two tabs at once is one photo', async () => {
    const parent = await addParent(app);
    const visitor = await enter(parent);
    const form = await visitor.open(to.parentPhoto(parent.id));
    const pages = await Promise.all([send(visitor, form, face), send(visitor, form, face)]);
    expect(pages.map(({ status }) => status)).toEqual([200, 200]);
    expect(await photosOf(parent)).toHaveLength(1);
  });

  test('after the link has expired nothing is taken', async () => {
    const parent = await addParent(app);
    const visitor = await enter(parent);
    const form = await visitor.open(to.parentPhoto(parent.id));
    const [school] = await app.schools.list();
    await app
      .db('parents')
      .where({ id: parent.id })
      .update({ link_expires_at: new Date(0) });
    const page = await send(visitor, form, face);
    expect(page.status).toBe(410);
    expect(page.text).toContain(`${school?.name ?? ''} office`);
    expect(await photosOf(parent)).toEqual([]);
  });

  test('what was kept and what was not is counted; a request without a session is neither', async () => {
    const parent = await addParent(app);
    const visitor = await enter(parent);
    const form = await visitor.open(to.parentPhoto(parent.id));
    const { UploadsAccepted, UploadsRefused, Requests } = app.metrics.read().counts;
    const latencies = app.metrics.read().latency.count;
    await send(visitor, form, face); // and the page behind it
    await send(visitor, form, face); // it is there already: neither
    await send(visitor, form, Buffer.from('no picture'));
    await makeVisitor(app.url).post(to.parentPhoto(parent.id), new FormData());
    const { counts, latency } = app.metrics.read();
    expect(counts).toMatchObject({ UploadsAccepted: UploadsAccepted + 1, UploadsRefused: UploadsRefused + 1 });
    expect(counts.Requests).toBe(Requests + 6);
    expect(latency.count).toBe(latencies + 2); // of the pages alone
  });

  test('a session ends after a day: the page says to open the link again', async () => {
    const parent = await addParent(app);
    const visitor = await enter(parent);
    clock.forward(DAY);
    const page = await visitor.open(to.parentPhoto(parent.id));
    expect(page.status).toBe(403);
    expect(page.text).toContain('Open your link again');
  });
});

describe('a photo that is not taken', () => {
  const heic = Buffer.concat([Buffer.from([0, 0, 0, 24]), Buffer.from('ftypheic'), Buffer.alloc(200)]);
  const files: [problem: string, status: number, words: string, bytes: () => Promise<Buffer> | Buffer][] = [
    ['not-an-image', 415, 'This file is not a photo', () => Buffer.from('%PDF-1.7 not a photo')],
    ['heic', 422, 'Some iPhones save photos', () => heic],
    ['too-small', 422, 'This photo is too small', () => scene(100, 120).jpeg().toBuffer()],
    ['too-long', 422, 'This photo is too long or too narrow', () => plain(2000, 300).jpeg().toBuffer()],
    ['unreadable', 422, 'We could not open this photo', () => face.subarray(0, 600)],
    ['too-big', 413, 'up to 1 MB. Yours has 2 MB', () => Buffer.concat([face, Buffer.alloc(1_500_000)])],
    ['no-file', 422, 'Take or choose a photo first', () => Buffer.alloc(0)],
  ];

  test.each(files)(
    '%s: a page says why and takes another one; the script gets the same in JSON',
    async (problem, status, words, bytes) => {
      const parent = await addParent(app);
      const visitor = await enter(parent);
      const form = await visitor.open(to.parentPhoto(parent.id));
      const photo = await bytes();
      const page = await send(visitor, form, photo);
      expect(page.status).toBe(status);
      expect(page.text).toContain(words);
      expect(page.root.querySelectorAll('input[type=file][name=photo]')).toHaveLength(1);
      expect(await photosOf(parent)).toEqual([]);

      const body = new FormData();
      for (const field of form.root.querySelectorAll('input[type=hidden]')) {
        body.append(field.getAttribute('name') ?? '', field.getAttribute('value') ?? '');
      }
      body.append('photo', new Blob([new Uint8Array(photo)]), 'me.jpg');
      const answer = await visitor.post(to.parentPhoto(parent.id), body, { accept: 'application/json' });
      expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
      const told = JSON.parse(answer.html) as Record<string, string>;
      expect(told).toMatchObject({
        problem,
        status,
        location: `${to.parentPhoto(parent.id)}?problem=${problem}`,
      });
      expect(told['detail']).toMatch(/\.$/);
      const shown = await visitor.open(told['location'] ?? '');
      expect(shown.status).toBe(200);
      expect(shown.root.querySelector('h1')?.text).toBe(page.root.querySelector('h1')?.text);

      expect((await send(visitor, page, face)).text).toContain('We have your photo'); // the page's own form works
    },
  );

  test('a form without its upload id did not arrive whole', async () => {
    const parent = await addParent(app);
    const visitor = await enter(parent);
    const form = await visitor.open(to.parentPhoto(parent.id));
    form.root.querySelector('[name=upload_id]')?.setAttribute('value', 'not-a-uuid');
    const page = await send(visitor, form, face);
    expect(page.status, page.text).toBe(400);
    expect(page.text).toContain('Your photo did not arrive');
  });

  test('R18: the 21st in an hour waits; the page names the time and says what we have', async () => {
    const parent = await addParent(app);
    const visitor = await enter(parent);
    const sendAnew = async () => send(visitor, await visitor.open(to.parentPhoto(parent.id)), face);
    for (let time = 0; time < 20; time++) await sendAnew();
    const page = await sendAnew();
    expect(page.status).toBe(429);
    expect(Number(page.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(page.text).toMatch(/You can send the next one at \d\d:\d\d/);
    expect(page.text).toContain('We have your last photo');
    expect((await visitor.follow(page, 'Show what you sent')).text).toContain('We have your photo');
  });

  test('R18: a photo that we failed to take uses up no try', async () => {
    const parent = await addParent(app);
    const visitor = await enter(parent);
    const form = await visitor.open(to.parentPhoto(parent.id));
    const owner = openDb({ url: app.ownerUrl, max: 1 });
    await owner.raw('alter table photos rename to photos_away');
    for (let time = 0; time < 22; time++) expect((await send(visitor, form, face)).status).toBe(500);
    await owner.raw('alter table photos_away rename to photos');
    await owner.destroy();
    expect((await send(visitor, form, face)).text).toContain('We have your photo');
  });

  test('R18: the same upload, sent again and again by a phone without an answer, uses up no tries', async () => {
    const parent = await addParent(app);
    const visitor = await enter(parent);
    const form = await visitor.open(to.parentPhoto(parent.id));
    for (let time = 0; time < 60; time++) expect((await send(visitor, form, face)).status).toBe(200);
    expect(await photosOf(parent)).toHaveLength(1);
    const statuses: number[] = [];
    for (let time = 0; time < 25; time++) statuses.push((await send(visitor, form, face)).status);
    expect(statuses).toContain(429); // but not without end
  });
});
