import { setTimeout as wait } from 'node:timers/promises';
import { makeReference } from '../shared/reference.ts';
import type { Clock } from './clock.ts';
import type { Db } from './db.ts';
import { type Fingerprint, fingerprintOf } from './fingerprint.ts';
import { isForeseen } from './is-away.ts';
import type { Logger } from './logger.ts';
import type { Metrics } from './metrics.ts';

type Deps = {
  db: Db;
  clock: Clock;
  logger: Pick<Logger, 'error' | 'warn'>;
  metrics: Pick<Metrics, 'count'>;
  version: string;
};

/** Where it happened, 'GET /admin/parents' or 'job photo-check', and what it is called already, where it is. */
type About = { place: string; id?: string | undefined };
type Waiting = Fingerprint & { place: string; times: number; first_at: Date; last_at: Date; example_id: string };

/**
 * Writes down an error; gives what it is called, for the log. Never waits and never throws. One that says that a part of the
 * service is away for now was foreseen, and is not counted.
 */
export type NoteError = (error: unknown, about: About) => { errorId: string; fingerprint: string };

/** Errors that come together are written together. */
const WRITE_AFTER_MS = 1000;
/** When the database did not take them. */
const AGAIN_MS = 15_000;
const COMPLAIN_MS = 60_000;
/** Kinds that wait to be written, and kinds that are kept: those that were not seen for longest go. */
const MOST_WAITING = 100;
const MOST_KEPT = 500;
const LAST_WRITE_MS = 2000;

const alarms = {
  new: 'an error of a new kind; the status page lists it',
  back: 'an error that was done is back; the status page lists it',
} as const;

/** Counts unexpected errors by their kind, in the table `error_kinds`; one that is new, or back after it was done, is an alarm. */
export const makeErrorNotes = ({ db, clock, logger, metrics, version }: Deps) => {
  let waiting = new Map<string, Waiting>();
  let timer: NodeJS.Timeout | undefined;
  let writing: Promise<void> | undefined;
  let complainedAt = -Infinity;

  const add = (one: Waiting): void => {
    const known = waiting.get(one.fingerprint);
    if (!known && waiting.size >= MOST_WAITING) return; // so many kinds at once tell nothing more
    const first_at = known && known.first_at < one.first_at ? known.first_at : one.first_at;
    waiting.set(one.fingerprint, { ...one, times: one.times + (known?.times ?? 0), first_at });
  };

  const note: NoteError = (error, { place, id = makeReference() }) => {
    const kind = fingerprintOf(error, place);
    const named = { errorId: id, fingerprint: kind.fingerprint };
    if (error instanceof Error && isForeseen(error)) return named;
    metrics.count('UnexpectedErrors');
    const at = clock.now();
    add({ ...kind, place: place.slice(0, 100), times: 1, first_at: at, last_at: at, example_id: id });
    writeIn(WRITE_AFTER_MS);
    return named;
  };

  const writeIn = (ms: number): void => {
    timer ??= setTimeout(() => {
      timer = undefined;
      void write();
    }, ms).unref();
  };

  const alarm = ({ fingerprint, type, code, place, example_id: errorId }: Waiting, seen: keyof typeof alarms): void => {
    metrics.count('NewErrorFingerprints');
    logger.error({ fingerprint, type, code, place, errorId }, alarms[seen]);
  };

  const complain = (error: unknown): void => {
    if (performance.now() - complainedAt < COMPLAIN_MS) return;
    complainedAt = performance.now();
    logger.warn({ err: error }, 'errors cannot be written down; it is tried again');
  };

  const writeAll = async (): Promise<void> => {
    const batch = [...waiting.values()].sort((a, b) => (a.fingerprint < b.fingerprint ? -1 : 1)); // no two processes lock each other out
    waiting = new Map();
    try {
      const fresh = await upsert(db, batch, version);
      for (const one of batch) {
        const seen = fresh.get(one.fingerprint);
        if (seen !== undefined) alarm(one, seen);
      }
      if (fresh.size > 0) await dropOldest(db);
    } catch (error) {
      complain(error);
      const since = [...waiting.values()]; // the log has each of them in any case
      waiting = new Map(batch.map((one) => [one.fingerprint, one]));
      since.forEach(add);
      writeIn(AGAIN_MS);
    }
  };

  const write = (): Promise<void> =>
    (writing ??= (waiting.size > 0 ? writeAll() : Promise.resolve()).finally(() => {
      writing = undefined;
    }));

  return {
    note,
    /** Writes what waits, if the database takes it in 2 s. */
    stop: async (): Promise<void> => {
      const over = new AbortController();
      const late = wait(LAST_WRITE_MS, undefined, { signal: over.signal }).catch(() => undefined);
      await Promise.race([(async () => (await writing, write()))(), late]);
      over.abort();
      clearTimeout(timer);
    },
  };
};

/** Gives the kinds that were not known, and those that are back: seen later than somebody said that they were dealt with. */
const upsert = async (db: Db, batch: Waiting[], version: string): Promise<Map<string, keyof typeof alarms>> => {
  const { rows } = await db.raw<{ rows: { fingerprint: string; seen: keyof typeof alarms | null }[] }>(
    `with seen as (
       select * from jsonb_to_recordset(?::jsonb) as seen
         (fingerprint text, type text, code text, place text, times int, first_at timestamptz, last_at timestamptz, example_id text)
     ), back as (
       select fingerprint from error_kinds done join seen using (fingerprint)
       where done.done_at >= done.last_at and done.done_at < seen.last_at
     )
     insert into error_kinds as known (fingerprint, type, code, place, times, first_at, last_at, example_id, version)
     select fingerprint, type, code, place, times, first_at, last_at, example_id, ? from seen
     on conflict (fingerprint) do update set times = known.times + excluded.times, place = excluded.place,
       last_at = greatest(known.last_at, excluded.last_at), example_id = excluded.example_id, version = excluded.version
     returning fingerprint, case when xmax = 0 then 'new' when fingerprint in (select fingerprint from back) then 'back' end as seen`,
    [JSON.stringify(batch), version],
  );
  return new Map(rows.flatMap(({ fingerprint, seen }) => (seen === null ? [] : [[fingerprint, seen]])));
};

const dropOldest = async (db: Db): Promise<void> => {
  await db.raw(
    `delete from error_kinds where fingerprint in
       (select fingerprint from error_kinds order by last_at desc, fingerprint offset ?)`,
    [MOST_KEPT],
  );
};
