import { readdirSync } from 'node:fs';
import { randomInt } from 'node:crypto';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { seededRandom } from '../../src/shared/seeded-random.ts';
import { type App, movableClock, startApp } from '../support/app.ts';
import { givePhoto } from '../support/actors.ts';
import { BACKUP_ENV, backupsDir, makeBackup } from '../support/backups.ts';
import { addParent } from '../support/cast.ts';
import { isLongRun } from '../support/environment.ts';
import { makeFaultyDisk } from '../support/faulty-disk.ts';

const SEED = randomInt(2 ** 31);
/** A backup of one photo takes some 350 steps; each of them at both moments is for `npm run faults:long`. */
const STEPS = isLongRun ? 1 : 120;

const DAY = 86_400_000;
/** A fault of ours, or what was made of it. */
const isPlanted = (error: unknown): boolean =>
  error instanceof Error && (error.message.includes('a planted fault') || isPlanted(error.cause));

let clock: ReturnType<typeof movableClock>;
let app: App;
let disk: ReturnType<typeof makeFaultyDisk>;
beforeAll(async () => {
  clock = movableClock();
  app = await startApp({ env: { ...BACKUP_ENV, BACKUP_KEEP_COUNT: '2', BACKUP_KEEP_DAYS: '1' }, clock });
  disk = makeFaultyDisk(backupsDir(app));
});
afterAll(async () => {
  disk.restore();
  await app.stop();
});

const whole = async () => (await app.backups.list()).local.filter(({ isWhole }) => isWhole);
const unfinished = () => readdirSync(join(backupsDir(app), '.unfinished'));

test.each([
  ['before', 'ENOSPC'],
  ['after', 'EIO'],
] as const)(
  `R59: the nth step of a backup's disk fails %s it is done: what is listed is whole, and the next one is made (seed ${SEED})`,
  async (moment, code) => {
    const random = seededRandom(SEED);
    const failed = new Set<string>();
    let copies = 0;
    for (let at = 1; ; at += 1 + Math.floor(random() * (2 * STEPS - 1))) {
      await givePhoto(app, await addParent(app)); // so that each has something to copy
      clock.forward(2 * DAY); // and an old one to remove
      const before = (await whole()).length;
      disk.failAt(at, moment, code);
      const made = await app.backups.run().then(
        (run) => (run.ok ? run.value.manifest.id : expect.unreachable(run.reason)),
        (error: unknown) => {
          expect(isPlanted(error), String(error)).toBe(true);
        },
      );
      const step = disk.heal();
      if (step === undefined) break;
      failed.add(step);
      const listed = await whole();
      expect(listed.length).toBeGreaterThanOrEqual(Math.min(before, 2)); // those before are not lost by it
      if (made !== undefined) {
        copies += 1;
        expect(listed[0]?.id).toBe(made);
      }
      const [newest] = listed; // what it lacks, it says itself
      if (newest)
        expect(await app.backups.verify(newest), `step ${at}: ${step}`).toMatchObject({ value: { faults: 0 } });
    }
    const next = await makeBackup(app);
    expect(next.detail).toMatchObject({ faults: 0 });
    expect(await app.backups.verify()).toMatchObject({ value: { faults: 0 } });
    expect(unfinished()).toEqual([]);
    expect([...failed]).toEqual(
      expect.arrayContaining(isLongRun ? ['open', 'write', 'fsync', 'rename', 'sync', 'rm'] : []),
    );
    expect(failed.size).toBeGreaterThan(0);
    process.stdout.write(`${moment}: ${[...failed].join(', ')} failed; ${copies} backups were made nevertheless\n`);
  },
  isLongRun ? 1_800_000 : 120_000,
);
