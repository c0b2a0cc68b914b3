import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Db, openDb } from '../../src/platform/db.ts';
import { type LongWorks, makeLongWork, type Progress, WorkTakenAway } from '../../src/platform/long-work.ts';
import { makeStaffRecords } from '../../src/staff/staff-records.ts';
import { movableClock } from '../support/app.ts';
import { breakDatabase } from '../support/broken-database.ts';
import { cloneDatabase } from '../support/database.ts';

/** Two processes as far as the database knows: a pool and a clock each. */
type Process = { db: Db; clock: ReturnType<typeof movableClock>; works: LongWorks };
let one: Process;
let other: Process;
let owner: Db;
beforeEach(async () => {
  const { url, ownerUrl } = await cloneDatabase();
  const process = (): Process => {
    const db = openDb({ url, max: 3 });
    const clock = movableClock();
    return { db, clock, works: makeLongWork({ db, clock }) };
  };
  one = process();
  other = process();
  owner = openDb({ url: ownerUrl, max: 1 });
});
afterEach(async () => {
  for (const db of [one.db, other.db, owner]) await db.destroy();
});

const SOON = { timeout: 8000, interval: 50 };

/** Work that goes on until it is ended; resolves when it has begun. */
const begin = async ({ works }: Process) => {
  const { promise: ending, resolve: finish, reject: fail } = Promise.withResolvers<Record<string, number>>();
  const { promise: began, resolve: hasBegun } = Promise.withResolvers<Progress>();
  const ended = works.run('backup', async (progress) => {
    hasBegun(progress);
    progress.signal.addEventListener('abort', () => fail(new Error('told to end')));
    return { detail: await ending };
  });
  ended.catch(() => undefined);
  return { ended, finish, fail, progress: await began };
};

const latest = ({ works }: Process) => works.latest('backup');

test('one of a kind runs at a time, wherever it was started; another kind and the next one may', async () => {
  const first = await begin(one);
  expect(await other.works.run('backup', () => Promise.reject(new Error('ran twice')))).toEqual({
    ok: false,
    reason: 'running',
  });
  expect(await other.works.run('doctor', async () => ({ detail: { photos: 3 } }))).toMatchObject({ ok: true });
  first.finish({ photos: 2 });
  expect(await first.ended).toEqual({ ok: true, value: { detail: { photos: 2 } } });
  expect(await other.works.run('backup', async () => ({ detail: { photos: 4 } }))).toMatchObject({ ok: true });
  expect(await latest(one)).toMatchObject({ state: 'done', detail: { photos: 4 }, startedBy: null, failure: null });
  expect(await one.works.running()).toEqual([]);
});

test('ten processes that begin at once: one does it', async () => {
  let ran = 0;
  const work = async () => {
    ran += 1;
    await wait(300);
    return { detail: {} };
  };
  const ends = await Promise.all(Array.from({ length: 10 }, (_, n) => (n % 2 ? one : other).works.run('backup', work)));
  expect(ends.filter(({ ok }) => ok)).toHaveLength(1);
  expect(ran).toBe(1);
});

test('another process sees how far it is, whatever the numbers are, and the last ones stay', async () => {
  const { ended, finish, progress } = await begin(one);
  progress.tell(3, 10);
  await expect.poll(() => other.works.running(), SOON).toMatchObject([{ kind: 'backup', done: 3, total: 10 }]);
  progress.tell(4.7);
  await expect.poll(() => latest(other), SOON).toMatchObject({ state: 'running', done: 4, total: 10 });
  progress.tell(-1, Number.NaN);
  await expect.poll(() => latest(other), SOON).toMatchObject({ state: 'running', done: 0, total: 0 });
  progress.tell(10, 10);
  finish({});
  await ended;
  expect(await latest(other)).toMatchObject({ state: 'done', done: 10, total: 10 });
});

test('another process cancels it: the work is told, and ends as cancelled', async () => {
  const { ended, progress } = await begin(one);
  const [{ id } = { id: 0 }] = await other.works.running();
  expect(await other.works.cancel(id)).toBe(true);
  const asked = (await latest(other))?.cancelAskedAt;
  other.clock.forward(5000);
  expect(await other.works.cancel(id)).toBe(true);
  expect((await latest(other))?.cancelAskedAt).toEqual(asked); // the first wish counts
  expect(await ended).toEqual({ ok: false, reason: 'cancelled' });
  expect(progress.signal.aborted).toBe(true);
  expect(await latest(other)).toMatchObject({ state: 'cancelled', failure: null });
  expect(await other.works.cancel(id)).toBe(false);
  expect(await other.works.cancel(999)).toBe(false);
});

test('a process that stops ends its work', async () => {
  const stopping = new AbortController();
  const work = ({ signal }: Progress) =>
    new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(new Error('told to end'))));
  const ended = one.works.run('backup', work, { stopping: stopping.signal });
  await expect.poll(() => other.works.running(), SOON).toHaveLength(1);
  stopping.abort();
  expect(await ended).toEqual({ ok: false, reason: 'cancelled' });
});

/** As if nothing had been heard of it for so long. */
const quietFor = (seconds: number) =>
  other.db('long_work').update({ heard_at: other.db.raw('now() - make_interval(secs => ?)', [seconds]) });

test('work of a process that is not heard of any more is lost: nobody waits for it, and the next one begins', async () => {
  const { ended, finish } = await begin(one);
  await one.db.destroy(); // what is told does not arrive any more
  await quietFor(119);
  expect(await latest(other)).toMatchObject({ state: 'running' });
  await quietFor(121);
  const lost = await latest(other);
  expect(lost).toMatchObject({ state: 'lost' });
  expect(await other.works.running()).toEqual([]);
  expect(await other.works.cancel(lost?.id ?? 0)).toBe(false);
  const next = await begin(other);
  finish({ photos: 2 }); // it was done, but nobody knows of it
  one.db.initialize();
  await expect(ended).rejects.toThrow(WorkTakenAway);
  next.finish({});
  expect(await next.ended).toMatchObject({ ok: true });
  const rows = await other.db('long_work').orderBy('id').select('state', 'failure');
  expect(rows).toEqual([
    { state: 'failed', failure: 'its process ended' },
    { state: 'done', failure: null },
  ]);
});

test('work that others gave up is told to end, and that is no wish of anybody but an error', async () => {
  const { ended, progress } = await begin(one);
  const givenUp = { state: 'failed', ended_at: new Date(), failure: 'its process ended' };
  await other.db('long_work').update(givenUp);
  await expect(ended).rejects.toThrow(WorkTakenAway);
  expect(progress.signal.aborted).toBe(true);
});

test('a machine whose clock is an hour off takes nothing for lost, and nothing that is lost for alive', async () => {
  const { ended, finish } = await begin(one);
  other.clock.forward(3_600_000);
  expect(await latest(other)).toMatchObject({ state: 'running' });
  expect(await other.works.lost({ close: true })).toBe(0);
  expect(await other.works.run('backup', () => Promise.reject(new Error('ran twice')))).toMatchObject({ ok: false });
  finish({});
  await ended;
  const ahead = await begin(other);
  const inFuture = other.db('long_work').where('heard_at', '>', other.db.fn.now());
  expect(await inFuture).toEqual([]); // it would be held for alive for an hour after its death
  ahead.finish({});
  await ahead.ended;
});

test('a database that is away meanwhile ends nothing: how far it is and how it ended is told when it is back', async () => {
  const { ended, finish, progress } = await begin(one);
  const heal: (() => unknown)[] = [];
  await breakDatabase({ owner, after: (undo) => void heal.push(undo) });
  await expect(one.db.raw('select 1')).rejects.toThrow();
  progress.tell(5, 9);
  finish({ photos: 9 });
  await wait(2500);
  for (const undo of heal) await undo();
  expect(await ended).toEqual({ ok: true, value: { detail: { photos: 9 } } });
  expect(await latest(other)).toMatchObject({ state: 'done', done: 5, total: 9, detail: { photos: 9 } });
  expect(progress.signal.aborted).toBe(false);
});

test('a failure is kept without what messages quote: a path, a link, a name', async () => {
  const { ended, fail } = await begin(one);
  fail(Object.assign(new Error(`ENOENT: no such file, open '/uploads/Maria Santos.jpg'`), { code: 'ENOENT' }));
  await expect(ended).rejects.toThrow('ENOENT');
  expect(await latest(one)).toMatchObject({ state: 'failed', failure: 'Error ENOENT' });

  const second = await begin(one);
  second.fail(new Error(`line one\u0000\nline two ${'x'.repeat(900)}`));
  await expect(second.ended).rejects.toThrow('line one');
  const { failure } = (await latest(one)) ?? {};
  expect(failure).toMatch(/^Error line one line two x+$/);
  expect(failure).toHaveLength(500);
});

test('who started it is kept, and forgotten with them', async () => {
  const ruth = {
    email: 'ruth.adeyemi@example.org',
    name: 'Ruth Adeyemi',
    passwordHash: '$argon2id$of a password',
  };
  const id = await one.db.transaction((trx) => makeStaffRecords(one).insert(trx, ruth));
  await one.works.run('doctor', async () => ({ detail: {} }), { startedBy: id });
  expect(await one.works.latest('doctor')).toMatchObject({ startedBy: id });
  expect(await one.works.latest('doctor', 'failed')).toBeUndefined();
  await one.db('staff').where({ id }).delete();
  expect(await one.works.latest('doctor')).toMatchObject({ startedBy: null });
});
