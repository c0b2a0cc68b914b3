// R60: the volume of the uploads is full, has no room for another file, or is read-only, while parents send photos.
import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Db, openDb } from '../../src/platform/db.ts';
import { startEmbeddedPostgres } from '../../src/platform/embedded-postgres.ts';
import { addSenders } from '../support/office.ts';
import { scene } from '../support/pictures.ts';
import { type Sender, sendPhoto } from '../support/sender.ts';
import { type Home, makeHome, type Service } from '../support/service.ts';
import { mountSmallDisk } from '../support/small-disk.ts';
import { expectPage } from '../support/stored.ts';

const canMount = process.platform === 'linux' && process.getuid?.() === 0;
const SOUND = { orphan_files: 0, rows_without_file: 0, checksum_mismatches: 0 };

let home: Home;
let disk: Awaited<ReturnType<typeof mountSmallDisk>>;
let service: Service;
let maria: Sender;
let photo: Buffer;
let postgres: Awaited<ReturnType<typeof startEmbeddedPostgres>>;
let db: Db;
beforeAll(async () => {
  if (!canMount) return;
  home = makeHome();
  disk = await mountSmallDisk(home.uploadsDir, { megabytes: 8, files: 100 });
  service = await home.start({ under: disk.under });
  const [sender] = await addSenders(service.url, 1);
  if (!sender) throw new Error('no sender');
  maria = sender;
  postgres = await startEmbeddedPostgres({ dir: home.dataDir, durable: true });
  db = openDb({ url: postgres.url('onboarding'), max: 1 });
  photo = await scene(900, 1200).jpeg().toBuffer();
});
afterAll(async () => {
  if (!canMount) return;
  await db.destroy();
  await postgres.stop();
  await home.remove();
  disk.unmount();
});
beforeEach(() => {
  if (canMount) disk.clear();
});

afterEach(async () => {
  if (!canMount) return;
  disk.clear();
  expect(await home.doctor(disk.under)).toMatchObject(SOUND);
});

const isReady = async (): Promise<number> => (await fetch(`${service.url}/readyz`)).status;
const photosNow = async (): Promise<number> =>
  Number((await db('photos').count<{ count: string }[]>())[0]?.count ?? Number.NaN);

/** Sends a photo while the disk is out of order: a page, no row, and the same photo is taken when there is room again. */
const sendMeanwhile = async (): Promise<number> => {
  const before = await photosNow();
  const uploadId = randomUUID();
  const bytes = Buffer.concat([photo, Buffer.from(uploadId)]);
  const answer = await sendPhoto(maria, bytes, { uploadId });
  if (answer.status !== 303) {
    expectPage(answer, 503, 'short break', 'Try again');
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
    expect(await photosNow()).toBe(before);
  }
  expect((await fetch(`${service.url}/healthz`)).status).toBe(200);
  disk.clear();
  await expect.poll(isReady, { timeout: 5000 }).toBe(200);
  expect((await sendPhoto(maria, bytes, { uploadId })).status).toBe(303);
  expect(await photosNow()).toBe(before + 1);
  return answer.status;
};

test.runIf(canMount)('R60: doctor looks at a disk that takes nothing', async () => {
  disk.makeReadOnly();
  expect(await home.doctor(disk.under)).toMatchObject(SOUND);
});

test.runIf(canMount)('R60: a full disk: 503 with a page and no row, not ready; it recovers by itself', async () => {
  disk.fillUpTo(0);
  await expect.poll(isReady, { timeout: 5000 }).toBe(503);
  expect(await sendMeanwhile()).toBe(503);
});

test.runIf(canMount)('R60: a disk that gets full at this or that step of a photo', async () => {
  const statuses = [];
  for (const left of [8, 80, 160, 320, 400, 480, 640, 1000]) {
    disk.fillUpTo(left * 1024);
    statuses.push(await sendMeanwhile());
  }
  expect(statuses).toContain(503);
  expect(statuses.at(-1)).toBe(303);
});

test.runIf(canMount)('R60: no room for another file', async () => {
  for (const left of [0, 1, 2, 3]) {
    disk.useUpFiles(left);
    expect(await sendMeanwhile(), `${left} left`).toBe(503);
  }
});

test.runIf(canMount)('R60: a disk that has become read-only', async () => {
  disk.makeReadOnly();
  await expect.poll(isReady, { timeout: 5000 }).toBe(503);
  expect(await sendMeanwhile()).toBe(503);
});

test.runIf(canMount)('R60: not one line of the log says that a person must act', () => {
  expect(service.logged().filter(({ level }) => level === 'error')).toEqual([]);
});
