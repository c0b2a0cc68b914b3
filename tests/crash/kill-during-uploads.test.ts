import { randomInt } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Random, seededRandom } from '../../src/shared/seeded-random.ts';
import { killsWanted } from '../support/environment.ts';
import { addSenders } from '../support/office.ts';
import { scene } from '../support/pictures.ts';
import { type Home, makeHome, type Service } from '../support/service.ts';
import { makeUploader, missingOf } from '../support/uploader.ts';

const KILLS = killsWanted ?? 50; // as many as fit into CI; `npm run crash:long` asks for the 200 of R58
const SEED = randomInt(2 ** 31);

let home: Home;
let services: [Service, Service];
beforeAll(async () => {
  home = makeHome();
  await (await home.start()).end('SIGINT'); // fills the compile cache
  services = [await home.start(), await home.start()];
});
afterAll(() => home.remove());

type Uploader = ReturnType<typeof makeUploader>;

/** Ends one of the two instances again and again; each start sweeps what the end before left, beside the other at work. */
const keepKilling = async (which: 0 | 1, uploader: Uploader, random: Random): Promise<void> => {
  for (let kill = 0; kill < KILLS / 2; kill += 1) {
    // Every other time in the thick of it: when it takes photos again; else soon after the start, in its sweeps.
    const enough = uploader.taken(which) + (kill % 2 === 0 ? 1 : 0);
    for (let waited = 0; uploader.taken(which) < enough && waited < 5000; waited += 5) await wait(5);
    await wait(random() * (kill % 2 === 0 ? 150 : 300));
    await services[which].end('SIGKILL');
    services[which] = await home.start();
  }
};

test(
  `R58: ${KILLS} times kill -9 of servers at random moments of uploads: integrity and history hold (seed ${SEED})`,
  async () => {
    const senders = await addSenders(services[0].url, 6);
    // Each sender's photo differs in size, so that the kills meet all steps of the work.
    const photos = await Promise.all(
      [300, 600, 900, 1200, 1600, 2000].map((side) => scene(side, side).jpeg().toBuffer()),
    );
    const sources = senders.map((sender, i) => ({ sender, bytes: photos[i] ?? Buffer.alloc(0) }));
    const uploader = makeUploader(sources, (tries) => {
      const which = tries % 2 === 0 ? 0 : 1;
      return { which, port: Number(new URL(services[which].url).port) };
    });
    await Promise.all([keepKilling(0, uploader, seededRandom(SEED)), keepKilling(1, uploader, seededRandom(SEED + 1))]);
    await uploader.stop();
    await Promise.all(services.map((service) => service.end('SIGKILL')));

    const last = await home.start(); // sweeps what the last two left
    const sound = { orphan_files: 0, rows_without_file: 0, checksum_mismatches: 0 };
    await expect.poll(() => home.doctor(), { timeout: 30_000 }).toMatchObject(sound);
    expect(await missingOf(home, uploader.acknowledged)).toEqual([]);
    expect(uploader.acknowledged.length).toBeGreaterThan(KILLS / 2); // else the kills met nothing
    expect(last.logged().filter(({ level }) => level === 'error')).toEqual([]);
    process.stdout.write(`${KILLS} kills, ${uploader.acknowledged.length} uploads acknowledged (seed ${SEED})\n`);
  },
  KILLS * 18_000,
);
