import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { makeRunSchedules, type Schedule } from '../../src/jobs/schedules.ts';
import { type Db, openDb } from '../../src/platform/db.ts';
import { cloneDatabase } from '../support/database.ts';

let db: Db;
beforeAll(async () => {
  db = openDb({ url: (await cloneDatabase()).url, max: 8 });
});
afterAll(() => db.destroy());

let now = new Date();
let queued: string[] = [];
beforeEach(async () => {
  await db('schedules').delete();
  queued = [];
});

const schedule = (changes: Partial<Schedule> = {}): Schedule => ({
  name: 'backup',
  cron: '30 1 * * *',
  timeZone: () => Promise.resolve('Europe/London'),
  isOn: () => Promise.resolve(true),
  enqueue: () => {
    queued.push(now.toISOString().slice(0, 16));
    return Promise.resolve();
  },
  ...changes,
});

const run = (schedules: Schedule[] = [schedule()]) => makeRunSchedules({ db, clock: { now: () => now }, schedules })();

/** Looks every half hour, as a process that is always there. */
const pass = async (from: string, to: string, schedules?: Schedule[]) => {
  for (let at = Date.parse(from); at <= Date.parse(to); at += 1_800_000) {
    now = new Date(at);
    await run(schedules);
  }
};

test('each due time is queued once, from the first one after the schedule was new', async () => {
  await pass('2026-01-10T03:00Z', '2026-01-13T12:00Z');
  expect(queued).toEqual(['2026-01-11T01:30', '2026-01-12T01:30', '2026-01-13T01:30']);
});

test('many processes that look at once queue it once', async () => {
  await pass('2026-01-10T03:00Z', '2026-01-10T03:00Z');
  now = new Date('2026-01-11T01:30Z');
  const counts = await Promise.all(Array.from({ length: 6 }, () => run()));
  expect(counts.reduce((sum, n) => sum + n)).toBe(1);
  expect(queued).toEqual(['2026-01-11T01:30']);
});

test('times that were missed are made up for once', async () => {
  await pass('2026-01-10T03:00Z', '2026-01-10T03:00Z');
  await pass('2026-02-20T09:00Z', '2026-02-21T03:00Z');
  expect(queued).toEqual(['2026-02-20T09:00', '2026-02-21T01:30']);
});

test('the hour is the school’s, and a school that moves takes its hour along', async () => {
  let zone = 'America/New_York';
  const schedules = [schedule({ timeZone: () => Promise.resolve(zone) })];
  await pass('2026-01-10T12:00Z', '2026-01-11T12:00Z', schedules);
  zone = 'Asia/Tokyo';
  await pass('2026-01-11T12:30Z', '2026-01-12T20:00Z', schedules);
  expect(queued).toEqual(['2026-01-11T06:30', '2026-01-11T16:30', '2026-01-12T16:30']);
});

test('summer time: an hour that is left out is taken an hour later, one that comes twice once', async () => {
  await pass('2026-03-28T00:00Z', '2026-03-30T12:00Z');
  expect(queued).toEqual(['2026-03-28T01:30', '2026-03-29T01:30', '2026-03-30T00:30']);
  queued = [];
  await pass('2026-10-24T12:00Z', '2026-10-26T12:00Z');
  expect(queued.slice(-2)).toEqual(['2026-10-25T00:30', '2026-10-26T01:30']);
});

test('one that is off queues nothing, and what was due meanwhile is not made up for', async () => {
  let on = true;
  const schedules = [schedule({ isOn: () => Promise.resolve(on) })];
  await pass('2026-01-10T03:00Z', '2026-01-11T03:00Z', schedules);
  on = false;
  await pass('2026-01-11T03:30Z', '2026-01-13T03:00Z', schedules);
  on = true;
  await pass('2026-01-13T03:30Z', '2026-01-14T03:00Z', schedules);
  expect(queued).toEqual(['2026-01-11T01:30', '2026-01-14T01:30']);
});

test('a time whose job could not be queued is due again, and holds up no other schedule', async () => {
  const broken = schedule({ name: 'broken', enqueue: () => Promise.reject(new Error('no such luck')) });
  await pass('2026-01-10T03:00Z', '2026-01-10T03:00Z', [broken, schedule()]);
  now = new Date('2026-01-11T01:30Z');
  await expect(run([broken, schedule()])).rejects.toThrow('no such luck');
  expect(queued).toEqual(['2026-01-11T01:30']);
  now = new Date('2026-01-11T02:00Z');
  await expect(run([broken, schedule()])).rejects.toThrow('no such luck');
  expect(await run([schedule({ name: 'broken' }), schedule()])).toBe(1);
  expect(queued).toEqual(['2026-01-11T01:30', '2026-01-11T02:00']);
});

test('a schedule that comes less than once a week is a fault of ours', async () => {
  now = new Date('2026-01-20T00:00Z');
  await expect(run([schedule({ cron: '0 0 1 * *' })])).rejects.toThrow('less than once a week');
});
