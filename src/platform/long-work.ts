import { setTimeout as wait } from 'node:timers/promises';
import type { Clock } from './clock.ts';
import { type Db, violates } from './db.ts';
import { describeError } from './logger.ts';

/** Work that takes minutes, of which one of a kind runs at a time. */
export type LongWorkKind = 'backup' | 'backup-verify' | 'backup-rehearsal' | 'doctor' | 'storage-move';

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
  heard_at: Date;
  ended_at: Date | null;
  done: string;
  total: string | null;
  cancel_asked_at: Date | null;
  detail: LongWorkDetail;
  failure: string | null;
};

const TELL_MS = 1000;
/** Whose process has not been heard of for so long is lost, and another one of its kind may begin. */
const LOST_MS = 2 * 60_000;

/**
 * Runs work that takes minutes and keeps in the database how far it is, so that any process can show or cancel it. A
 * database that goes away meanwhile does not end the work: it is told again when it is back.
 */
export const makeLongWork = ({ db, clock }: { db: Db; clock: Clock }) => {
  const ago = (ms: number): Date => new Date(clock.now().getTime() - ms);

  const begin = async (kind: LongWorkKind, startedBy: number | null): Promise<string | undefined> => {
    const now = clock.now();
    await db('long_work')
      .where({ kind, state: 'running' })
      .where('heard_at', '<', ago(LOST_MS))
      .update({ state: 'failed', ended_at: now, failure: 'its process ended' });
    try {
      const [row] = await db('long_work')
        .insert({ kind, started_at: now, heard_at: now, started_by: startedBy })
        .returning<{ id: string }[]>('id');
      return row?.id;
    } catch (error) {
      if (violates(error, 'long_work_running')) return undefined;
      throw error;
    }
  };

  const end = async (id: string, how: Partial<Row>, detail: LongWorkDetail = {}): Promise<void> => {
    await db('long_work')
      .where({ id, state: 'running' })
      .update({ ...how, ended_at: clock.now(), detail: JSON.stringify(detail) });
  };

  /**
   * Runs `work` as the only one of its kind. What it gives is kept when it `detail`s it. Rejects with what `work` threw, after
   * that was written down.
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
    const told: { done: number; total: number | undefined } = { done: 0, total: undefined };
    const note = async (): Promise<void> => {
      const [row] = await db('long_work')
        .where({ id })
        .update({ heard_at: clock.now(), done: told.done, total: told.total ?? null })
        .returning<Pick<Row, 'cancel_asked_at' | 'state'>[]>(['cancel_asked_at', 'state']);
      if (row?.state !== 'running' || row.cancel_asked_at) cancelled.abort();
    };
    const over = new AbortController();
    const noting = (async () => {
      while (!over.signal.aborted) {
        await note().catch(() => undefined); // the database is away: it is told again
        await wait(TELL_MS, undefined, { signal: over.signal }).catch(() => undefined);
      }
    })();
    const stopNoting = async (): Promise<void> => {
      over.abort();
      await noting;
    };
    try {
      const tell: Progress['tell'] = (done, total) => Object.assign(told, { done, total: total ?? told.total });
      const value = await work({ tell, signal });
      await stopNoting();
      await note();
      await end(id, { state: 'done' }, value.detail);
      return { ok: true, value };
    } catch (error) {
      await stopNoting();
      if (signal.aborted) {
        await end(id, { state: 'cancelled' });
        return { ok: false, reason: 'cancelled' };
      }
      await end(id, { state: 'failed', failure: inOneLine(error) }).catch(() => undefined);
      throw error;
    }
  };

  const read = (row: Row): LongWork => ({
    id: Number(row.id),
    kind: row.kind,
    state: row.state === 'running' && row.heard_at < ago(LOST_MS) ? 'lost' : row.state,
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
      .first<Row | undefined>();
    return row && read(row);
  };

  /** What runs now, the oldest first. */
  const running = async (): Promise<LongWork[]> => {
    const rows = await db('long_work').where({ state: 'running' }).orderBy('id').select<Row[]>();
    return rows.map(read).filter(({ state }) => state === 'running');
  };

  /** Asks the process that runs it to end it; false when it does not run any more. */
  const cancel = async (id: number): Promise<boolean> => {
    const asked = await db('long_work').where({ id, state: 'running' }).update({ cancel_asked_at: clock.now() });
    return asked > 0;
  };

  return { run, latest, running, cancel };
};

export type LongWorks = ReturnType<typeof makeLongWork>;

/** As little as the log says: messages quote names, links and paths. */
const inOneLine = (error: unknown): string => {
  const { type, message, code } = describeError(error);
  return [type, code, message].filter(Boolean).join(' ').slice(0, 500) || 'unknown';
};
