import { readdirSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeChangePortrait, type PortraitBy } from '../../src/photos/change-portrait.ts';
import type { Photo } from '../../src/photos/photo.ts';
import type { PhotoFiles } from '../../src/photos/photo-files.ts';
import { portraitFile } from '../../src/photos/photo-keys.ts';
import { type Db, openDb } from '../../src/platform/db.ts';
import { type App, startApp } from '../support/app.ts';
import { addStaff } from '../support/cast.ts';
import { type Portraits, portraitsOf } from '../support/portraits.ts';

let app: App;
let of: Portraits;
let owner: Db;
let ruth: PortraitBy;
beforeAll(async () => {
  app = await startApp();
  of = portraitsOf(app);
  owner = openDb({ url: app.ownerUrl, max: 1 });
  ruth = { kind: 'staff', staffId: await addStaff(app, 'ruth') };
});
afterAll(async () => {
  await owner.destroy();
  await app.stop();
});

const topLeft = { turn: 0, x: 10, y: 20, size: 120 } as const;

const broken = new Error('the disk is full');
const fail = () => Promise.reject(broken);
/** The use case with one thing of its files broken. */
const withBroken = (what: Partial<PhotoFiles>) => makeChangePortrait({ ...app, files: { ...app.files, ...what } });

/** The row and files before and after; then the same change without the fault. */
const expectUnchanged = async (photo: Photo, change: () => Promise<unknown>): Promise<void> => {
  const temporary = () => readdirSync(dirname(app.files.temporaryPath()));
  const everything = async () => [await of.now(photo), await of.filesOf(photo), await of.eventsOf(photo), temporary()];
  const before = await everything();
  await expect(change()).rejects.toThrow();
  expect(await everything()).toEqual(before);
  await of.expectWhole();
};

test('R59: when it cannot be written beside its place', async () => {
  const photo = await of.send();
  await expectUnchanged(photo, () => withBroken({ stageBytes: fail })(photo, topLeft, ruth));
  expect(await app.changePortrait(photo, topLeft, ruth)).toMatchObject({ ok: true });
});

test('R59: when it cannot be moved, or the folder cannot be put on disk after that', async () => {
  const photo = await of.send();
  await expectUnchanged(photo, () => withBroken({ keep: fail })(photo, topLeft, ruth));
  const keep: PhotoFiles['keep'] = async (staged, key) => {
    await app.files.keep(staged, key);
    throw broken;
  };
  await expectUnchanged(photo, () => withBroken({ keep })(photo, topLeft, ruth));
  expect(await app.changePortrait(photo, topLeft, ruth)).toMatchObject({ ok: true });
});

test.each([
  ['the row cannot be changed', 'before update of portrait_version on photos for each row', ''],
  [
    'the commit fails',
    'after update of portrait_version on photos deferrable initially deferred for each row',
    'constraint',
  ],
])('R59: when %s', async (_, when, kind) => {
  const photo = await of.send();
  await owner.raw(`create function fail() returns trigger language plpgsql as $$ begin raise exception 'no'; end $$`);
  await owner.raw(`create ${kind} trigger fail ${when} execute function fail()`);
  try {
    await expectUnchanged(photo, () => app.changePortrait(photo, topLeft, ruth));
  } finally {
    await owner.raw('drop trigger fail on photos');
    await owner.raw('drop function fail()');
  }
  expect(await app.changePortrait(photo, topLeft, ruth)).toMatchObject({ value: { portrait: { version: 2 } } });
  await of.expectWhole();
});

test('R59: the old file cannot be removed: the change is done, and the sweep takes the file', async () => {
  const photo = await of.send();
  const remove: PhotoFiles['remove'] = async (key, names) => {
    if (names?.includes(portraitFile(1))) throw broken;
    await app.files.remove(key, names);
  };
  expect(await withBroken({ remove })(photo, topLeft, ruth)).toMatchObject({ ok: true });
  expect(await of.filesOf(photo)).toEqual(['full', 'portrait-1', 'portrait-2', 'thumb']);
  await app.sweepPhotos.walk({ remove: true });
  expect(await of.filesOf(photo)).toEqual(['full', 'portrait-2', 'thumb']);
  await of.expectWhole();
});

test('R58: what a crash left in the place of the next version does not stand in the way', async () => {
  const photo = await of.send();
  writeFileSync(join(app.uploadsDir, 'photos', `${photo.filename}.portrait-2.jpg`), 'left by a crash');
  expect(await app.changePortrait(photo, topLeft, ruth)).toMatchObject({ value: { portrait: { version: 2 } } });
  await of.expectWhole();
});

test('a full picture that is missing or broken is said', async () => {
  const photo = await of.send();
  const path = join(app.uploadsDir, 'photos', `${photo.filename}.jpg`);
  const bytes = readFileSync(path);
  writeFileSync(path, bytes.subarray(0, 300));
  expect(await app.changePortrait(photo, topLeft, ruth)).toEqual({ ok: false, reason: 'unreadable' });
  unlinkSync(path);
  expect(await app.changePortrait(photo, topLeft, ruth)).toEqual({ ok: false, reason: 'unreadable' });
  writeFileSync(path, bytes);
  await of.expectWhole();
});
