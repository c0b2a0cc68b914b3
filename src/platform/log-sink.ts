import { setTimeout as wait } from 'node:timers/promises';
import { type LogEvent, makeLogBuffer } from './log-buffer.ts';
import type { Logger } from './logger.ts';

/** Where lines are sent to. */
export type LogStore = {
  /**
   * Sends events that are within the limits. Gives how many were refused for good; rejects when nothing was taken and it may be
   * tried again.
   */
  put: (events: LogEvent[], signal: AbortSignal) => Promise<{ refused: number }>;
};

type Options = {
  store: LogStore;
  /** Where its own faults are told; it must not lead back here. */
  logger: Pick<Logger, 'warn' | 'info'>;
  /** Hears of lines that are lost: too many waited, or they were refused. */
  onDropped: (count: number) => void;
  /** For tests: milliseconds between two sendings, before the second try, and at most between two tries. */
  everyMs?: number;
  firstPauseMs?: number;
  longestPauseMs?: number;
  complainMs?: number;
  buffer?: { mostBytes?: number; mostEvents?: number };
};

const EVERY_MS = 2000;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 30_000;
const COMPLAIN_MS = 60_000;
/** One call, whatever hangs. */
const PUT_MS = 10_000;
/** When we stop, a call that hangs leaves time for another one: this share of what there is. */
const LAST_PUT_SHARE = 0.45;
const LAST_PAUSE_MS = 150;
/** So much is sent at once instead of in its turn. */
const MUCH = { bytes: 512 * 1024, events: 5000 };

/**
 * A second place for the log. `write` only remembers a line and never fails; the lines are sent in batches behind it, one call at a
 * time. What could not be sent is tried again after pauses that double and are never the same twice. Begun by its first line.
 */
export const makeLogSink = (options: Options) => {
  const { store, logger, onDropped, everyMs = EVERY_MS, firstPauseMs = FIRST_PAUSE_MS } = options;
  const { longestPauseMs = LONGEST_PAUSE_MS, complainMs = COMPLAIN_MS } = options;
  const buffer = makeLogBuffer({ ...options.buffer, onDropped });
  let timer: NodeJS.Timeout | undefined;
  let sending: Promise<void> | undefined;
  let failures = 0;
  let notBefore = 0;
  let complainedAt = -Infinity;
  /** How long a call may take when we stop, in milliseconds; undefined before. */
  let lastPutMs: number | undefined;
  /** Lines of the call that runs. */
  let out = 0;
  const hurry = new AbortController();

  const fail = (error: unknown): void => {
    failures += 1;
    const pause = lastPutMs ? LAST_PAUSE_MS : Math.min(longestPauseMs, firstPauseMs * 2 ** (failures - 1));
    notBefore = performance.now() + pause * (0.5 + Math.random() / 2);
    if (performance.now() - complainedAt < complainMs) return;
    complainedAt = performance.now();
    logger.warn({ err: error, waiting: buffer.size().events }, 'the log does not reach CloudWatch; it is tried again');
  };

  const tellRefused = (lines: number): void => {
    onDropped(lines);
    logger.warn({ lines }, 'CloudWatch refused lines of the log for good');
  };

  const sendAll = async (): Promise<void> => {
    while (performance.now() >= notBefore) {
      const batch = buffer.take(Date.now());
      if (batch.length === 0) return;
      out = batch.length;
      const signal = lastPutMs
        ? AbortSignal.timeout(lastPutMs)
        : AbortSignal.any([AbortSignal.timeout(PUT_MS), hurry.signal]);
      try {
        const { refused } = await store.put(batch, signal);
        out = 0;
        if (refused > 0) tellRefused(refused);
        if (failures > 0) logger.info('the log reaches CloudWatch again');
        failures = 0;
      } catch (error) {
        out = 0;
        buffer.putBack(batch);
        fail(error);
      }
    }
  };

  const send = (): Promise<void> =>
    (sending ??= sendAll().finally(() => {
      sending = undefined;
    }));

  return {
    /** Remembers a line; costs what a push costs. */
    write: (line: string): void => {
      const text = line.trimEnd();
      if (text === '') return;
      buffer.push(Date.now(), text);
      timer ??= setInterval(() => void send(), everyMs).unref();
      const { bytes, events } = buffer.size();
      if (bytes >= MUCH.bytes || events >= MUCH.events) void send();
    },

    /** Sends what waits, for at most `ms` milliseconds; what is left then is lost, and said so on stdout. */
    close: async (ms = 3000): Promise<void> => {
      clearInterval(timer);
      lastPutMs = Math.ceil(ms * LAST_PUT_SHARE);
      setTimeout(() => hurry.abort(), lastPutMs).unref();
      const until = performance.now() + ms;
      notBefore = 0;
      const over = new AbortController();
      const deadline = wait(ms, undefined, { signal: over.signal }).catch(() => undefined);
      while ((sending || buffer.size().events > 0) && performance.now() < until) {
        await Promise.race([send(), deadline]);
        if (notBefore > performance.now()) await wait(Math.min(notBefore, until) - performance.now() + 1);
      }
      over.abort();
      const lost = buffer.size().events + out;
      if (lost === 0) return;
      onDropped(lost);
      logger.warn({ lines: lost }, 'lines of the log did not reach CloudWatch before the end');
    },
  };
};
