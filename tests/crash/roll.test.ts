import { afterAll, beforeAll, expect, test } from 'vitest';
import { addSenders } from '../support/office.ts';
import { makePageViews } from '../support/page-views.ts';
import { scene } from '../support/pictures.ts';
import { unpackPreviousVersion } from '../support/previous-version.ts';
import { type Rolled, startRolled } from '../support/rolled.ts';
import { makeUploader, missingOf } from '../support/uploader.ts';

const previous = unpackPreviousVersion();
let rolled: Rolled;
beforeAll(async () => {
  rolled = await startRolled({ from: previous.dir });
});
afterAll(async () => {
  await rolled.stop();
  previous.remove();
});

test(`R64, R65: from the version before (${previous.name}) to this one under load: no page fails, no upload is lost`, async () => {
  const { home, edge, ends } = rolled;
  const site = await edge.reach('127.0.0.1');
  const senders = await addSenders(site, 4);
  const bytes = await scene(600, 800).jpeg().toBuffer();
  const uploader = makeUploader(
    senders.slice(0, 2).map((sender) => ({ sender, bytes })),
    () => ({ which: 0, port: Number(new URL(site).port) }),
  );
  const views = makePageViews(site, [...senders.map(({ link }) => link), '/admin/sign-in'], 50);
  const { code, said } = await rolled.roll();
  await Promise.all([views.stop(), uploader.stop()]);

  expect(said).toMatch(/done\n$/);
  expect(code).toBe(0);
  expect(ends).toEqual([
    { code: 0, signal: null },
    { code: 0, signal: null },
  ]);
  expect([...views.statuses.keys()]).toEqual([200]);
  expect(views.statuses.get(200)).toBeGreaterThan(50); // else nobody looked
  // What breaks off is sent again with the same id. Nothing is ever refused.
  expect([...uploader.answers.keys()].filter((status) => status >= 400 && status < 500)).toEqual([]);
  expect(uploader.acknowledged.length).toBeGreaterThan(5);
  expect(await missingOf(home, uploader.acknowledged)).toEqual([]);
  expect(await home.doctor()).toMatchObject({ orphan_files: 0, rows_without_file: 0, checksum_mismatches: 0 });
});

test('R64: the script stops no instance while another is not ready', async () => {
  const { ports, ends } = rolled;
  const before = ends.length;
  const [first, second] = ports;
  await rolled.kill(second);
  const { code, said } = await rolled.roll(1);
  expect(said).toContain(`the instance on ${second} is not ready: the one on ${first} is not stopped`);
  expect(code).toBe(1);
  expect(ends.length).toBe(before);
});
