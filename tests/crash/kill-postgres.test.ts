import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openDb } from '../../src/platform/db.ts';
import { addSenders } from '../support/office.ts';
import { scene } from '../support/pictures.ts';
import { type Home, makeHome, type Service } from '../support/service.ts';
import { makeUploader, missingOf } from '../support/uploader.ts';
import { startEmbeddedPostgres } from '../../src/platform/embedded-postgres.ts';

let home: Home;
let service: Service;
beforeAll(async () => {
  home = makeHome();
  service = await home.start();
});
afterAll(() => home.remove());

const isReady = async () => (await fetch(`${service.url}/readyz`)).status === 200;

test('R58: kill -9 of the database during uploads: back within 5 s, and integrity and history hold', async () => {
  const senders = await addSenders(service.url, 4);
  const bytes = await scene(900, 1200).jpeg().toBuffer();
  const port = Number(new URL(service.url).port);
  const uploader = makeUploader(
    senders.map((sender) => ({ sender, bytes })),
    () => ({ port, which: 0 }),
  );
  for (let kill = 0; kill < 4; kill += 1) {
    const enough = uploader.taken(0) + 4;
    await expect.poll(() => uploader.taken(0), { timeout: 20_000 }).toBeGreaterThanOrEqual(enough);
    await wait(kill * 37);
    const postmaster = home.postmaster();
    if (postmaster === undefined) throw new Error('no database is running');
    const before = uploader.taken(0);
    process.kill(postmaster, 'SIGKILL');
    const from = performance.now();
    // Not 'first not ready': a restart can be quicker than the second that readiness is remembered for.
    const restarted = () => home.postmaster() !== undefined && home.postmaster() !== postmaster;
    await expect.poll(restarted, { timeout: 15_000, interval: 20 }).toBe(true);
    await expect.poll(isReady, { timeout: 15_000, interval: 20 }).toBe(true);
    expect(performance.now() - from).toBeLessThan(5000);
    await expect.poll(() => uploader.taken(0), { timeout: 15_000 }).toBeGreaterThan(before + 4);
    expect(home.postmaster()).not.toBe(postmaster);
  }
  await uploader.stop();
  expect([...uploader.answers.keys()].filter((status) => ![303, 503].includes(status))).toEqual([]);
  // What failed between the rename and the commit goes when the database is back: no start has to come first.
  const sound = { orphan_files: 0, rows_without_file: 0, checksum_mismatches: 0 };
  await expect.poll(() => home.doctor(), { timeout: 40_000, interval: 2000 }).toMatchObject(sound);
  expect(await missingOf(home, uploader.acknowledged)).toEqual([]);
  expect(service.logged().filter(({ level }) => level === 'error')).toEqual([]);
  expect(
    service
      .stdout()
      .split('\n')
      .filter((line) => !line.startsWith('{')),
  ).toEqual([]); // one JSON line an event (R67)
});

test('R58: the database writes to disk before it says so', async () => {
  const postgres = await startEmbeddedPostgres({ dir: home.dataDir, durable: true });
  const db = openDb({ url: postgres.url('onboarding', 'app'), max: 1 });
  const { rows } = await db.raw<{ rows: { name: string; setting: string }[] }>(
    `select name, setting from pg_settings where name in ('fsync', 'synchronous_commit', 'full_page_writes') order by name`,
  );
  await db.destroy();
  await postgres.stop();
  expect(rows.map(({ name, setting }) => `${name}=${setting}`)).toEqual([
    'fsync=on',
    'full_page_writes=on',
    'synchronous_commit=on',
  ]);
});
