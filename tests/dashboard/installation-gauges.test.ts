import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeInstallationGauges } from '../../src/dashboard/installation-gauges.ts';
import { makeProcessGauges } from '../../src/platform/process-gauges.ts';
import { makeTellMetrics } from '../../src/platform/tell-metrics.ts';
import { givePhoto } from '../support/actors.ts';
import { type App, movableClock, startApp } from '../support/app.ts';
import { addParent } from '../support/cast.ts';
import { giveJobs, giveWork } from '../support/staged-system.ts';

let app: App;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.stop());

test('queue, review and backup; nothing of a backup before the first', async () => {
  const clock = movableClock();
  const gauges = makeInstallationGauges({ ...app, clock });
  const empty = { QueueDepth: 0, QueueWaitSeconds: 0, QueueFailed: 0, ReviewBacklog: 0, ReviewOldestSeconds: 0 };
  expect(await gauges.read()).toEqual(empty);
  for (const name of ['maria', 'kwame', 'amina'] as const) await givePhoto(app, await addParent(app, name));
  await app.db('parents').where({ parent_name: 'Amina' }).update({ archived_at: new Date() });
  await giveJobs(app, { failed: 2, active: 1, created: 3 });
  await giveWork(app, { state: 'done' });
  clock.forward(3600_000);
  const { QueueWaitSeconds, ReviewOldestSeconds, BackupAgeSeconds, ...counts } = await gauges.read();
  expect(counts).toEqual({ QueueDepth: 3, QueueFailed: 2, ReviewBacklog: 2 });
  for (const age of [QueueWaitSeconds, ReviewOldestSeconds, BackupAgeSeconds]) expect(age).toBeGreaterThanOrEqual(3599);
});

test('of all processes one reads them in a minute', async () => {
  const { readInTurn } = makeInstallationGauges(app);
  const told = await Promise.all(Array.from({ length: 4 }, () => readInTurn()));
  expect(told.filter((gauges) => Object.keys(gauges).length > 0)).toHaveLength(1);
  await app.db('schedules').update({ due_at: new Date(Date.now() - 51_000) });
  expect(await readInTurn()).toHaveProperty('QueueDepth');
  expect(await readInTurn()).toEqual({});
});

test('a line each minute: one process tells the figures of all; without the database a process tells its own', async () => {
  const lines: object[] = [];
  const processGauges = makeProcessGauges({ db: app.db, folder: app.uploadsDir });
  const logger = { info: (line: object) => void lines.push(line) };
  const { readInTurn } = makeInstallationGauges(app);
  const { tell } = makeTellMetrics({ ...app, processGauges, logger, readInTurn });
  await app.db('schedules').delete();
  app.metrics.count('ChecksRun');
  await tell();
  await tell();
  await makeTellMetrics({ ...app, processGauges, logger, readInTurn: () => Promise.reject(new Error('away')) }).tell();
  expect(lines).toMatchObject([
    { ChecksRun: 1, QueueDepth: expect.any(Number) as number, RssBytes: expect.any(Number) as number },
    { ChecksRun: 0, PoolInUse: expect.any(Number) as number, DiskFreePercent: expect.any(Number) as number },
    { Requests: 0, RssBytes: expect.any(Number) as number },
  ]);
  expect(lines.map((line) => 'QueueDepth' in line)).toEqual([true, false, false]);
});
