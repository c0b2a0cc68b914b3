import { randomBytes } from 'node:crypto';
import { unlinkSync } from 'node:fs';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type App, movableClock, startApp } from '../support/app.ts';
import { to } from '../../src/http/paths.ts';
import { openDb } from '../../src/platform/db.ts';
import { givePhoto } from '../support/actors.ts';
import { addParent, addStaff } from '../support/cast.ts';
import { makeVisitor } from '../support/visitor.ts';

const DAY = 24 * 3600 * 1000;
const clock = movableClock();
let app: App;
let ruth: { kind: 'staff'; staffId: number };
beforeAll(async () => {
  app = await startApp({ clock });
  ruth = { kind: 'staff', staffId: await addStaff(app, 'ruth') };
});
afterAll(() => app.stop());

const send = async (parentId: number): Promise<number> => {
  const parent = await app.parents.findById(parentId);
  if (!parent) throw new Error('no such parent');
  const path = app.files.temporaryPath();
  await sharp({ create: { width: 300, height: 400, channels: 3, background: 'teal' } })
    .jpeg()
    .toFile(path);
  const upload = { path, size: 1000, sha256: randomBytes(32).toString('hex'), uploadId: crypto.randomUUID() };
  const received = await app.receivePhoto(parent, upload);
  unlinkSync(path);
  if (!received.ok) throw new Error(received.reason);
  return received.value.photoId;
};
const countFiles = async (): Promise<number> => (await Array.fromAsync(app.files.list())).length;

test('files of superseded and rejected photos go after 30 days, their rows stay; what is in force stays whole', async () => {
  const { id } = await addParent(app);
  const other = await addParent(app, 'kwame');
  await send(id);
  const approved = await send(id); // the first is superseded
  await app.reviewPhoto.approve(ruth, 1, approved);
  const rejected = await send(other.id);
  await app.reviewPhoto.reject(ruth, 1, rejected, { reasons: ['blurred'], note: null, seen: 'pending' });
  expect(await countFiles()).toBe(9);

  clock.forward(29 * DAY);
  expect(await app.clearPhotos()).toBe(0);
  clock.forward(2 * DAY);
  expect(await app.clearPhotos()).toBe(2);
  expect(await app.clearPhotos()).toBe(0);
  expect(await countFiles()).toBe(3);
  expect(await app.checkIntegrity({ repair: false })).toMatchObject({ photos: 1, orphanFiles: 0, rowsWithoutFile: 0 });
  expect(await app.db('photos').count<{ count: string }[]>()).toEqual([{ count: '3' }]);
  expect(await app.parents.findById(id)).toMatchObject({ status: 'approved', photoId: approved });
  expect(await app.parents.findById(other.id)).toMatchObject({ status: 'rejected', photoId: null });
  await app
    .db('parents')
    .where({ id: other.id })
    .update({ link_expires_at: new Date(clock.now().getTime() + DAY) });
  const link = await makeVisitor(app.url).open(to.link(other.uniqueId));
  expect(link.text).toContain('We need a new photo');
  expect(link.text).toContain('The photo is not sharp'); // the parent still reads why
  expect((await app.timeline(1, other.id))[0]).toMatchObject({ kind: 'photo.cleared', photoId: rejected });
});

test('OLD_PHOTOS_DAYS says after how many days', async () => {
  const short = await startApp({ clock, env: { OLD_PHOTOS_DAYS: '7' } });
  const rejected = await givePhoto(short, await addParent(short));
  await short.reviewPhoto.reject({ kind: 'system' }, 1, rejected, {
    reasons: ['blurred'],
    note: null,
    seen: 'pending',
  });
  clock.forward(6 * DAY);
  expect(await short.clearPhotos()).toBe(0);
  clock.forward(2 * DAY);
  expect(await short.clearPhotos()).toBe(1);
  await short.stop();
});

test('photos cleared or deleted together are told in the order in which they came, however their rows lie', async () => {
  const { id } = await addParent(app);
  const photos = [await send(id), await send(id), await send(id), await send(id)];
  const [first = 0, , third = 0] = photos;
  // A row that changes is written anew, behind the others; a table known to be small is read as its rows lie.
  for (const moved of [third, first]) await app.db('photos').where({ id: moved }).update({ width: 301 });
  const owner = openDb({ url: app.ownerUrl, max: 1 });
  await owner.raw('analyze photos');
  await owner.destroy();
  const told = async (kind: string) => {
    const events = app.db('events').where({ kind, parent_id: id }).orderBy('id');
    return (await events.select<{ photo_id: string }[]>('photo_id')).map((event) => Number(event.photo_id));
  };

  clock.forward(31 * DAY);
  expect(await app.clearPhotos()).toBe(3);
  expect(await told('photo.cleared')).toEqual(photos.slice(0, 3));

  const parent = await app.parents.findById(id);
  if (!parent) throw new Error('no such parent');
  await app.deletePhotos(parent);
  expect(await told('photo.deleted')).toEqual(photos);
});
