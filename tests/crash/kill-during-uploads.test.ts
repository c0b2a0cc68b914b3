import { createHash, randomInt, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openDb } from '../../src/platform/db.ts';
import { startEmbeddedPostgres } from '../../src/platform/embedded-postgres.ts';
import { type Random, seededRandom } from '../../src/shared/seeded-random.ts';
import { addSenders } from '../support/office.ts';
import { scene } from '../support/pictures.ts';
import { type Home, makeHome, type Service } from '../support/service.ts';
import { type Sender, sendPhoto } from '../support/sender.ts';

const KILLS = 50;
const SEED = randomInt(2 ** 31);
const SENDERS = 6;

let home: Home;
let services: [Service, Service];
let senders: Sender[];
let photos: Buffer[];
beforeAll(async () => {
  home = makeHome();
  await (await home.start()).end('SIGINT'); // fills the compile cache
  services = [await home.start(), await home.start()];
  senders = await addSenders(services[0].url, SENDERS);
  // Each sender's photo differs in size, so that the kills meet all steps of the work.
  photos = await Promise.all([300, 600, 900, 1200, 1600, 2400].map((side) => scene(side, side).jpeg().toBuffer()));
});
afterAll(() => home.remove());

type Acknowledged = { parentId: number; uploadId: string; sha256: string };
const acknowledged: Acknowledged[] = [];
let refused = 0;
/** By each of the two instances. */
const taken = [0, 0] as [number, number];

/** Sends photos until told to stop. What breaks off is sent again with the same id, as a browser does. */
const keepSending = async (sender: Sender, source: Buffer, isOver: () => boolean): Promise<void> => {
  let bytes = source;
  let tries = 0;
  for (let uploadId = randomUUID(); !isOver(); ) {
    const which = tries % 2 === 0 ? 0 : 1;
    const port = Number(new URL(services[which].url).port);
    tries += 1;
    const answer = await sendPhoto({ ...sender, port }, bytes, { uploadId }).catch(() => undefined);
    if (answer?.status === 303) {
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      acknowledged.push({ parentId: sender.parentId, uploadId, sha256 });
      taken[which] += 1;
      uploadId = randomUUID();
      bytes = Buffer.concat([source, Buffer.from(uploadId)]); // other bytes each time
    } else {
      if (answer && answer.status !== 0) refused += 1;
      await wait(20);
    }
  }
};

/** Rows and files beside what the clients were told. */
const missingHistory = async (): Promise<string[]> => {
  const postgres = await startEmbeddedPostgres({ dir: home.dataDir, durable: true });
  const db = openDb({ url: postgres.url('onboarding'), max: 1 });
  try {
    const rows = await db('photos').select<{ parent_id: string; upload_id: string; source_sha256: string; sha256: string; filename: string }[]>();
    const byUpload = new Map(rows.map((row) => [`${row.parent_id} ${row.upload_id} ${row.source_sha256}`, row]));
    return acknowledged.flatMap(({ parentId, uploadId, sha256 }) => {
      const row = byUpload.get(`${parentId} ${uploadId} ${sha256}`);
      if (!row) return [`no row for ${uploadId}`];
      const file = readFileSync(join(home.uploadsDir, 'photos', `${row.filename}.jpg`));
      return createHash('sha256').update(file).digest('hex') === row.sha256 ? [] : [`another file for ${uploadId}`];
    });
  } finally {
    await db.destroy();
    await postgres.stop();
  }
};

/** Ends one of the two instances again and again; each start sweeps what the end before left, beside the other at work. */
const keepKilling = async (which: 0 | 1, random: Random): Promise<void> => {
  for (let kill = 0; kill < KILLS / 2; kill += 1) {
    // Every other time in the thick of it: after some photos were taken; else soon after the start, in its sweeps.
    const enough = taken[which] + (kill % 2 === 0 ? 2 : 0);
    for (let waited = 0; taken[which] < enough && waited < 5000; waited += 5) await wait(5);
    await wait(random() * (kill % 2 === 0 ? 150 : 500));
    await services[which].end('SIGKILL');
    services[which] = await home.start();
  }
};

test(`R58: ${KILLS} times kill -9 of servers at random moments of uploads: integrity and history hold (seed ${SEED})`, async () => {
  let over = false;
  const sending = senders.map((sender, i) => keepSending(sender, photos[i % photos.length] ?? Buffer.alloc(0), () => over));
  await Promise.all([keepKilling(0, seededRandom(SEED)), keepKilling(1, seededRandom(SEED + 1))]);
  over = true;
  await Promise.all(sending);
  await Promise.all(services.map((service) => service.end('SIGKILL')));
  const last = await home.start();
  const sound = { orphan_files: 0, rows_without_file: 0, checksum_mismatches: 0 };
  await expect.poll(async () => JSON.parse((await home.cli('doctor', '--json')).stdout), { timeout: 30_000 }).toMatchObject(sound);
  expect(last.logged().filter(({ level }) => level === 'error')).toEqual([]);
  expect(await missingHistory()).toEqual([]);
  expect(acknowledged.length).toBeGreaterThan(KILLS); // else the kills met nothing
  process.stdout.write(`${KILLS} kills, ${acknowledged.length} uploads acknowledged, ${refused} refused (seed ${SEED})\n`);
}, 900_000);
