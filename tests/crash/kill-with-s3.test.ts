import { randomInt } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { GetObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { seededRandom } from '../../src/shared/seeded-random.ts';
import { filesIn } from '../support/everything.ts';
import { type FaultyS3, startFaultyS3 } from '../support/faulty-s3.ts';
import { addSenders } from '../support/office.ts';
import { scene } from '../support/pictures.ts';
import { S3_CREDENTIALS } from '../support/s3.ts';
import type { Sender } from '../support/sender.ts';
import { type Home, makeHome, type Service } from '../support/service.ts';
import { askDatabase, makeUploader, missingOf } from '../support/uploader.ts';

const KILLS = 3;
const SENDERS = 3;
const SEED = randomInt(2 ** 31);
const random = seededRandom(SEED);

let s3: FaultyS3;
let home: Home;
let senders: Sender[];
let photo: Buffer;
const envOf = (storage: 'local' | 's3' | 'mirror') => ({ ...s3.env, ...S3_CREDENTIALS, STORAGE: storage });
beforeAll(async () => {
  s3 = await startFaultyS3();
  home = makeHome();
  photo = await scene(600, 600).jpeg().toBuffer();
  const service = await home.start({ env: envOf('mirror') });
  senders = await addSenders(service.url, SENDERS);
  await service.end('SIGTERM');
});
afterAll(async () => {
  await home.remove();
  await s3.stop();
});

/** Ends the service again and again, up to `ms` after it took a photo; gives what was acknowledged, and the last service. */
const killOften = async (env: Record<string, string>, ms: number) => {
  let service: Service = await home.start({ env });
  const uploader = makeUploader(
    senders.map((sender) => ({ sender, bytes: photo })),
    () => ({ which: 0, port: Number(new URL(service.url).port) }),
  );
  for (let kill = 0; kill < KILLS; kill += 1) {
    const before = uploader.taken(0);
    await expect.poll(() => uploader.taken(0), { timeout: 20_000, interval: 5 }).toBeGreaterThan(before);
    await wait(random() * ms);
    await service.end('SIGKILL');
    service = await home.start({ env });
  }
  await uploader.stop();
  return { service, acknowledged: uploader.acknowledged };
};

const onDisk = async () => (await filesIn(join(home.uploadsDir, 'photos'))).length;
const readObject = async (name: string): Promise<Buffer> => {
  const command = new GetObjectCommand({ Bucket: s3.bucket, Key: `onboarding/photos/${name}.jpg` });
  const { Body } = await s3.client.send(command);
  return Buffer.from((await Body?.transformToByteArray()) ?? []);
};

const SOUND = { rows_without_file: 0, checksum_mismatches: 0, strays: 0 };

test(`R58: ${KILLS} times kill -9 with a mirror: integrity and history hold, and all is copied after it (seed ${SEED})`, async () => {
  const { service, acknowledged } = await killOften(envOf('mirror'), 2500); // jobs are looked for every 2 s
  const waiting = () =>
    askDatabase(home, (db) => db('photos').whereNotNull('unbacked_since').whereNull('files_deleted_at').pluck('id'));
  await expect.poll(waiting, { timeout: 30_000, interval: 250 }).toEqual([]);
  expect(await home.doctor([], envOf('mirror'))).toMatchObject({ ...SOUND, orphan_files: 0, unbacked: 0 });
  expect(await missingOf(home, acknowledged)).toEqual([]);
  expect(await missingOf(home, acknowledged, readObject)).toEqual([]);
  expect(service.logged().filter(({ level }) => level === 'error')).toEqual([]);
  await service.end('SIGTERM');
});

test(`R58: ${KILLS} times kill -9 with the photos in S3: no row without its objects, and history holds (seed ${SEED})`, async () => {
  const before = await onDisk();
  const { service, acknowledged } = await killOften(envOf('s3'), 400);
  const found = await home.doctor([], envOf('s3'));
  expect(found).toMatchObject(SOUND);
  // What no row knows may stay in S3 for a week: at most what was on its way, three objects each.
  expect(found['orphan_files']).toBeLessThanOrEqual(3 * SENDERS * KILLS);
  expect(await missingOf(home, acknowledged, readObject)).toEqual([]);
  expect(await onDisk()).toBe(before);
  expect(service.logged().filter(({ level }) => level === 'error')).toEqual([]);
  await service.end('SIGTERM');
});

test('storage:move ends cleanly at Ctrl-C, and the same command goes on at once', async () => {
  const objects = (await s3.keys()).length;
  s3.slow(100);
  const move = home.command(['storage:move', '--to', 'local'], envOf('local'));
  await expect.poll(async () => (await s3.keys()).length, { timeout: 20_000 }).toBeLessThan(objects);
  expect(await move.end('SIGINT')).toEqual({ code: 1, signal: null });
  expect(move.stdout()).toContain('Stopped. The same command goes on from here.');
  s3.heal();
  const again = await home.cli(['storage:move', '--to', 'local', '--json'], envOf('local'));
  expect(JSON.parse(again.stdout)).toMatchObject({ moved: expect.any(Number) as number });
  expect(await home.doctor([], envOf('local'))).toMatchObject(SOUND);
});
