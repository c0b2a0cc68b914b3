import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeReadCare } from '../../src/dashboard/care-figures.ts';
import { makeInstallationGauges } from '../../src/dashboard/installation-gauges.ts';
import { makeProcessGauges } from '../../src/platform/process-gauges.ts';
import { makeTellMetrics } from '../../src/platform/tell-metrics.ts';
import { givePhoto } from '../support/actors.ts';
import { type App, movableClock, startApp } from '../support/app.ts';
import { addParent } from '../support/cast.ts';
import { giveJobs, giveWork } from '../support/staged-system.ts';

let app: App;
let readCare: ReturnType<typeof makeReadCare>;
beforeAll(async () => {
  app = await startApp();
  readCare = makeReadCare({ ...app, backupState: app.officeBackups.state, mirrorBacklog: undefined });
});
afterAll(() => app.stop());

test('queue and review', async () => {
  const clock = movableClock();
  const gauges = makeInstallationGauges({ ...app, clock, readCare });
  const empty = { QueueDepth: 0, QueueWaitSeconds: 0, QueueFailed: 0, ReviewBacklog: 0, ReviewOldestSeconds: 0 };
  expect(await gauges.read()).toEqual(empty);
  for (const name of ['maria', 'kwame', 'amina'] as const) await givePhoto(app, await addParent(app, name));
  await app.db('parents').where({ parent_name: 'Amina' }).update({ archived_at: new Date() });
  await giveJobs(app, { failed: 2, active: 1, created: 3 });
  clock.forward(3600_000);
  const { QueueWaitSeconds, ReviewOldestSeconds, ...counts } = await gauges.read();
  expect(counts).toEqual({ QueueDepth: 3, QueueFailed: 2, ReviewBacklog: 2 });
  for (const age of [QueueWaitSeconds, ReviewOldestSeconds]) expect(age).toBeGreaterThanOrEqual(3599);
});

test('backups, copies and files: what turns the page red is told; nothing of a backup before the first, of a look, of a mirror', async () => {
  const clock = movableClock();
  const mirror = (oldestAt?: Date) => ({ mirrorBacklog: async () => ({ copied: 1, waiting: 1, oldestAt }) });
  const read = async (parts: Partial<Parameters<typeof makeReadCare>[0]> = {}) => {
    await app.db('schedules').delete();
    const care = makeReadCare({ ...app, backupState: app.officeBackups.state, mirrorBacklog: undefined, ...parts });
    const gauges = await makeInstallationGauges({ ...app, clock, readCare: care }).readInTurn();
    return Object.fromEntries(Object.entries(gauges).filter(([name]) => /Backup|Mirror|Files/.test(name)));
  };
  expect(await read()).toEqual({ BackupNeedsPerson: 1 }); // there is none
  await giveWork(app, { state: 'done', startedAt: clock.now() });
  expect(await read(mirror())).toEqual({
    ...{ BackupAgeSeconds: expect.any(Number) as number, BackupNeedsPerson: 0, MirrorOldestSeconds: 0 },
  });
  for (const detail of [{ warning: 'place-away' }, { faults: 1 }]) {
    await giveWork(app, { state: 'done', startedAt: clock.now(), detail });
    expect(await read()).toMatchObject({ BackupNeedsPerson: 1 });
  }
  await giveWork(app, { kind: 'doctor', state: 'done', detail: { orphans: 4, missing: 2, damaged: 1 } });
  const { MirrorOldestSeconds, FilesMissing } = await read(mirror(new Date(clock.now().getTime() - 60_000)));
  expect(FilesMissing).toBe(3);
  expect(MirrorOldestSeconds).toBeGreaterThanOrEqual(60);
  expect(await read({ backupState: () => Promise.reject(new Error('away')) })).toEqual({ FilesMissing: 3 });
});

test('of all processes one reads them in a minute', async () => {
  await app.db('schedules').delete();
  const { readInTurn } = makeInstallationGauges({ ...app, readCare });
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
  const { readInTurn } = makeInstallationGauges({ ...app, readCare });
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
