import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { to } from '../../src/http/paths.ts';
import type { Parent } from '../../src/parents/parent.ts';
import { givePhoto } from '../support/actors.ts';
import { type App, startApp } from '../support/app.ts';
import { addParent, addStaff } from '../support/cast.ts';
import { everything } from '../support/everything.ts';
import { fieldsOf, press, stateOn } from '../support/crop-page.ts';
import { enterOffice, expectSound, noticeOn } from '../support/office-visitor.ts';
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

/** Maria has sent a photo of 400 x 300 pixels: its portrait is 240 x 300 from 80, 0. */
const send = async (parent?: Parent): Promise<{ parent: Parent; id: number; address: string }> => {
  const whose = parent ?? (await addParent(app));
  const id = await givePhoto(app, whose);
  return { parent: whose, id, address: to.adminCrop(id) };
};
const portraitOf = async (id: number) => (await app.photos.find(1, id))?.portrait;

test('a reviewer turns, moves and sizes the portrait by buttons, sees it before, and saves it', async () => {
  const { parent, id, address } = await send();
  let page = await ben.open(`${address}?back=parent`);
  expectSound(page);
  expect(page.root.querySelector('h1')?.text).toBe('Turn or crop the portrait');
  expect(page.text).toContain('For Maria Santos. The full picture stays as it was sent.');
  expect(page.root.querySelector('image')?.getAttribute('href')).toBe(to.adminPicture(id, 'full'));
  expect(page.root.querySelector('.result svg')?.getAttribute('viewBox')).toBe('80 0 240 300');
  expect(stateOn(page)).toBe('');
  expect(page.root.querySelector('[autofocus]')).toBeNull();

  const before = await everything(app);
  page = await press(ben, page, 'closer');
  expect(page.status).toBe(200);
  expectSound(page);
  expect(stateOn(page)).toBe('Not saved yet. Closer.');
  page = await press(ben, page, 'down');
  expect(stateOn(page)).toBe('Not saved yet. Closer. Moved down.');
  // The button that was pressed has the focus, and says what it did.
  expect(page.root.querySelector('[autofocus]')?.getAttribute('value')).toBe('down');
  expect(page.root.querySelector('[autofocus]')?.getAttribute('aria-describedby')).toBe('crop-state');
  page = await press(ben, page, 'turn-left');
  // What was below lies to the right now.
  expect(stateOn(page)).toBe('Not saved yet. Turned to the left. Closer. Moved to the right.');
  expect(page.root.querySelector('.full svg')?.getAttribute('viewBox')).toBe('0 0 300 400');
  expect(page.root.querySelector('image')?.getAttribute('transform')).toBe('matrix(0 -1 1 0 0 400)');
  page = await press(ben, page, 'right');
  const { turn, x, y, size } = fieldsOf(page);
  expect([turn, size]).toEqual(['270', '257']);
  expect(page.root.querySelector('.result svg')?.getAttribute('viewBox')).toBe(`${x} ${y} 206 257`);
  expect(await everything(app)).toEqual(before); // nothing is kept before 'Save'

  page = await press(ben, page, 'save');
  expect(page.url).toBe(`${to.adminParent(parent.id)}?done=portrait-saved`);
  expect(noticeOn(page)).toBe('The portrait is saved. Lists show it from now on.');
  expect(page.root.querySelector('.timeline')?.text).toMatch(/Portrait turned or cropped.*by Ben Okafor/s);
  expect(await portraitOf(id)).toMatchObject({
    ...{ version: 2, source: 'staff', crop: { turn: 270, x: Number(x), y: Number(y), size: 257 } },
  });
  page = await ben.follow(page, 'Turn or crop');
  expect(fieldsOf(page)).toMatchObject({ turn, x, y, size, back: 'parent' });
});

test('each step has its words, and one that leads nowhere says so', async () => {
  const { address } = await send();
  const start = await ruth.open(address);
  for (const [step, words] of [
    ['turn-right', 'Not saved yet. Turned to the right.'],
    ['up', 'It goes no further.'],
    ['wider', 'It goes no further.'],
    ['left', 'Not saved yet. Moved to the left.'],
    ['right', 'Not saved yet. Moved to the right.'],
    ['auto', 'The portrait is as it was saved.'],
  ] as const) {
    expect(stateOn(await press(ruth, start, step)), step).toBe(words);
  }
  const over = await press(ruth, await press(ruth, start, 'turn-right'), 'turn-right');
  expect(stateOn(over)).toBe('Not saved yet. Turned upside down.');
  const back = await press(ruth, await press(ruth, over, 'turn-left'), 'turn-left');
  expect(stateOn(back)).toBe('The portrait is as it was saved.');
  const closer = await press(ruth, start, 'closer');
  expect(stateOn(await press(ruth, closer, 'wider'))).toBe('The portrait is as it was saved.');
  expect(stateOn(await press(ruth, closer, 'up'))).toBe('Not saved yet. Closer. Moved up.');
});

test('a page that is sent again shows the same again: its state is in its fields alone', async () => {
  const { address } = await send();
  const start = await ruth.open(address);
  const [once, twice] = [await press(ruth, start, 'left'), await press(ruth, start, 'left')];
  expect(fieldsOf(twice)).toMatchObject({ x: '50' });
  expect({ ...fieldsOf(twice) }).toEqual({ ...fieldsOf(once) });
});

test('the way leads back to where one came from', async () => {
  const { parent, id, address } = await send();
  let page = await ben.open(`${address}?class=3B`);
  expect(page.root.querySelector('a.back')?.getAttribute('href')).toBe(`/admin/review?photo=${id}&class=3B`);
  page = await press(ben, page, 'wider');
  expect(page.root.querySelector('a.back')?.getAttribute('href')).toBe(`/admin/review?photo=${id}&class=3B`);
  page = await press(ben, page, 'save');
  expect(page.url).toBe(`/admin/review?photo=${id}&class=3B&done=portrait-saved`);
  expect(noticeOn(page)).toBe('The portrait is saved. Lists show it from now on.');
  page = await ben.open(`${address}?back=parent`);
  expect(page.root.querySelector('a.back')?.getAttribute('href')).toBe(to.adminParent(parent.id));
  page = await ben.open(`${address}?back=https://example.org&class=%00&done=<b>`);
  expect(page.root.querySelector('a.back')?.getAttribute('href')).toBe(`/admin/review?photo=${id}`);
});

/** What is shown is a part of the picture of 400 x 300 pixels that is not turned. */
const expectInside = (page: Page): void => {
  const viewBox = page.root.querySelector('.result svg')?.getAttribute('viewBox') ?? '';
  const [left = NaN, top = NaN, width = NaN, height = NaN] = viewBox.split(' ').map(Number);
  expect(Math.min(left, top), viewBox).toBeGreaterThanOrEqual(0);
  expect(left + width, viewBox).toBeLessThanOrEqual(400);
  expect(top + height, viewBox).toBeLessThanOrEqual(300);
  expect(height, viewBox).toBeGreaterThanOrEqual(100);
};

describe('nonsense in the hidden fields', () => {
  const nonsense = [
    '',
    '-1',
    '99999',
    '1e3',
    '1.5',
    'NaN',
    '__proto__',
    '9'.repeat(400),
    '-9999999',
    ' 7',
    '０',
    '[object Object]',
  ];
  test.each(nonsense)('%j is nothing or the nearest that there is', async (value) => {
    const { id, address } = await send();
    const page = await ruth.open(address);
    for (const name of ['turn', 'x', 'y', 'size']) {
      const shown = await press(ruth, page, 'down', { [name]: value });
      expect(shown.status, name).toBe(200);
      expectSound(shown);
      expectInside(shown);
      expect((await press(ruth, page, 'save', { [name]: value })).url).toContain('done=portrait-saved');
    }
    const crop = (await portraitOf(id))?.crop;
    expect(crop && crop.y + crop.size).toBeLessThanOrEqual(300);
  });

  test.each(['', '1e3', '1.5', '0x10', 'NaN', ' 7', '９', '12345678'])('%j is no number: as it is saved', async (x) => {
    const page = await ruth.open((await send()).address);
    expect(fieldsOf(await press(ruth, page, 'up', { x }))['x']).toBe('80');
  });

  test('a field twice or missing counts as it is saved, a button that we do not have is refused', async () => {
    const { address } = await send();
    const token = fieldsOf(await ruth.open(address))['_csrf'] ?? '';
    const bare = await ruth.post(address, new URLSearchParams({ _csrf: token, do: 'closer' }));
    expect(stateOn(bare)).toBe('Not saved yet. Closer.');
    const twice = await ruth.post(
      address,
      new URLSearchParams([
        ['_csrf', token],
        ['do', 'closer'],
        ['x', '1'],
        ['x', '2'],
      ]),
    );
    expect(fieldsOf(twice)['x']).toBe(fieldsOf(bare)['x']);
    for (const fields of [{}, { do: '' }, { do: 'delete' }, { do: 'toString' }]) {
      expect((await ruth.post(address, new URLSearchParams({ _csrf: token, ...fields }))).status).toBe(400);
    }
    expect((await ruth.post(address, new URLSearchParams({ do: 'save' }))).status).toBe(403);
  });
});

test('the way to the page is on the parent’s page while there is something to crop', async () => {
  const { parent, id } = await send();
  const link = async () =>
    (await ruth.open(to.adminParent(parent.id))).root.querySelector(`a[href^="${to.adminCrop(id)}"]`);
  expect((await link())?.text).toContain('Turn or crop');
  await app.reviewPhoto.approve({ kind: 'staff', staffId: 1 }, 1, id);
  expect(await link()).not.toBeNull();
  await app.reviewPhoto.reject({ kind: 'staff', staffId: 1 }, 1, id, {
    reasons: ['blurred'],
    note: null,
    seen: 'approved',
  });
  expect(await link()).toBeNull();
});

test('lists and small pictures show the portrait', async () => {
  const { parent, id } = await send();
  await app.reviewPhoto.approve({ kind: 'staff', staffId: 1 }, 1, id);
  const list = await ruth.open('/admin/parents?status=approved');
  const row = list.root.querySelector(`tr[data-parent-id="${parent.id}"] img`);
  expect(row?.getAttribute('src')).toBe(to.adminPicture(id, 'portrait'));
  const newer = await send(parent);
  const page = await ruth.open(to.adminParent(newer.parent.id));
  expect(page.root.querySelector('.mini img')?.getAttribute('src')).toBe(to.adminPicture(id, 'portrait'));
});
