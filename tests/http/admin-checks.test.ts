import { afterAll, beforeAll, expect, test } from 'vitest';
import { paths, to } from '../../src/http/paths.ts';
import { givePhoto } from '../support/actors.ts';
import { type App, startApp } from '../support/app.ts';
import { addParent, addStaff } from '../support/cast.ts';
import { giveChecks, giveCounts, saying } from '../support/checked.ts';
import { enterOffice, expectSound } from '../support/office-visitor.ts';
import type { Page, Visitor } from '../support/visitor.ts';

let app: App;
let ruth: Visitor;
let ben: Visitor;
beforeAll(async () => {
  app = await startApp();
  await addStaff(app, 'ruth');
  await addStaff(app, 'ben');
  ruth = await enterOffice(app, 'ruth');
  ben = await enterOffice(app, 'ben');
});
afterAll(() => app.stop());

const rowsOf = (page: Page) =>
  Object.fromEntries(
    page.root.querySelectorAll('tbody tr').map((row) => {
      const [name = '', ...cells] = row.querySelectorAll('th, td').map((cell) => cell.text.trim());
      return [name, cells];
    }),
  );

test('how often each check fired, and which one people overrule; admins alone see it, and find it in the menu', async () => {
  expect((await ruth.open(paths.adminChecks)).text).toContain('No photo was checked in this time.');
  await giveCounts(app);
  const page = await ruth.follow(await ruth.open(paths.adminParents), 'Photo checks');
  expectSound(page);
  expect(page.root.querySelectorAll('.tile').map(({ text }) => text)).toEqual([
    '512photos checked',
    '331passed every check (65%)',
    '104better photo sent (20%)',
    '77sent anyway (15%)',
  ]);
  expect(page.root.querySelectorAll('.notice strong').map(({ text }) => text)).toEqual([
    '“Turned to the side” is often overruled',
  ]);
  expect(page.text).toContain('18 parents sent the photo anyway and you approved 17 of them.');
  const rows = rowsOf(page);
  expect(rows['Too dark']).toEqual(['58', '37', '21', '7 of 21', 'Useful']);
  expect(rows['Turned to the side']).toEqual(['26', '8', '18', '17 of 18', 'People overrule it']);
  expect(rows['More than one face']).toEqual(['27', '23', '4', '1 of 4', 'Too few to say']);
  expect(rows['Tilted']).toEqual(['0', '0', '0', '-', 'Too few to say']);

  expect((await ben.open(paths.adminChecks)).status).toBe(403);
  expect((await ben.open(paths.adminParents)).text).not.toContain('Photo checks');
});

test('a period is days; whatever else is asked for is the usual one', async () => {
  await app.db('check_counts').delete();
  await giveCounts(app);
  const longAgo = new Date(Date.now() - 60 * 24 * 3600 * 1000);
  await app.db('check_counts').update({ day: longAgo });
  const checked = async (query: string) =>
    (await ruth.open(paths.adminChecks + query)).root.querySelector('.tile b')?.text;
  expect([await checked(''), await checked('?days=30'), await checked('?days=365')]).toEqual(['512', '0', '512']);
  for (const query of ['?days=31', '?days=30&days=365', '?days[a]=30', '?days=-1'])
    expect(await checked(query)).toBe('512');
});

test('a parent’s page says what the checks say, what was overruled, and whether another parent has sent the picture', async () => {
  const maria = await addParent(app);
  const photoId = await givePhoto(app, maria);
  const open = () => ben.open(to.adminParent(maria.id));
  expect((await open()).text).toContain('Not checked');

  await giveChecks(app, photoId, saying({ turned: { level: 'advice' }, blurred: { level: 'hint' } }));
  const photo = await app.photos.findOfParent(maria.id, photoId);
  if (photo) await app.sendAnyway(maria, photo);
  const page = await open();
  expectSound(page);
  expect(page.text).toContain('5 of 6 passed, sent anyway');
  const said = page.root.querySelectorAll('ul.checks li').map((row) => row.text.replace(/\s+/g, ' ').trim());
  expect(said).toEqual([
    'One face0 found',
    'Lightgood',
    'Sharpa little blurred',
    'Face size91% of the photo',
    'Whole face, in the middlegood',
    'Looking at the cameraturned to the side, sent anyway',
  ]);
  expect(page.text).toContain('No other parent has sent this picture.');
  expect(page.text).toContain('Saw the advice and sent the photo anyway');

  await giveChecks(app, photoId, saying({ 'same-picture': { level: 'advice' } }));
  expect((await open()).text).toContain('Another parent has sent the same picture.');
});
