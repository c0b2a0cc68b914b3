import { readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { isBackupId, makeBackupId, timeOf } from '../../src/backups/backup-names.ts';
import { type App, movableClock, startApp } from '../support/app.ts';
import { givePhoto } from '../support/actors.ts';
import { BACKUP_ENV, backupsDir, contentOf, emptyMachine, makeBackup, placeOf } from '../support/backups.ts';
import { addParent } from '../support/cast.ts';
import { startS3 } from '../support/s3.ts';

const DAY = 86_400_000;
let clock: ReturnType<typeof movableClock>;
let app: App;
const start = async (env: Record<string, string> = {}) => {
  clock = movableClock();
  app = await startApp({ env: { ...BACKUP_ENV, BACKUP_KEEP_DAYS: '10', BACKUP_KEEP_COUNT: '2', ...env }, clock });
};
beforeEach(() => start());
afterEach(() => app.stop());

const filesBelow = (folder: string) =>
  readdirSync(join(backupsDir(app), folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
const idsThere = async () => (await app.backups.list()).local.map(({ id }) => id);
const nextDay = () => clock.forward(DAY);

test('the id of a backup tells when it was made', () => {
  const id = makeBackupId(new Date('2026-11-26T02:00:05.123Z'), Buffer.from('1a2b3c4d', 'hex'));
  expect(id).toBe('20261126T020005Z-1a2b3c4d');
  expect([isBackupId(id), timeOf(id).toISOString()]).toEqual([true, '2026-11-26T02:00:05.000Z']);
  for (const text of ['', 'x', `${id}0`, `../${id}`]) expect(isBackupId(text)).toBe(false);
});

test('photos that are there already are not copied again', async () => {
  const maria = await addParent(app);
  await givePhoto(app, maria);
  expect((await makeBackup(app)).detail).toMatchObject({ new_files: 3, photo_files: 3 });
  const times = () => filesBelow('photos').map((path) => [path, statSync(path).mtimeMs, statSync(path).ino]);
  const before = times();
  nextDay();
  expect((await makeBackup(app)).detail).toMatchObject({ new_files: 0, photo_files: 3 });
  expect(times()).toEqual(before);
  await givePhoto(app, await addParent(app, 'kwame'));
  nextDay();
  expect((await makeBackup(app)).detail).toMatchObject({ new_files: 3, photo_files: 6 });
});

test('backups go after their days, never below their count, and photos with the last backup that lists them', async () => {
  const maria = await addParent(app);
  await givePhoto(app, maria);
  await givePhoto(app, await addParent(app, 'kwame'));
  const [first, second] = [await makeBackup(app), (nextDay(), await makeBackup(app))];
  await app.deletePhotos(maria);
  clock.forward(20 * DAY);
  const third = await makeBackup(app); // the rule counts those that are there: two old ones and this one
  expect(await idsThere()).toEqual([third, second].map(({ manifest }) => manifest.id));
  expect(filesBelow('photos')).toHaveLength(6); // the second lists Maria's still
  expect(first.manifest.id).not.toBe(second.manifest.id);
  nextDay();
  const fourth = await makeBackup(app);
  expect(await idsThere()).toEqual([fourth, third].map(({ manifest }) => manifest.id));
  expect(filesBelow('photos')).toHaveLength(3);
  nextDay();
  await makeBackup(app);
  expect(await idsThere()).toHaveLength(3); // the others are young
  const machine = await emptyMachine();
  expect(await machine.restore(placeOf(app), { id: fourth.manifest.id })).toMatchObject({ ok: true });
  machine.remove();
});

test('a half that a killed backup left is no backup, and the next one sweeps it with its photos', async () => {
  await givePhoto(app, await addParent(app));
  const { manifest } = await makeBackup(app);
  rmSync(join(backupsDir(app), 'sets', manifest.id, 'manifest.sealed'));
  const [photo = ''] = filesBelow('photos');
  writeFileSync(
    photo.replace(/[\da-f]{4}\.([^.]+\.[^.]+)\.sealed$/, 'ffff.$1.sealed'),
    'of a photo that was deleted meanwhile',
  );
  expect((await app.backups.list()).local).toMatchObject([{ id: manifest.id, isWhole: false }]);
  nextDay();
  const next = await makeBackup(app);
  expect(await idsThere()).toEqual([next.manifest.id]);
  expect(filesBelow('photos')).toHaveLength(3);
});

test('a photo that was lost or damaged before is named and does not end the backup', async () => {
  const [maria, kwame] = [await addParent(app), await addParent(app, 'kwame')];
  const [lost, damaged] = [await givePhoto(app, maria), await givePhoto(app, kwame)];
  const pathOf = async (id: number) => {
    const [row] = await app.db('photos').where({ id }).select<{ filename: string }[]>('filename');
    return join(app.uploadsDir, 'photos', row?.filename ?? '');
  };
  rmSync(`${await pathOf(lost)}.jpg`);
  writeFileSync(`${await pathOf(damaged)}.thumb.jpg`, 'no picture');
  const made = await makeBackup(app);
  expect(made).toMatchObject({ detail: { faults: 2, photo_files: 4 } });
  expect(made.lacking.sort()).toEqual([`photo ${lost}: full is missing`, `photo ${damaged}: thumb is damaged`].sort());
  const machine = await emptyMachine();
  expect(await machine.restore(placeOf(app))).toMatchObject({ ok: true, value: { files: 4 } });
  expect(await contentOf(machine.database.ownerUrl)).toEqual(await contentOf(app.ownerUrl));
  machine.remove();
});

test('without a key one is made, for its owner only; it counts as kept when somebody said so, and of each key anew', async () => {
  await app.stop();
  await start({ BACKUP_KEY: '' });
  expect(await app.backups.isKept()).toBe(false);
  const made = await makeBackup(app);
  expect(made.warning).toBe('key-of-each-machine');
  const path = join(app.config.DATA_DIR, 'backup-key');
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(await app.backups.isKept()).toBe(false);
  expect(await app.backups.confirmKept()).toBe(true);
  expect(await app.backups.isKept()).toBe(true);
  expect(await app.backups.state()).toMatchObject({ isKeyKept: true, isRed: false });
  const key = Buffer.from(await app.backups.key.get());
  const machine = await emptyMachine();
  expect(await machine.restore(placeOf(app, key))).toMatchObject({ ok: true });
  machine.remove();
  writeFileSync(path, Buffer.alloc(32, 9).toString('base64'));
  expect(await app.backups.isKept()).toBe(false);
  nextDay();
  await givePhoto(app, await addParent(app));
  expect((await makeBackup(app)).detail).toMatchObject({ new_files: 3 });
  writeFileSync(path, 'half a key');
  await expect(app.backups.run()).rejects.toThrow('backup-key');
});

test('in S3, too: the same files; what it missed is copied by the next one, and retention holds there', async () => {
  const s3 = await startS3();
  await app.stop();
  await start({ BACKUP_S3_BUCKET: s3.bucket, S3_ENDPOINT: s3.endpoint });
  await givePhoto(app, await addParent(app));
  const { warning, places, manifest } = await makeBackup(app);
  expect({ warning, places }).toEqual({ warning: 'old-pg-dump', places: 2 });
  const keysHere = () =>
    [...filesBelow('sets'), ...filesBelow('photos')].map((path) => path.slice(backupsDir(app).length + 1)).sort();
  const keysThere = async () =>
    (await s3.keys())
      .map((key) => key.replace('onboarding/backups/', ''))
      .filter((key) => key !== 'installation-id')
      .sort();
  expect(await keysThere()).toEqual(keysHere());
  const { remote } = await app.backups.list();
  expect(remote).toMatchObject([{ id: manifest.id, isWhole: true }]);
  clock.forward(20 * DAY);
  await makeBackup(app);
  clock.forward(20 * DAY);
  await makeBackup(app);
  expect(await keysThere()).toEqual(keysHere());
  expect(await idsThere()).toHaveLength(2);
  await s3.stop();
  clock.forward(DAY);
  expect(await makeBackup(app)).toMatchObject({ places: 1, warning: 'place-away' });
  expect(await app.backups.state()).toMatchObject({ isRed: true });
}, 120_000);
