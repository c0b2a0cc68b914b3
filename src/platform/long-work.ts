import { setTimeout as wait } from 'node:timers/promises';
import type { Clock } from './clock.ts';
import type { Db } from './db.ts';
import { describeError } from './logger.ts';

/** Work that takes minutes, of which one of a kind runs at a time. */
type LongWorkKind = 'backup' | 'backup-verify' | 'backup-rehearsal' | 'doctor' | 'storage-move';

/** What a piece of work is given: tells how far it is, and learns that it shall end. */
export type Progress = {
  /** So much of `total` is done; both in the same unit. Cheap: it is written down at most once a second. */
  tell: (done: number, total?: number) => void;
  /** Aborts when somebody cancels it, or when `stopping` of its caller does. */
  signal: AbortSignal;
};

/** Ids, codes, counts and times only. */
export type LongWorkDetail = Record<string, string | number | boolean | null>;

export type LongWork = {
  id: number;
  kind: LongWorkKind;
  /** `lost`: the process that ran it has not been heard of for minutes. */
  state: 'running' | 'done' | 'failed' | 'cancelled' | 'lost';
  startedAt: Date;
  /** Id of the staff member; null for schedules and the command line. */
  startedBy: number | null;
  endedAt: Date | null;
  done: number;
  total: number | null;
  cancelAskedAt: Date | null;
  detail: LongWorkDetail;
  failure: string | null;
};

type Asked = { startedBy?: number | null; stopping?: AbortSignal };
type Ended<T> = { ok: true; value: T } | { ok: false; reason: 'running' | 'cancelled' };
type Row = {
  id: string;
  kind: LongWorkKind;
  state: 'running' | 'done' | 'failed' | 'cancelled';
  started_at: Date;
  started_by: string | null;
  ended_at: Date | null;
  done: string;
  total: string | null;
  cancel_asked_at: Date | null;
  detail: LongWorkDetail;
  failure: string | null;
  is_lost: boolean;
};

const TELL_MS = 1000;
/** Whose process has not been heard of for so long is lost, and another one of its kind may begin. */
const LOST_MS = 2 * 60_000;
/** Told by the database's clock alone: those of two machines may be minutes apart. */
const IS_LOST = `heard_at < now() - interval '${LOST_MS} milliseconds'`;
const PROCESS_ENDED = 'its process ended';

/** Thrown when others held the work for lost meanwhile, and perhaps do it again: whoever asked for it tries later. */
export class WorkTakenAway extends Error {
  constructor() {
    super('the work was held for lost meanwhile, and given up');
    this.name = 'WorkTakenAway';
  }
}

/**
 * Runs work that takes minutes and keeps in the database how far it is, so that any process can show or cancel it. A
 * database that goes away meanwhile does not end the work: how far it is, and how it ended, is written when it is back.
 */
export const makeLongWork = ({ db, clock }: { db: Db; clock: Clock }) => {
  const lostWork = () => db('long_work').where({ state: 'running' }).whereRaw(IS_LOST);

  const begin = async (kind: LongWorkKind, startedBy: number | null): Promise<string | undefined> => {
    const now = clock.now();
    await lostWork().where({ kind }).update({ state: 'failed', ended_at: now, failure: PROCESS_ENDED });
    const [row] = await db('long_work')
      .insert({ kind, started_at: now, heard_at: db.fn.now(), started_by: startedBy })
      .onConflict(db.raw(`(kind) where state = 'running'`))
      .ignore()
      .returning<{ id: string }[]>('id');
    return row?.id;
  };

  /**
   * Runs `work` as the only one of its kind, and keeps the `detail` of what it gives. Rejects with what `work` threw, after
   * that was written down; what it throws when it was cancelled is `cancelled`. Rejects with WorkTakenAway when others held it
   * for lost.
   */
  const run = async <T extends { detail: LongWorkDetail }>(
    kind: LongWorkKind,
    work: (progress: Progress) => Promise<T>,
    { startedBy = null, stopping }: Asked = {},
  ): Promise<Ended<T>> => {
    const id = await begin(kind, startedBy);
    if (id === undefined) return { ok: false, reason: 'running' };
    const cancelled = new AbortController();
    const signal = stopping ? AbortSignal.any([cancelled.signal, stopping]) : cancelled.signal;
    const told: { done: number; total: number | null } = { done: 0, total: null };
    const tell: Progress['tell'] = (done, total) => {
      told.done = whole(done);
      if (total !== undefined) told.total = whole(total);
    };
    const note = async (): Promise<void> => {
      const [row] = await db('long_work')
        .where({ id, state: 'running' })
        .update({ ...told, heard_at: db.fn.now() })
        .returning<Pick<Row, 'cancel_asked_at'>[]>('cancel_asked_at');
      if (!row || row.cancel_asked_at) cancelled.abort(); // without a row it was held for lost
    };
    const over = new AbortController();
    const noting = (async () => {
      while (!over.signal.aborted) {
        await note().catch(() => undefined); // the database is away: it is told again
        await wait(TELL_MS, undefined, { signal: over.signal }).catch(() => undefined);
      }
    })();
    const end = async (how: { state: Row['state']; failure?: string; detail?: string }): Promise<void> => {
      over.abort();
      await noting;
      const ended = { ...told, ...how, ended_at: clock.now() };
      // Written already, when the answer to that got lost: that is no other's.
      const written = await insist(() =>
        db('long_work')
          .where({ id })
          .where((row) => row.where({ state: 'running' }).orWhere({ state: how.state, ended_at: ended.ended_at }))
          .update(ended),
      );
      if (written === 0) throw new WorkTakenAway();
    };
    let value: T;
    try {
      value = await work({ tell, signal });
    } catch (error) {
      if (signal.aborted) {
        await end({ state: 'cancelled' });
        return { ok: false, reason: 'cancelled' };
      }
      await end({ state: 'failed', failure: inOneLine(error) }).catch(() => undefined); // what went wrong first is told
      throw error;
    }
    await end({ state: 'done', detail: JSON.stringify(value.detail) });
    return { ok: true, value };
  };

  const isLost = db.raw(`${IS_LOST} as is_lost`);
  const read = (row: Row): LongWork => ({
    id: Number(row.id),
    kind: row.kind,
    state: row.state === 'running' && row.is_lost ? 'lost' : row.state,
    startedAt: row.started_at,
    startedBy: row.started_by === null ? null : Number(row.started_by),
    endedAt: row.ended_at,
    done: Number(row.done),
    total: row.total === null ? null : Number(row.total),
    cancelAskedAt: row.cancel_asked_at,
    detail: row.detail,
    failure: row.failure,
  });

  /** The latest of a kind, or the latest that ended so; undefined when there was none. */
  const latest = async (kind: LongWorkKind, state?: Row['state']): Promise<LongWork | undefined> => {
    const row = await db('long_work')
      .where({ kind, ...(state ? { state } : {}) })
      .orderBy('id', 'desc')
      .first<Row | undefined>('*', isLost);
    return row && read(row);
  };

  /** What runs now, the oldest first. */
  const running = async (): Promise<LongWork[]> => {
    const rows = await db('long_work').where({ state: 'running' }).orderBy('id').select<Row[]>('*', isLost);
    return rows.map(read).filter(({ state }) => state === 'running');
  };

  /** Asks the process that runs it to end it; false when none does any more. */
  const cancel = async (id: number, on: Db = db): Promise<boolean> => {
    const asked = await on('long_work')
      .where({ id, state: 'running' })
      .whereRaw(`not (${IS_LOST})`)
      .update({ cancel_asked_at: on.raw('coalesce(cancel_asked_at, ?)', [clock.now()]) });
    return asked > 0;
  };

  /** How many pieces of work have lost their process; `close` lets others of their kind begin at once. */
  const lost = async ({ close }: { close: boolean }): Promise<number> => {
    const found = lostWork();
    if (close) return found.update({ state: 'failed', ended_at: clock.now(), failure: PROCESS_ENDED });
    const [row] = await found.count<{ count: string }[]>('id');
    return Number(row?.count ?? 0);
  };

  return { run, latest, running, cancel, lost };
};

export type LongWorks = ReturnType<typeof makeLongWork>;

const whole = (count: number): number => Math.max(0, Math.floor(count) || 0);

/** Tries until the database takes it, for as long as nobody takes the work for lost. */
const insist = async <T>(write: () => PromiseLike<T>): Promise<T> => {
  const until = performance.now() + LOST_MS;
  for (;;) {
    try {
      return await write();
    } catch (error) {
      if (performance.now() > until) throw error;
      await wait(TELL_MS);
    }
  }
};

/** As little as the log says: messages quote names, links and paths. */
const inOneLine = (error: unknown): string => {
  const { type, message, code } = describeError(error);
  const line = [type, code, message]
    .filter(Boolean)
    .join(' ')
    .replace(/\p{Cc}+/gu, ' ');
  return line.slice(0, 500) || 'unknown';
};
