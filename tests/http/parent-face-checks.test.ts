import { afterAll, beforeAll, expect, test } from 'vitest';
import { to } from '../../src/http/paths.ts';
import { type App, startApp } from '../support/app.ts';
import { addParent } from '../support/cast.ts';
import { goodPortrait } from '../support/drawn-faces.ts';
import { enterAsParent } from '../support/parent-visitor.ts';
import { scene } from '../support/pictures.ts';
import type { Page } from '../support/visitor.ts';

// What the pages do with advice of any kind: parent-checks.test.ts.

let app: App;
beforeAll(async () => {
  app = await startApp({ env: { CHECKS: 'face' } });
  const { checkWithin } = app.checkPhoto;
  // Where all tests run at once, models and faces take longer than a page waits for them.
  app.checkPhoto.checkWithin = (photoId) => checkWithin(photoId, 25_000);
});
afterAll(() => app.stop());

test('a photo without a face is kept; the page says what could be better, and takes another one, which waits without a word', async () => {
  const maria = await addParent(app);
  const visitor = await enterAsParent(app, maria);
  const photos = () => app.photos.listOfParent(maria.id);
  const send = (form: Page, bytes: Buffer) => visitor.submit(form, 'Send photo', { photo: { bytes, name: 'me.jpg' } });
  const page = await send(await visitor.open(to.parentPhoto(maria.id)), await scene(600, 800).jpeg().toBuffer());
  const [first] = await photos();
  expect(page.url).toBe(to.parentChecks(maria.id, first?.id ?? 0));
  expect(page.root.querySelector('h1')?.text).toBe('Your photo could be better');
  expect(page.text).toContain('We have it.');
  expect(page.text).toContain('We cannot see a face');
  expect(first).toMatchObject({ status: 'pending', checksVerdict: 'advice', sentAnywayAt: null });

  const better = await send(page, await goodPortrait(3));
  expect(better.url).toBe(to.parent(maria.id));
  expect(better.text).not.toContain('could be better');
  expect((await photos()).map(({ status, checksVerdict }) => [status, checksVerdict])).toEqual([
    ['pending', 'passed'],
    ['superseded', 'advice'],
  ]);
});
