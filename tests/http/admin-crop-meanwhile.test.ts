import { afterAll, beforeAll, expect, test } from 'vitest';
import { to } from '../../src/http/paths.ts';
import type { Parent } from '../../src/parents/parent.ts';
import { givePhoto } from '../support/actors.ts';
import { type App, startApp } from '../support/app.ts';
import { addParent, addStaff } from '../support/cast.ts';
import { press } from '../support/crop-page.ts';
import { enterOffice, noticeOn } from '../support/office-visitor.ts';
import type { Visitor } from '../support/visitor.ts';

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

test('a photo that was replaced: the newer one is named, nothing is saved', async () => {
  const { parent, id, address } = await send();
  const page = await ben.open(address);
  await send(parent);
  for (const button of ['closer', 'save']) {
    const left = await press(ben, page, button);
    expect(left.url).toContain(to.adminParent(parent.id));
    expect(noticeOn(left)).toBe('Maria Santos has sent a newer photo meanwhile. Please look at that one.');
  }
  expect(noticeOn(await ben.open(address))).toContain('has sent a newer photo');
  expect(await portraitOf(id)).toMatchObject({ version: 1 });
});

test('a photo that was rejected by a colleague', async () => {
  const { id, address } = await send();
  const page = await ben.open(address);
  const actor = { kind: 'staff', staffId: 1 } as const;
  await app.reviewPhoto.reject(actor, 1, id, { reasons: ['blurred'], note: null, seen: 'pending' });
  const left = await press(ben, page, 'save');
  expect(noticeOn(left)).toContain('A colleague has already decided about the photo of Maria Santos');
});

test('a photo that was deleted, or its parent was archived: not found, in words', async () => {
  const { parent, address } = await send();
  const page = await ben.open(address);
  await app.deletePhotos(parent);
  const gone = await press(ben, page, 'save');
  expect([gone.status, gone.text]).toEqual([404, expect.stringContaining('It may have been archived or deleted')]);
  const other = await send();
  const open = await ben.open(other.address);
  await app.leaving.archive({ kind: 'cli' }, 1, other.parent.id, '');
  expect((await press(ben, open, 'save')).status).toBe(404);
  expect((await ben.open(other.address)).status).toBe(404);
});

test('a photo that has a full picture that cannot be read: said, nothing is saved', async () => {
  const { parent, id, address } = await send();
  const page = await ben.open(`${address}?back=parent`);
  const { filename } = (await app.photos.find(1, id)) ?? {};
  if (filename) await app.files.remove(filename, ['full']);
  const left = await press(ben, page, 'save');
  expect(left.url).toBe(`${address}?back=parent&done=portrait-unreadable`);
  expect(noticeOn(left)).toContain('The full picture cannot be read, so nothing was saved.');
  await app.deletePhotos(parent);
});

test('two colleagues at once: the later one stays, both are in the history', async () => {
  const { parent, id, address } = await send();
  const [hers, his] = [await ruth.open(`${address}?back=parent`), await ben.open(`${address}?back=parent`)];
  expect((await press(ruth, await press(ruth, hers, 'left'), 'save')).url).toContain('portrait-saved');
  const page = await press(ben, await press(ben, his, 'right'), 'save');
  expect(page.url).toContain('portrait-saved');
  expect(await portraitOf(id)).toMatchObject({ version: 3, crop: { x: 110 } });
  expect(page.root.querySelector('.timeline')?.text).toMatch(/by Ben Okafor.*by Ruth Adeyemi/s);
  expect((await ruth.open(to.adminParent(parent.id))).status).toBe(200);
});
