import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { photoName, photoOf } from '../../src/backups/backup-names.ts';
import { type App, startApp } from '../support/app.ts';
import { givePhoto } from '../support/actors.ts';
import { BACKUP_ENV, backupsDir, makeBackup } from '../support/backups.ts';
import { addParent } from '../support/cast.ts';

let app: App;
beforeEach(async () => {
  app = await startApp({ env: BACKUP_ENV });
});
afterEach(() => app.stop());

const copies = () =>
  readdirSync(join(backupsDir(app), 'photos'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
const copyOf = (file: string) => copies().find((path) => path.includes(`.${file}.`)) ?? '';
const photoAt = async (id: number, ending: string) => {
  const [row] = await app.db('photos').where({ id }).select<{ filename: string }[]>('filename');
  return join(app.uploadsDir, 'photos', `${row?.filename}${ending}`);
};
const intoFolder = (path: string) => {
  rmSync(path);
  mkdirSync(join(path, 'x'), { recursive: true });
};

test('the name of a copy tells what is in it, so that two portraits of one number are two copies', () => {
  const of = (sha256: string) => photoName('0a1b2c3d', 's1/ab/abcd', { file: 'portrait-2', sha256 });
  const [one, other] = [of('1'.repeat(64)), of('2'.repeat(64))];
  expect(one).toBe(`photos/0a1b2c3d/s1/ab/abcd.portrait-2.${'1'.repeat(16)}.sealed`);
  expect(other).not.toBe(one);
  expect(photoOf(one)).toEqual({ keyId: '0a1b2c3d', key: 's1/ab/abcd', file: 'portrait-2' });
});

test('a copy that was cut off is copied anew; one whose file is cut off stays', async () => {
  const id = await givePhoto(app, await addParent(app));
  await makeBackup(app);
  const [cut, kept] = [copyOf('full'), copyOf('thumb')];
  const [whole, sound] = [statSync(cut).size, readFileSync(kept)];
  truncateSync(cut, whole - 1);
  truncateSync(await photoAt(id, '.thumb.jpg'), 10);
  expect((await makeBackup(app)).detail).toMatchObject({ new_files: 1, photo_files: 3, faults: 0 });
  expect(statSync(cut).size).toBe(whole);
  expect(readFileSync(kept).equals(sound)).toBe(true);
});

test('a photo or a copy that cannot be read is a fault with a name, and ends neither the backup nor the look at it', async () => {
  const [first, second] = [
    await givePhoto(app, await addParent(app)),
    await givePhoto(app, await addParent(app, 'kwame')),
  ];
  intoFolder(await photoAt(first, '.jpg'));
  const made = await makeBackup(app);
  expect(made.lacking).toEqual([`photo ${first}: full is damaged`]);
  expect(made.detail).toMatchObject({ faults: 1, photo_files: 5 });
  const copy = copyOf('full');
  intoFolder(copy);
  expect(await app.backups.verify()).toMatchObject({
    value: { faults: 1, faulty: [copy.slice(backupsDir(app).length + 1)] },
  });
  expect((await makeBackup(app)).lacking.sort()).toEqual([
    `photo ${first}: full is damaged`,
    `photo ${second}: full is unwritable`,
  ]);
});

test('a look or a rehearsal that failed, and a photo without a copy, turn the state red', async () => {
  const id = await givePhoto(app, await addParent(app));
  const fail = (kind: 'backup-verify' | 'backup-rehearsal') =>
    app.longWork.run(kind, () => Promise.reject(new Error('it broke'))).catch(() => undefined);
  await makeBackup(app);
  expect(await app.backups.state()).toMatchObject({ isRed: false });
  await fail('backup-verify');
  expect(await app.officeBackups.state()).toMatchObject({ isRed: true, hasVerifyFailed: true });
  await app.backups.verify();
  expect(await app.officeBackups.state()).toMatchObject({ isRed: false, hasVerifyFailed: false });
  await fail('backup-rehearsal');
  expect(await app.officeBackups.state()).toMatchObject({ isRed: true, hasRehearsalFailed: true });
  await app.db('long_work').where({ kind: 'backup-rehearsal' }).delete();
  rmSync(await photoAt(id, '.jpg'));
  rmSync(copyOf('full'));
  await makeBackup(app);
  expect(await app.officeBackups.state()).toMatchObject({ isRed: true, newest: { faults: 1 } });
});
