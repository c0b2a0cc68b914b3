import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { describeError } from '../../src/http/describe-error.ts';
import { type Db, openDb } from '../../src/platform/db.ts';
import { makeErrorNotes } from '../../src/platform/error-notes.ts';
import { fingerprintOf } from '../../src/platform/fingerprint.ts';
import { makeMetrics } from '../../src/platform/metrics.ts';
import { makePruneErrors } from '../../src/jobs/prune-errors.ts';
import { breakDatabase } from '../support/broken-database.ts';
import { cloneDatabase, type TestDatabase } from '../support/database.ts';

let database: TestDatabase;
let db: Db;
beforeAll(async () => {
  database = await cloneDatabase();
  db = openDb({ url: database.url, max: 3 });
});
afterAll(() => db.destroy());
beforeEach(async () => db('error_kinds').delete());

const startNotes = (version = '1.4.2', now = new Date()) => {
  const metrics = makeMetrics();
  const alarms: object[] = [];
  const warnings: string[] = [];
  const logger = {
    error: (about: object) => void alarms.push(about),
    warn: (_about: object, text?: string) => void warnings.push(text ?? ''),
  };
  const notes = makeErrorNotes({ db, clock: { now: () => now }, logger, metrics, version });
  return { ...notes, alarms, warnings, counts: () => metrics.read().counts };
};

/** An error as our own code at `at` throws it. */
const thrown = (at: string, { message = 'x', code }: { message?: string; code?: string } = {}): Error => {
  const error = Object.assign(new Error(message), code === undefined ? {} : { code });
  error.stack = `Error: ${message}\n    at ${at} (file:///app/src/photos/x.ts:12:3)\n    at node:internal/x:1:1`;
  return error;
};

type Row = { fingerprint: string; times: string; example_id: string; version: string; place: string };
const rows = () => db('error_kinds').orderBy('place').select<Row[]>();

test('errors of one kind are counted together, with the first, the last and an example; a new kind is an alarm, once', async () => {
  const first = startNotes();
  for (const message of ['of Maria', 'of Kwame']) first.note(thrown('readOne', { message }), { place: 'GET /one' });
  first.note(thrown('readTwo'), { place: 'GET /two', id: '7F3K-92QX' });
  await first.stop();
  expect(first.counts()).toMatchObject({ UnexpectedErrors: 3, NewErrorFingerprints: 2 });
  expect(first.alarms).toHaveLength(2);
  expect(first.alarms).toContainEqual(expect.objectContaining({ place: 'GET /two', errorId: '7F3K-92QX' }));
  const later = new Date(Date.now() + 60_000);
  const second = startNotes('1.5.0', later);
  const { errorId, fingerprint } = second.note(thrown('readOne'), { place: 'job photo-check' });
  await second.stop();
  expect(second.alarms).toEqual([]);
  const [two, one] = await rows();
  expect(two).toMatchObject({ times: '1', example_id: '7F3K-92QX', version: '1.4.2', place: 'GET /two' });
  expect(one).toMatchObject({ fingerprint, times: '3', example_id: errorId, version: '1.5.0', last_at: later });
  expect(JSON.stringify(await rows())).not.toMatch(/Maria|Kwame/);
});

test('what was done and is seen later is an alarm again, once; what was seen before that is not', async () => {
  const at = (minutes: number) => new Date(Date.UTC(2026, 10, 27, 9, minutes));
  const see = async (minutes: number) => {
    const notes = startNotes('1.4.2', at(minutes));
    notes.note(thrown('readOne'), { place: 'GET /one' });
    await notes.stop();
    return [notes.alarms.length, notes.counts().NewErrorFingerprints];
  };
  expect(await see(0)).toEqual([1, 1]);
  await db('error_kinds').update({ done_at: at(2) });
  expect(await see(1)).toEqual([0, 0]); // another instance wrote it down late
  expect(await see(3)).toEqual([1, 1]);
  expect(await see(4)).toEqual([0, 0]);
});

test('it is written by itself, soon', async () => {
  const notes = startNotes();
  notes.note(thrown('readOne'), { place: 'GET /one' });
  await expect.poll(rows, { timeout: 3000 }).toHaveLength(1);
});

test('a part that is away was foreseen', async () => {
  const notes = startNotes();
  notes.note(thrown('readOne', { code: 'ECONNREFUSED' }), { place: 'GET /one' });
  await notes.stop();
  expect(notes.counts()).toMatchObject({ UnexpectedErrors: 0 });
  expect(await rows()).toEqual([]);
});

test('R62: S3 that refuses us, a statement that was ended, no handles left: the answer is the same 503, but it is noted', async () => {
  const notes = startNotes();
  for (const code of ['STORE_DENIED', '57014', '40P01', '40001', 'EMFILE', 'ENFILE']) {
    const error = thrown(`read${code}`, { code });
    expect(describeError(error)).toMatchObject({ status: 503 });
    notes.note(error, { place: 'job photo-backup' });
  }
  expect(notes.counts()).toMatchObject({ UnexpectedErrors: 6 });
  await notes.stop();
});

test('while the database is away nothing waits, nothing breaks, and what was noted is written when it is back', async () => {
  const notes = startNotes();
  const owner = openDb({ url: database.ownerUrl, max: 1 });
  const undo: (() => unknown)[] = [];
  await breakDatabase({ owner, after: (heal) => void undo.push(heal) });
  for (let n = 0; n < 300; n += 1) notes.note(thrown(`read${n}`), { place: 'GET /one' });
  const from = performance.now();
  await notes.stop();
  expect(performance.now() - from).toBeLessThan(3000);
  for (const heal of undo) await heal();
  await owner.destroy();
  await notes.stop();
  expect(notes.warnings).toEqual(['errors cannot be written down; it is tried again']);
  expect(await rows()).toHaveLength(100); // more kinds at once tell nothing more
});

test('500 kinds are kept, and those for 30 days: the oldest go', async () => {
  const old = (n: number) => new Date(Date.now() - n * 3600_000);
  await db('error_kinds').insert(
    Array.from({ length: 500 }, (_, n) => ({
      ...{ fingerprint: n.toString(16).padStart(8, '0'), type: 'Error', place: 'job x', times: 1, version: '1' },
      ...{ first_at: old(n + 1), last_at: old(n + 1), example_id: '7F3K-92QX' },
    })),
  );
  const notes = startNotes();
  notes.note(thrown('readOne'), { place: 'GET /one' });
  await notes.stop();
  expect(await rows()).toHaveLength(500);
  expect(await db('error_kinds').where({ fingerprint: '000001f3' })).toEqual([]);
  const prune = makePruneErrors({ db, clock: { now: () => new Date(Date.now() + (29.5 * 24 - 0.5) * 3600_000) } });
  expect(await prune()).toBe(487);
});

test('a fingerprint is of type, code and place in our code: not of lines, messages and what lies below', () => {
  const of = (error: unknown) => fingerprintOf(error, 'GET /one').fingerprint;
  const one = thrown('readOne');
  const moved = thrown('readOne', { message: 'other\n    at readTwo (file:///app/src/photos/y.ts:1:1)' });
  moved.stack = moved.stack?.replaceAll('/app/src/photos/x.ts:12:3', '/usr/src/other/src/photos/x.ts:99:1') ?? '';
  expect(of(moved)).toBe(of(one));
  expect(of(thrown('readTwo'))).not.toBe(of(one));
  expect(of(thrown('readOne', { code: '42P01' }))).not.toBe(of(one));
  expect(of('Maria Santos')).toBe(of('Kwame Mensah'));
  expect(of('Maria Santos')).not.toBe(fingerprintOf('Maria Santos', 'GET /two').fingerprint);
  const odd = Object.assign(new Error('x'), { name: 'Maria Santos', code: 'maria@example.org' });
  expect(fingerprintOf(odd, 'GET /one')).toMatchObject({ type: 'Error', code: null });
  expect(fingerprintOf(new TypeError('x'), 'GET /one')).toMatchObject({ type: 'TypeError', code: null });
});

test('an error thrown for real has frames of ours: where it comes from makes no difference', async () => {
  const prune = makePruneErrors({ db: db.withSchema('nowhere') as unknown as Db, clock: { now: () => new Date() } });
  const error = await prune().catch((reason: unknown) => reason);
  expect(fingerprintOf(error, 'a').fingerprint).toBe(fingerprintOf(error, 'b').fingerprint);
});
