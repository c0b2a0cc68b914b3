// R60: the volume that holds the backups is full, has no room for another file, or is read-only, while one is written.
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openDb } from '../../src/platform/db.ts';
import { startEmbeddedPostgres } from '../../src/platform/embedded-postgres.ts';
import { BACKUP_ENV } from '../support/backups.ts';
import { type Home, makeHome } from '../support/service.ts';
import { mountSmallDisk } from '../support/small-disk.ts';

const canMount = process.platform === 'linux' && process.getuid?.() === 0;

let home: Home;
let disk: Awaited<ReturnType<typeof mountSmallDisk>>;
let postgres: Awaited<ReturnType<typeof startEmbeddedPostgres>>;
beforeAll(async () => {
  if (!canMount) return;
  home = makeHome();
  expect((await home.cli(['demo:seed', '--parents', '10'])).code).toBe(0);
  disk = await mountSmallDisk(join(home.dataDir, 'backups'), { megabytes: 16, files: 400 });
  postgres = await startEmbeddedPostgres({ dir: home.dataDir, durable: true }); // so that the commands need not
}, 120_000);
afterAll(async () => {
  if (!canMount) return;
  await postgres.stop();
  await home.remove();
  disk.unmount();
});

const run = (...args: string[]) => home.cli(args, BACKUP_ENV, disk.under);
const lastWork = async (): Promise<unknown> => {
  const db = openDb({ url: postgres.url('onboarding'), max: 1 });
  const last: unknown = await db('long_work').where({ kind: 'backup' }).orderBy('id', 'desc').first('state', 'failure');
  await db.destroy();
  return last;
};

test.runIf(canMount)('R60: it fails clearly, leaves no half that counts, and the next one works', async () => {
  const inTheWay = [
    () => disk.fillUpTo(0),
    () => disk.fillUpTo(150 * 1024), // the rows find room, the photos do not
    () => disk.useUpFiles(12),
    () => disk.makeReadOnly(),
  ];
  for (const spoil of inTheWay) {
    spoil();
    const failed = await run('backup:run');
    expect(failed, failed.stderr).toMatchObject({ code: 1, stdout: '' });
    expect(failed.stderr).toMatch(/^The place of the objects (is full: free some space|refuses us)/);
    expect(await lastWork()).toMatchObject({ state: 'failed', failure: expect.stringContaining('STORE_') as string });
    disk.clear();
    const { stdout } = await run('backup:list', '--json');
    expect((JSON.parse(stdout) as { backups: { whole: boolean }[] }).backups.filter(({ whole }) => whole)).toEqual([]);
  }
  const made = await run('backup:run');
  expect(made, made.stderr).toMatchObject({ code: 0 });
  expect(await run('backup:verify')).toMatchObject({ code: 0 });
  expect((JSON.parse((await run('backup:list', '--json')).stdout) as { backups: object[] }).backups).toHaveLength(1);
});
