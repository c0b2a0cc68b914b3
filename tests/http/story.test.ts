import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type App, startApp } from '../support/app.ts';
import { addStaff, PASSWORD, people } from '../support/cast.ts';
import { makeVisitor, type Page } from '../support/visitor.ts';

let app: App;
beforeAll(async () => {
  app = await startApp();
  await addStaff(app, 'ruth');
});
afterAll(() => app.stop());

const photo = async (shade: string) => ({
  bytes: await sharp({ create: { width: 900, height: 1200, channels: 3, background: shade } })
    .jpeg()
    .toBuffer(),
  name: 'me.jpg',
});

const linkOn = (page: Page): string => page.root.querySelector('#link')?.getAttribute('value') ?? '';
const pathOf = (link: string): string => new URL(link).pathname;

test('the main job: Ruth adds Maria, Maria sends a photo, Ruth approves it; another is rejected and sent anew', async () => {
  const ruth = makeVisitor(app.url);
  let page = await ruth.open('/admin');
  page = await ruth.submit(page, 'Sign in', { email: people.ruth.email, password: PASSWORD });
  expect(page.text).toContain('No parents yet');
  page = await ruth.follow(page, 'Add parent');
  page = await ruth.submit(page, 'Save parent', {
    parent_name: 'Maria',
    parent_surname: 'Santos',
    child_name: 'Sofia Santos',
  });
  const link = linkOn(page);
  expect(link).toMatch(/^http:\/\/localhost:3000\/onboarding\/[0-9a-f-]{36}$/);

  const maria = makeVisitor(app.url);
  let seen = await maria.open(pathOf(link));
  expect(seen.text).toContain('Hello Maria');
  expect(seen.text).toContain('Sofia');
  seen = await maria.submit(seen, 'Start', { consent: 'v1' });
  expect(seen.url).toMatch(/^\/onboarding\/p\/\d+\/photo$/);
  seen = await maria.submit(seen, 'Send photo', { photo: await photo('teal') });
  expect(seen.status).toBe(200);
  expect(seen.text).toContain('We have your photo');

  page = await ruth.open('/admin/parents');
  expect(page.root.querySelector('[data-status]')?.getAttribute('data-status')).toBe('pending');
  expect(page.text).toContain('Waiting for review');
  const thumb = page.root.querySelector('tbody img')?.getAttribute('src') ?? '';
  const picture = await fetch(app.url + thumb, {
    headers: { cookie: [...ruth.cookies].map((c) => c.join('=')).join('; ') },
  });
  expect(picture.headers.get('content-type')).toBe('image/jpeg');
  page = await ruth.follow(page, 'Maria Santos');
  page = await ruth.follow(page, 'Review photo');
  await ruth.submit(page, 'Approve');
  page = await ruth.open('/admin/parents');
  expect(page.root.querySelector('[data-status]')?.getAttribute('data-status')).toBe('approved');

  seen = await maria.open(pathOf(link));
  expect(seen.text).toContain('approved');
  const { photos: files } = await app.checkIntegrity({ repair: false });
  expect(files).toBe(1);

  page = await ruth.open('/admin/parents/new');
  page = await ruth.submit(page, 'Save parent', {
    parent_name: 'Kwame',
    parent_surname: 'Mensah',
    child_name: 'Abena',
  });
  const second = pathOf(linkOn(page));
  const kwame = makeVisitor(app.url, { 'accept-language': 'es' });
  seen = await kwame.submit(await kwame.open(second), 'Empezar', { consent: 'v1' });
  seen = await kwame.submit(seen, 'Enviar', { photo: await photo('navy') });
  page = await ruth.open('/admin/review');
  expect(page.text).toContain('Kwame Mensah');
  await ruth.submit(page, 'Reject', { reason: 'too-dark', note: 'Please try near the window.' });
  seen = await kwame.open(seen.url);
  expect(seen.text).toContain('Please try near the window.');
  await kwame.submit(seen, 'Enviar', { photo: await photo('orange') });
  page = await ruth.open('/admin/parents?status=pending');
  expect(page.text).toContain('Kwame Mensah');
  expect(page.text).not.toContain('Maria Santos');
  expect(await app.checkIntegrity({ repair: false })).toMatchObject({
    photos: 3,
    orphanFiles: 0,
    rowsWithoutFile: 0,
    checksumMismatches: 0,
  });
});
