import { randomInt } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openDb } from '../../src/platform/db.ts';
import { startEmbeddedPostgres } from '../../src/platform/embedded-postgres.ts';
import { seededRandom } from '../../src/shared/seeded-random.ts';
import { BACKUP_ENV, contentOf } from '../support/backups.ts';
import { killsWanted } from '../support/environment.ts';
import { filesIn } from '../support/everything.ts';
import { type Home, makeHome } from '../support/service.ts';

/** As many as fit into CI; `npm run crash:long` has more. */
const KILLS = Math.min(killsWanted ?? 3, 20);
const SEED = randomInt(2 ** 31);
const random = seededRandom(SEED);

let home: Home;
const backups = () => join(home.dataDir, 'backups');
beforeAll(async () => {
  home = makeHome();
  expect((await home.cli(['demo:seed', '--parents', '60'])).code).toBe(0);
}, 120_000);
afterAll(() => home.remove());

type Listed = { id: string; whole: boolean };
const list = async (): Promise<Listed[]> => {
  const { stdout } = await home.cli(['backup:list', '--json']);
  return (JSON.parse(stdout) as { backups: Listed[] }).backups;
};

/** The owner's address of the embedded database of a home, while `work` runs. */
const withDatabase = async <T>(of: Home, work: (url: string) => Promise<T>): Promise<T> => {
  const server = await startEmbeddedPostgres({ dir: of.dataDir, durable: true });
  try {
    return await work(server.url('onboarding'));
  } finally {
    await server.stop();
  }
};

/** As if minutes had passed: the process that died is not waited for any longer. */
const forgetDead = () =>
  withDatabase(home, async (url) => {
    const db = openDb({ url, max: 1 });
    await db('long_work')
      .where({ state: 'running' })
      .update({ heard_at: new Date(0) });
    await db.destroy();
  });

type When = { begun: () => boolean; ms: number; by?: NodeJS.Signals };
/** Ends the command at a random moment of its work: up to `ms` after `begun` is true first. */
const endSometime = async (of: Home, args: string[], { begun, ms, by = 'SIGKILL' }: When) => {
  const command = of.command(args, BACKUP_ENV);
  const over = new AbortController();
  void command.exited.then(() => over.abort());
  while (!begun() && !over.signal.aborted) await wait(5);
  await wait(random() * ms);
  return { ...(await command.end(by)), said: command.stdout() };
};

const sets = (): string[] => (existsSync(join(backups(), 'sets')) ? readdirSync(join(backups(), 'sets')) : []);
/** Whether a backup is there that was not there when this was asked for. */
const anotherSet = () => {
  const before = sets();
  return () => sets().some((one) => !before.includes(one));
};

describe(`R66: kill -9 at random moments (seed ${SEED})`, () => {
  test('of a backup: what is not finished is no backup, and the next one is whole and sweeps it', async () => {
    let killed = 0;
    for (let n = 0; n < KILLS; n += 1) {
      const { signal } = await endSometime(home, ['backup:run'], { begun: anotherSet(), ms: 700 });
      killed += Number(signal === 'SIGKILL');
      await forgetDead();
      for (const { id, whole } of await list())
        if (whole) expect((await home.cli(['backup:verify', id], BACKUP_ENV)).code).toBe(0);
    }
    expect(killed).toBeGreaterThan(0);
    writeFileSync(join(backups(), 'probe-4711'), '');
    const left = [
      'probe-4711',
      ...readdirSync(join(backups(), '.unfinished')).map((name) => join('.unfinished', name)),
    ];
    for (const name of left) utimesSync(join(backups(), name), 0, 0); // as if it were long ago
    const made = await home.cli(['backup:run'], BACKUP_ENV);
    expect(made, made.stderr).toMatchObject({ code: 0 });
    expect((await list()).every(({ whole }) => whole)).toBe(true);
    expect(sets().toSorted()).toEqual((await list()).map(({ id }) => id).toSorted());
    expect(readdirSync(join(backups(), '.unfinished'))).toEqual([]);
    expect(readdirSync(backups()).filter((name) => name.startsWith('probe-'))).toEqual([]);
    const verified = await home.cli(['backup:verify', '--json'], BACKUP_ENV);
    expect(JSON.parse(verified.stdout)).toMatchObject({ faults: 0 });
  }, 900_000);

  test('SIGTERM ends a backup cleanly: the next one need not wait until its process is taken for dead', async () => {
    const when = { begun: anotherSet(), ms: 0, by: 'SIGTERM' } as const;
    const { code, said } = await endSometime(home, ['backup:run'], when);
    expect([code, said]).toEqual([1, expect.stringContaining('stopped before its end') as string]);
    expect(await home.cli(['backup:run'], BACKUP_ENV)).toMatchObject({ code: 0 });
  }, 120_000);

  test('of a restore: the database is as it was or complete, never half, and the restore can be started again', async () => {
    const content = await withDatabase(home, contentOf);
    const machine = makeHome();
    mkdirSync(machine.uploadsDir, { recursive: true });
    const args = ['backup:restore', '--from', backups()];
    let killed = 0;
    for (let n = 0; n < KILLS; n += 1) {
      const marker = () => existsSync(join(machine.uploadsDir, 'restore-unfinished'));
      const { signal } = await endSometime(machine, args, { begun: marker, ms: 600 });
      killed += Number(signal === 'SIGKILL');
      const found = await withDatabase(machine, contentOf);
      if (Object.keys(found).length > 0) expect(found).toEqual(content);
    }
    expect(killed).toBeGreaterThan(0);
    const overwrite = existsSync(join(machine.uploadsDir, 'restore-unfinished')) ? [] : ['--overwrite'];
    const restored = await machine.cli([...args, '--json', ...overwrite], BACKUP_ENV);
    expect(restored, restored.stderr).toMatchObject({ code: 0 });
    expect(await withDatabase(machine, contentOf)).toEqual(content);
    expect((await filesIn(join(machine.uploadsDir, 'photos'))).length).toBe(
      (await filesIn(join(home.uploadsDir, 'photos'))).length,
    );
    expect(await machine.doctor()).toMatchObject({ orphan_files: 0, rows_without_file: 0, checksum_mismatches: 0 });
    await machine.remove();
  }, 900_000);

  test('a rehearsal says how long it took, leaves nothing behind, and sweeps what a killed one left', async () => {
    const begun = () => readdirSync(home.dataDir).some((name) => name.startsWith('rehearsal-'));
    await endSometime(home, ['backup:rehearse'], { begun, ms: 2000 });
    await forgetDead();
    const rehearsed = await home.cli(['backup:rehearse'], BACKUP_ENV);
    expect(rehearsed, rehearsed.stderr).toMatchObject({ code: 0 });
    expect(rehearsed.stdout).toMatch(/^Backup \S+ was restored into a scratch place in \d+ s: \d+ rows and \d+ files/);
    expect(begun()).toBe(false);
  }, 120_000);
});

test('the commands say what is wrong and what to do, and exit 1 or 2', async () => {
  const empty = makeHome();
  const say = async (args: string[], env: Record<string, string> = {}) => {
    const { code, stdout, stderr } = await empty.cli(args, env);
    return [code, stdout + stderr];
  };
  expect(await say(['backup:list'])).toEqual([1, expect.stringContaining('no backup') as string]);
  expect(await say(['backup:restore'])).toEqual([2, expect.stringContaining('BACKUP_KEY is missing') as string]);
  const none = [1, expect.stringContaining('There is no such backup') as string];
  expect(await say(['backup:restore'], BACKUP_ENV)).toEqual(none);
  expect(await say(['backup:restore', '--from', '/nowhere'], BACKUP_ENV)).toEqual([
    2,
    expect.stringContaining('--from') as string,
  ]);
  expect(await say(['backup:verify', 'x'], BACKUP_ENV)).toEqual([2, expect.stringContaining('by its id') as string]);
  expect(await say(['backup:verify'], BACKUP_ENV)).toEqual(none);
  expect(await say(['backup:rehearse'], BACKUP_ENV)).toEqual(none);
  expect(await say(['backup:key'])).toEqual([2, expect.stringContaining('in a terminal only') as string]);
  expect(await say(['backup:key', '--confirm'])).toEqual([1, expect.stringContaining('There is no key yet') as string]);
  expect(await say(['backup:run'])).toEqual([0, expect.stringContaining('confirmed yet') as string]);
  expect(await say(['backup:key', '--confirm'])).toEqual([0, expect.stringContaining('each night at') as string]);
  const other = await say(['backup:restore', '--from', backups()], { BACKUP_KEY: Buffer.alloc(32, 3).toString('hex') });
  expect(other).toEqual([1, expect.stringContaining('made with another key') as string]);
  await empty.remove();
}, 120_000);
