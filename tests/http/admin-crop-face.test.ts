import { afterAll, beforeAll, expect, test } from 'vitest';
import { to } from '../../src/http/paths.ts';
import type { PhotoFace } from '../../src/photos/photo-check.ts';
import { givePhoto } from '../support/actors.ts';
import { type App, startApp } from '../support/app.ts';
import { addParent, addStaff } from '../support/cast.ts';
import { fieldsOf, press, stateOn } from '../support/crop-page.ts';
import { enterOffice } from '../support/office-visitor.ts';
import type { Visitor } from '../support/visitor.ts';

let app: App;
let ruth: Visitor;
beforeAll(async () => {
  app = await startApp();
  await addStaff(app, 'ruth');
  ruth = await enterOffice(app, 'ruth');
});
afterAll(() => app.stop());

test('where the checks found a face, the button goes back to it', async () => {
  const id = await givePhoto(app, await addParent(app));
  const eyes = { left: { x: 85, y: 140 }, right: { x: 115, y: 140 } };
  const face: PhotoFace = { x: 60, y: 100, width: 80, height: 100, eyes };
  await app.db('photos').where({ id }).update({ face });
  const page = await ruth.open(to.adminCrop(id));
  expect(page.text).toContain('Find the face again');
  const found = await press(ruth, page, 'auto');
  expect(fieldsOf(found)).toMatchObject({ turn: '0', x: '16', y: '52', size: '210' });
  expect(stateOn(found)).toBe('Not saved yet. Closer. Moved down. Moved to the left.');
  const saved = await press(ruth, found, 'save');
  expect(saved.url).toContain('portrait-saved');
  expect((await app.photos.find(1, id))?.portrait).toMatchObject({ source: 'staff', crop: { size: 210 } });
});

test('where no face was found, the button says what it does instead', async () => {
  const id = await givePhoto(app, await addParent(app));
  const page = await ruth.open(to.adminCrop(id));
  expect(page.text).not.toContain('Find the face again');
  expect(page.text).toContain('Start from the middle');
  const turned = await press(ruth, page, 'turn-left');
  expect(fieldsOf(await press(ruth, turned, 'auto'))).toMatchObject({ turn: '0', x: '80', y: '0', size: '300' });
});
