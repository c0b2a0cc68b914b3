import { type ChildProcess, fork } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setPriority } from 'node:os';
import type { Logger } from './logger.ts';

type Options = {
  /** For the log. */
  name: string;
  /** The program: a module that calls `answerAsks` (side-process-answers.ts). */
  script: URL;
  /** Options of Node for it, `--max-old-space-size=...` for instance. */
  execArgv?: string[];
  /** Its whole environment: what the service has, secrets among it, is not handed on. */
  env?: Record<string, string>;
  /** Bytes of resident memory beyond which it is ended (looked at every 250 ms while it works; where /proc is). */
  maxRss: number;
  /** Asks after which it is replaced by a fresh one when it has nothing to do, so that what it holds too long comes back. */
  asksPerLife?: number;
  /** Milliseconds without an ask after which it is ended; the next ask starts another. `Infinity`: never. */
  idleMs?: number;
  /** Milliseconds for what an ask does after its work. */
  afterwardsMs?: number;
  logger: Logger;
};

type Ask = { resolve: (value: unknown) => void; reject: (error: Error) => void; timer: NodeJS.Timeout };
type Answer = { id: number; value?: unknown; error?: string; blameless?: true };
type Life = { child: ChildProcess; asks: Map<number, Ask>; asked: number };

/**
 * Why an ask has no answer. `timeout`: it took too long, and the process was ended; what else it was doing ended with it and is
 * `disturbed`. `memory` and `died`: the process took too much or crashed, and any of its asks may be the cause. `killed`: no
 * ask can be the cause: it was ended by SIGKILL, for want of memory for instance, could not be started, or ended itself. `late`:
 * the work was done in time, but what came after it (answerAsks, `blameless`) was not.
 */
export class SideProcessFailed extends Error {
  readonly reason: 'timeout' | 'late' | 'disturbed' | 'memory' | 'died' | 'killed' | 'threw' | 'stopped';
  constructor(reason: SideProcessFailed['reason'], message: string) {
    super(message);
    this.name = 'SideProcessFailed';
    this.reason = reason;
  }
}

const WATCH_MS = 250;
/** For what comes after the work: a disk that has stalled for so long does not come back soon. */
const AFTERWARDS_MS = 20_000;
const BEHIND_THE_SERVICE = 10; // niceness: pages go first where both want a core
const PAGE_BYTES = 4096;

/**
 * One process of ours beside the service, for work that must be bounded in time and memory or may crash: a library that
 * cannot be told to stop is ended with its process. Started by the first ask, started again by the next one after it has
 * died. Asks run at the same time; whoever wants them one by one waits for each.
 */
export const makeSideProcess = (options: Options) => {
  const { name, script, execArgv = [], env = {}, maxRss, asksPerLife = Infinity, idleMs = 300_000, logger } = options;
  const { afterwardsMs = AFTERWARDS_MS } = options;
  let life: Life | undefined;
  let lastId = 0;
  let idle: NodeJS.Timeout | undefined;
  let watch: NodeJS.Timeout | undefined;
  let stopped = false;
  const exits = new Set<Promise<unknown>>();

  /** Ends a process and tells everybody who waits for it why. */
  const end = (old: Life, reason: SideProcessFailed['reason'], message: string): void => {
    if (life === old) life = undefined;
    for (const { reject, timer } of old.asks.values()) {
      clearTimeout(timer);
      reject(new SideProcessFailed(reason, `${name}: ${message}`));
    }
    old.asks.clear();
    old.child.kill('SIGKILL');
    old.child.ref(); // until it is gone, so that whoever waits for that is not left waiting by an empty program
    if (life === undefined) clearInterval(watch);
  };

  const start = (): Life => {
    const child = fork(script, [], {
      execArgv,
      env: { MALLOC_ARENA_MAX: '2', ...env },
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    const started: Life = { child, asks: new Map(), asked: 0 };
    const exited = new Promise<NodeJS.Signals | null>((resolve) => {
      child.once('exit', (_code, signal) => resolve(signal)).once('error', () => resolve(null));
    });
    exits.add(exited);
    void exited.then((signal) => {
      exits.delete(exited);
      if (started.asks.size > 0) logger.warn({ process: name }, 'a side process died at work');
      end(started, signal === null || signal === 'SIGKILL' ? 'killed' : 'died', 'the process died');
    });
    child.on('message', (answer) => take(started, answer as Answer));
    child.unref();
    child.channel?.unref();
    if (child.pid !== undefined) lowerPriority(child.pid);
    watch = setInterval(() => {
      if (started.asks.size === 0 || rssOf(child.pid) <= maxRss) return;
      logger.warn({ process: name, maxRss }, 'a side process took too much memory and was ended');
      end(started, 'memory', 'it took too much memory');
    }, WATCH_MS);
    watch.unref();
    return started;
  };

  /** Ends the process when an ask has no answer in time; gives the timer. */
  const giveTime = (to: Life, id: number, ms: number, reason: 'timeout' | 'late'): NodeJS.Timeout =>
    setTimeout(() => {
      logger.warn({ process: name, deadlineMs: ms, reason }, 'a side process took too long and was ended');
      to.asks.get(id)?.reject(new SideProcessFailed(reason, `${name}: no answer in ${ms} ms`));
      to.asks.delete(id);
      end(to, 'disturbed', 'ended with another ask, which took too long');
    }, ms);

  const take = (from: Life, { id, value, error, blameless }: Answer): void => {
    const ask = from.asks.get(id);
    if (!ask) return;
    if (blameless) {
      clearTimeout(ask.timer);
      ask.timer = giveTime(from, id, afterwardsMs, 'late');
      return;
    }
    from.asks.delete(id);
    clearTimeout(ask.timer);
    if (error === undefined) ask.resolve(value);
    else ask.reject(new SideProcessFailed('threw', `${name}: ${error}`));
    if (from.asks.size > 0) return;
    if (from.asked >= asksPerLife) end(from, 'died', 'replaced');
    else if (idleMs < Infinity) idle = setTimeout(() => end(from, 'died', 'idle'), idleMs).unref();
  };

  return {
    /**
     * Asks the process and gives its answer, or rejects with SideProcessFailed: at the latest after `deadlineMs` from now, the time
     * of a start included, and `afterwardsMs` more for what is done after the work.
     */
    ask: (message: unknown, deadlineMs: number): Promise<unknown> => {
      if (stopped) return Promise.reject(new SideProcessFailed('stopped', `${name}: stopped`));
      clearTimeout(idle);
      const current = (life ??= start());
      const id = (lastId += 1);
      current.asked += 1;
      return new Promise((resolve, reject) => {
        current.asks.set(id, { resolve, reject, timer: giveTime(current, id, deadlineMs, 'timeout') });
        current.child.send({ id, message }, (error) => {
          if (error) end(current, 'died', 'it cannot be reached');
        });
      });
    },
    /** Its process id while it lives. */
    pid: (): number | undefined => life?.child.pid,
    /** Ends it for good, with what it does; asks reject from now on. */
    stop: async (): Promise<void> => {
      stopped = true;
      clearTimeout(idle);
      if (life) end(life, 'stopped', 'stopped');
      await Promise.all(exits);
    },
  };
};

const lowerPriority = (pid: number): void => {
  try {
    setPriority(pid, BEHIND_THE_SERVICE);
  } catch {
    // it is gone already, or the system does not let us: it works all the same
  }
};

/** Resident bytes; 0 where /proc is not there or the process has just ended. */
const rssOf = (pid: number | undefined): number => {
  try {
    return Number(readFileSync(`/proc/${String(pid)}/statm`, 'utf8').split(' ')[1]) * PAGE_BYTES;
  } catch {
    return 0;
  }
};
