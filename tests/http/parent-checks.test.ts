import sharp from 'sharp';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { to } from '../../src/http/paths.ts';
import type { Parent } from '../../src/parents/parent.ts';
import { checkCodes } from '../../src/photos/photo-check.ts';
import { type App, startApp } from '../support/app.ts';
import { addParent } from '../support/cast.ts';
import { darkAndTwo, giveChecks, saying } from '../support/checked.ts';
import { goodPortrait } from '../support/drawn-faces.ts';
import { enterAsParent } from '../support/parent-visitor.ts';
import { makeVisitor, type Page, type Visitor } from '../support/visitor.ts';

let app: App;
let dark: Buffer;
let good: Buffer;
beforeAll(async () => {
  app = await startApp({ env: { CHECKS: 'basic', RATE_LIMIT_SCALE: '0' } });
  good = await goodPortrait(3);
  dark = await sharp(good).linear(0.15).jpeg().toBuffer();
});
afterAll(() => app.stop());

let maria: Parent;
let visitor: Visitor;
beforeEach(async () => {
  maria = await addParent(app);
  visitor = await enterAsParent(app, maria);
});

const send = (form: Page, bytes: Buffer) => visitor.submit(form, 'Send photo', { photo: { bytes, name: 'me.jpg' } });
const open = () => visitor.open(to.parentPhoto(maria.id));
const photos = () => app.photos.listOfParent(maria.id);
const newest = async () => (await photos())[0];
const eventsOf = async (kind: string) =>
  app.db('events').where({ parent_id: maria.id, kind }).select<object[]>('photo_id', 'data');

describe('a photo that could be better', () => {
  test('is sent anyway: recorded once, however often the button is pressed, and no page speaks of it again', async () => {
    const page = await send(await open(), dark);
    const pages = await Promise.all([1, 2].map(() => visitor.submit(page, 'Send this photo anyway')));
    for (const after of pages) {
      expect(after.url).toBe(to.parent(maria.id));
      expect(after.text).not.toContain('could be better');
    }
    const photo = await newest();
    expect(photo).toMatchObject({ status: 'pending', sentAnywayAt: expect.any(Date) as Date });
    const events = await eventsOf('photo.sent-anyway');
    expect(events).toHaveLength(1);
    expect(events[0]).toMatchObject({
      photo_id: String(photo?.id),
      data: { checks: expect.arrayContaining(['too-dark']) as string[] },
    });
    expect((await visitor.open(page.url)).url).toBe(to.parent(maria.id)); // back, and refresh
  });

  test('the same form again, by the back button, leads to the same page and doubles nothing', async () => {
    const form = await open();
    const pages = [await send(form, dark), await send(form, dark)];
    expect(pages[0]?.url).toBe(pages[1]?.url);
    expect(await photos()).toHaveLength(1);
    await visitor.submit(pages[0] as Page, 'Send this photo anyway');
    expect((await send(form, dark)).url).toBe(to.parent(maria.id));
  });

  test('two tabs: the older photo cannot be sent anyway any more, and nothing is recorded about the newer', async () => {
    const old = await send(await open(), dark);
    await send(await open(), dark);
    const after = await visitor.submit(old, 'Send this photo anyway');
    expect(after.url).toBe(to.parent(maria.id));
    expect(after.text).toContain('Your photo could be better'); // the newer one, about which nothing was said yet
    expect((await photos()).map(({ sentAnywayAt }) => sentAnywayAt)).toEqual([null, null]);
  });
});

describe('checks that come later', () => {
  test('a parent who comes back to the photo sees the advice, with a session and without one', async () => {
    await send(await open(), good);
    const photo = await newest();
    await giveChecks(app, photo?.id ?? 0, darkAndTwo);
    const status = await visitor.open(to.parent(maria.id));
    expect(status.text).toContain('Thank you, Maria. We have your photo');
    const page = await visitor.follow(status, 'See what you can change');
    expect(page.text).toContain('The photo is too dark');
    expect(page.text).toContain('We can see 2 people');
    expect(page.text).toContain('The photo is sharp');
    expect(page.text).toContain('There are 2 things that you can change');

    const receipt = await makeVisitor(app.url).open(to.link(maria.uniqueId));
    expect(receipt.text).toContain('Show your photo to see what you can change.');
    expect(receipt.text).not.toContain('too dark'); // links get forwarded
  });

  test('a decided photo is not spoken of any more', async () => {
    await send(await open(), dark);
    const photo = await newest();
    await app.reviewPhoto.approve({ kind: 'system' }, maria.schoolId, photo?.id ?? 0);
    expect((await visitor.open(to.parentChecks(maria.id, photo?.id ?? 0))).url).toBe(to.parent(maria.id));
  });

  test('a late or dead checker: the page waits for it 4 seconds at most, and the job looks', async () => {
    const pid = app.checker.pid();
    if (pid !== undefined) process.kill(pid, 'SIGSTOP');
    const began = performance.now();
    const page = await send(await open(), dark);
    expect(performance.now() - began).toBeLessThan(6000);
    expect(page.url).toBe(to.parent(maria.id));
    expect(page.text).toContain('Thank you, Maria. We have your photo');
    expect(await newest()).toMatchObject({ status: 'pending', checks: null });
    if (pid !== undefined) process.kill(pid, 'SIGKILL');
    app.jobs.start();
    await expect.poll(newest, { timeout: 25_000, interval: 500 }).toMatchObject({ checksVerdict: 'advice' });
    await app.jobs.stop();
  });
});

test('never a word about another parent who has sent the same picture', async () => {
  await send(await open(), good);
  const kwame = await addParent(app, 'kwame');
  const other = await enterAsParent(app, kwame);
  const form = await other.open(to.parentPhoto(kwame.id));
  const page = await other.submit(form, 'Send photo', { photo: { bytes: good, name: 'me.jpg' } });
  expect(page.url).toBe(to.parent(kwame.id));
  const [photo] = await app.photos.listOfParent(kwame.id);
  expect(photo?.checksVerdict).toBe('advice');
  expect(page.text).not.toMatch(/other|same|better/i);
  expect((await other.open(to.parentChecks(kwame.id, photo?.id ?? 0))).url).toBe(to.parent(kwame.id));
});

test('in every language each thing that can be advised has a title and one action of its own', async () => {
  await send(await open(), good);
  const photo = await newest();
  const codes = checkCodes.filter((code) => code !== 'same-picture');
  await giveChecks(
    app,
    photo?.id ?? 0,
    saying(Object.fromEntries(codes.map((code) => [code, { level: 'advice', value: 2 }]))),
  );
  const said = new Set<string>();
  for (const language of ['en', 'es', 'ar']) {
    const page = await visitor.open(`${to.parentChecks(maria.id, photo?.id ?? 0)}?lang=${language}`);
    const points = page.root.querySelectorAll('ul.checks li');
    expect(points).toHaveLength(codes.length);
    for (const point of points) {
      for (const part of ['strong', 'p']) {
        const words = point.querySelectorAll(part).map(({ text }) => text.trim());
        expect(words).toHaveLength(1);
        expect(words[0]).toMatch(/\p{L}{2}/u);
        expect(words[0]).not.toMatch(/check\.|\{\{/);
        said.add(words[0] ?? '');
      }
    }
  }
  expect(said.size).toBe(3 * 2 * codes.length);
});

test('in Arabic and Spanish: one title and one action for each thing, eyes only beside other advice', async () => {
  await send(await open(), good);
  const photo = await newest();
  const said = saying({ 'eyes-closed': { level: 'hint' } });
  await giveChecks(app, photo?.id ?? 0, said);
  expect((await visitor.open(to.parentChecks(maria.id, photo?.id ?? 0))).url).toBe(to.parent(maria.id));
  await giveChecks(app, photo?.id ?? 0, saying({ 'eyes-closed': { level: 'hint' }, turned: { level: 'advice' } }));
  for (const [language, words] of [
    ['es', 'Quizás tiene los ojos cerrados'],
    ['ar', 'رأسك ملتفت إلى الجانب'],
  ]) {
    const page = await visitor.open(`${to.parentChecks(maria.id, photo?.id ?? 0)}?lang=${language}`);
    expect(page.text).toContain(words);
    expect(page.root.querySelectorAll('ul.checks li .dot-wait')).toHaveLength(2);
    expect(page.root.querySelectorAll('ul.checks li .dot-ok')).toHaveLength(2);
  }
});
