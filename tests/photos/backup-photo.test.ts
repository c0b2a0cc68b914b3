import { mkdir, rm, writeFile } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { to } from '../../src/http/paths.ts';
import { portraitFile, type StorageKey } from '../../src/photos/photo-keys.ts';
import { filesWith } from '../../src/photos/remove-copies.ts';
import { signIn } from '../support/actors.ts';
import { type App, startApp } from '../support/app.ts';
import { addParent, addStaff } from '../support/cast.ts';
import { type FaultyS3, startFaultyS3 } from '../support/faulty-s3.ts';
import { type Portraits, portraitsOf } from '../support/portraits.ts';

let s3: FaultyS3;
let app: App;
let of: Portraits;
beforeAll(async () => {
  s3 = await startFaultyS3();
});
beforeEach(async () => {
  app = await startApp({ env: { ...s3.env, STORAGE: 'mirror', S3_PREFIX: `${crypto.randomUUID()}/` } });
  of = portraitsOf(app);
});
afterEach(async () => {
  s3.heal();
  await app.stop();
});
afterAll(() => s3.stop());

const never = new AbortController().signal;
const backUp = (photoId: number) => app.backupPhoto.backUp(photoId, { signal: never });
const copiesOf = async (filename: string) => (await s3.keys()).flatMap((key) => key.split(filename)[1] ?? []).sort();
const WHOLE = ['.jpg', '.portrait-1.jpg', '.thumb.jpg'];
const jobs = async (name: string) => (await app.queue.list()).filter((job) => job.name === name);
const crop = { turn: 0, x: 0, y: 0, size: 200 } as const;

test('the job is queued with the row, copies all three files, and the row says so', async () => {
  const photo = await of.send();
  expect((await jobs('photo-backup')).map(({ payload }) => payload)).toEqual([{ photoId: photo.id }]);
  expect(await app.backupPhoto.mirrorBacklog()).toEqual({ copied: 0, waiting: 1, oldestAt: expect.any(Date) as Date });
  app.jobs.start();
  await expect.poll(() => copiesOf(photo.filename), { timeout: 10_000 }).toEqual(WHOLE);
  await expect.poll(() => app.backupPhoto.mirrorBacklog()).toEqual({ copied: 1, waiting: 0, oldestAt: null });
  for (const file of filesWith(1)) {
    expect(await app.files.bucket?.read(photo.filename, file)).toEqual(await app.files.disk.read(photo.filename, file));
  }
});

test('one job makes up for all that wait, also for photos from before the mirror', async () => {
  const photos = [];
  for (let n = 0; n < 20; n += 1) photos.push(await of.send(await addParent(app)));
  await app.db.raw(`delete from pgboss.job where name = 'photo-backup'`);
  await app.db('photos').update({ unbacked_since: app.db.raw(`now() - interval '2 minutes'`) });
  expect(await app.backupPhoto.catchUp({ jobs: 1 })).toBe(0);
  expect(await app.backupPhoto.catchUp({ jobs: 0 })).toBe(1);
  const [job] = await jobs('photo-backup');
  await backUp((job?.payload as { photoId: number }).photoId);
  expect(await app.backupPhoto.mirrorBacklog()).toEqual({ copied: 20, waiting: 0, oldestAt: null });
  for (const { filename } of photos) expect(await copiesOf(filename)).toEqual(WHOLE);
  expect(await app.backupPhoto.catchUp({ jobs: 0 })).toBe(0);
});

test('a new portrait waits again, is copied alone, and the old one goes', async () => {
  const photo = await of.send();
  await backUp(photo.id);
  await app.changePortrait(photo, crop, 'face');
  expect(await app.backupPhoto.mirrorBacklog()).toMatchObject({ copied: 0, waiting: 1 });
  const before = s3.requests.length;
  await backUp(photo.id);
  expect(s3.requests.slice(before).filter(({ method }) => method === 'PUT')).toHaveLength(1);
  const [removal] = await jobs('photo-removal');
  expect(removal?.payload).toEqual({ key: photo.filename, files: ['portrait-1'] });
  await app.removeCopies(removal?.payload as { key: StorageKey; files: ['full'] });
  expect(await copiesOf(photo.filename)).toEqual(['.jpg', '.portrait-2.jpg', '.thumb.jpg']);
});

test('a photo that is deleted loses its copies, whichever job comes first', async () => {
  const parent = await addParent(app);
  const first = await of.send(parent);
  await backUp(first.id);
  const second = await of.send(await addParent(app));
  // The removal of the second comes while it is copied: it finds nothing to remove yet.
  const { bucket } = app.files;
  if (!bucket) throw new Error('no bucket');
  const { put } = bucket;
  let isDeleted = false;
  bucket.put = async (...args) => {
    if (!isDeleted) {
      isDeleted = true;
      await app.db('photos').where({ id: second.id }).delete();
      await app.removeCopies({ key: second.filename, files: filesWith(1) });
    }
    await put(...args);
  };
  await backUp(second.id);
  bucket.put = put;
  expect(isDeleted).toBe(true);
  expect(await copiesOf(second.filename)).toEqual([]);
  await app.deletePhotos(parent);
  app.jobs.start();
  await expect.poll(() => copiesOf(first.filename), { timeout: 10_000 }).toEqual([]);
});

test.each(['before', 'after'] as const)(
  'a portrait that is replaced %s its copy was put leaves no old version',
  async (moment) => {
    const photo = await of.send();
    const { bucket } = app.files;
    if (!bucket) throw new Error('no bucket');
    const { put } = bucket;
    let isChanged = false;
    const change = async (): Promise<void> => {
      isChanged = true;
      await app.changePortrait(photo, crop, 'face');
    };
    bucket.put = async (key, file, ...rest) => {
      const isFirst = !isChanged && file === portraitFile(1);
      if (isFirst && moment === 'before') await change(); // then it is gone from the disk
      await put(key, file, ...rest);
      if (isFirst && moment === 'after') await change();
    };
    await backUp(photo.id);
    bucket.put = put;
    expect(isChanged).toBe(true);
    await backUp(photo.id);
    expect(await copiesOf(photo.filename)).toEqual(['.jpg', '.portrait-2.jpg', '.thumb.jpg']);
    expect(await app.backupPhoto.mirrorBacklog()).toMatchObject({ waiting: 0 });
    expect(app.logs.join('')).not.toContain('cannot be read');
  },
);

test('a file that is damaged here is never copied; one that is lost here is shown from its copy', async () => {
  const photo = await of.send();
  const path = app.files.disk.pathOf(photo.filename, 'full');
  const whole = await app.files.disk.read(photo.filename, 'full');
  await writeFile(path, 'damaged');
  await backUp(photo.id);
  expect(await copiesOf(photo.filename)).not.toContain('.jpg');
  expect(await app.backupPhoto.mirrorBacklog()).toMatchObject({ waiting: 1 });
  await writeFile(path, whole ?? '');
  await backUp(photo.id);
  await app.files.remove(photo.filename);
  await addStaff(app, 'ruth');
  const { cookie } = await signIn(app, 'ruth');
  const shown = await fetch(app.url + to.adminPicture(photo.id, 'full'), { headers: { cookie } });
  expect(Buffer.from(await shown.arrayBuffer())).toEqual(whole);
});

test('R62: S3 is away and refuses us while parents send: they notice nothing, an alarm is raised, and the backlog drains when it is back', async () => {
  s3.fail('down');
  app.jobs.start();
  const photos = [];
  for (let n = 0; n < 3; n += 1) photos.push(await of.send(await addParent(app)));
  await app.checkStorage(); // readiness does not depend on the mirror
  s3.fail(403);
  await expect.poll(() => app.logs.some((line) => line.includes('S3 refuses us')), { timeout: 20_000 }).toBe(true);
  expect(await app.backupPhoto.mirrorBacklog()).toMatchObject({ copied: 0, waiting: 3 });
  expect(app.logs.join('')).not.toMatch(new RegExp(`${s3.bucket}|${photos[0]?.filename}`));
  s3.heal();
  await expect
    .poll(() => app.backupPhoto.mirrorBacklog(), { timeout: 25_000 })
    .toMatchObject({ copied: 3, waiting: 0 });
  for (const { filename } of photos) expect(await copiesOf(filename)).toEqual(WHOLE);
}, 60_000);

test('a file that cannot be read holds up no other photo, and is named once', async () => {
  const broken = await of.send();
  const path = app.files.disk.pathOf(broken.filename, 'full');
  const others = [await of.send(await addParent(app)), await of.send(await addParent(app))];
  await rm(path);
  await mkdir(path); // EISDIR
  await backUp(broken.id);
  await backUp(broken.id);
  for (const { filename } of others) expect(await copiesOf(filename)).toEqual(WHOLE);
  expect(await app.backupPhoto.mirrorBacklog()).toMatchObject({ copied: 2, waiting: 1 });
  const warnings = app.logs.filter((line) => line.includes('cannot be read'));
  expect(warnings.map((line) => JSON.parse(line) as object)).toMatchObject([{ photoId: broken.id, code: 'EISDIR' }]);
  expect(warnings.join('')).not.toContain(broken.filename);
});

test('a copy that the doctor misses while a new portrait is copied is wanted again', async () => {
  const photo = await of.send();
  await backUp(photo.id);
  await app.changePortrait(photo, crop, 'face');
  const { bucket } = app.files;
  if (!bucket) throw new Error('no bucket');
  const { put } = bucket;
  bucket.put = async (...args) => {
    await put(...args);
    await app.db('photos').where({ id: photo.id }).update({ backed_up_at: null });
  };
  await app.backupPhoto.backUp(photo.id, { signal: AbortSignal.abort() });
  bucket.put = put;
  expect(await app.backupPhoto.mirrorBacklog()).toMatchObject({ copied: 0, waiting: 1 });
});
