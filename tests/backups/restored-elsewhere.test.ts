import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openDb } from '../../src/platform/db.ts';
import { type App, startApp } from '../support/app.ts';
import { givePhoto } from '../support/actors.ts';
import { BACKUP_ENV, emptyMachine, makeBackup, placeOf } from '../support/backups.ts';
import { addParent } from '../support/cast.ts';
import { startS3, type TestS3 } from '../support/s3.ts';

let s3: TestS3;
let app: App;
const env = () => ({ ...BACKUP_ENV, ...s3.env, STORAGE: 's3' });
beforeAll(async () => {
  s3 = await startS3();
  app = await startApp({ env: env() });
  await givePhoto(app, await addParent(app));
  await app.db('sessions').insert({ sid: 'of-ruth', sess: '{}', expire: new Date(Date.now() + 86_400_000) });
  await app.db('rate_limits').insert({ key: 'sign-in', points: 5, expire: Date.now() + 86_400_000 });
  await makeBackup(app);
});
afterAll(async () => {
  await app.stop();
  await s3.stop();
});

const machineWith = async (takeOver: boolean) => {
  const machine = await emptyMachine();
  expect(await machine.restore(placeOf(app), { takeOver })).toMatchObject({ ok: true });
  const { url, ownerUrl } = machine.database;
  const start = (more: Record<string, string> = {}) =>
    startApp({
      env: {
        ...env(),
        ...{ DATABASE_URL: url, MIGRATION_DATABASE_URL: ownerUrl, UPLOADS_DIR: machine.uploadsDir },
        ...more,
      },
    });
  const ask = async <Row extends object>(table: string): Promise<Row[]> => {
    const db = openDb({ url: ownerUrl, max: 1 });
    return db<Row>(table).finally(() => db.destroy()) as Promise<Row[]>;
  };
  return { ...machine, start, ask };
};
const idOf = async (rows: Promise<{ id: string }[]>) => (await rows)[0]?.id;

describe('a backup that is restored on another machine with the same environment', () => {
  test('is an installation of its own: the bucket and the folder of the original refuse it, and are untouched', async () => {
    const machine = await machineWith(false);
    const before = await s3.keys();
    const original = await idOf(app.db('installation').select<{ id: string }[]>('id'));
    expect(await idOf(machine.ask<{ id: string }>('installation'))).not.toBe(original);
    await expect(machine.start()).rejects.toThrow('The bucket holds the photos of another database');
    await expect(machine.start({ UPLOADS_DIR: app.uploadsDir, STORAGE: 'local', S3_BUCKET: '' })).rejects.toThrow(
      'UPLOADS_DIR holds the photos of another database',
    );
    expect(await s3.keys()).toEqual(before);
    const elsewhere = await startS3();
    const there = await machine.start(elsewhere.env);
    await there.stop();
    await elsewhere.stop();
    machine.remove();
  });

  test('is the same installation after --take-over, and the bucket knows it', async () => {
    const machine = await machineWith(true);
    const original = await idOf(app.db('installation').select<{ id: string }[]>('id'));
    expect(await idOf(machine.ask<{ id: string }>('installation'))).toBe(original);
    const there = await machine.start();
    await there.stop();
    machine.remove();
  });

  test('brings back no session and no count of attempts', async () => {
    const machine = await machineWith(true);
    expect([await machine.ask('sessions'), await machine.ask('rate_limits')]).toEqual([[], []]);
    machine.remove();
  });
});
