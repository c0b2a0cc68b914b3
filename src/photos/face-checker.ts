import { readFileSync } from 'node:fs';
import type { Logger } from '../platform/logger.ts';
import { makeSideProcess } from '../platform/side-process.ts';
import type { Config } from '../shared/config.ts';
import type { Result } from '../shared/result.ts';
import type { FaceAnswer, FaceAsk } from './face-process.ts';
import type { MeasuredPhoto } from './measure-photo.ts';

type Deps = {
  checks: Config['CHECKS'];
  logger: Logger;
  /** Another program in its place, for tests. */
  script?: URL;
  hardLimitMs?: number;
};

const MB = 1024 * 1024;
/** It takes up to 480 MiB when it works (docs/photo-checks.md). */
const MAX_RSS = 600 * MB;
/** One photo takes 0.3 to 0.5 s where nothing else runs; whoever has no answer by then never gets one. */
const HARD_LIMIT_MS = 20_000;
/** A fresh process now and then, should the libraries keep a little of each photo. */
const PHOTOS_PER_LIFE = 2000;

/**
 * Measures photos in a process of its own, one at a time. `busy`: one is being measured and one waits already; `failed`: the
 * process died of this photo or took too long; it is started again by the next one.
 */
export const makeFaceChecker = (deps: Deps) => {
  const { checks, logger, script = new URL('face-process.ts', import.meta.url), hardLimitMs = HARD_LIMIT_MS } = deps;
  const side = makeSideProcess({
    ...{ name: 'face checker', script, maxRss: MAX_RSS, asksPerLife: PHOTOS_PER_LIFE, logger },
    execArgv: ['--max-old-space-size=256'],
  });
  let last: Promise<unknown> = Promise.resolve();
  let inside = 0;
  let saidMissing = false;

  const ask = async (message: FaceAsk): Promise<FaceAnswer> => {
    const answer = (await side.ask(message, hardLimitMs)) as FaceAnswer;
    if (answer.missing !== undefined && !saidMissing) {
      saidMissing = true;
      logger.warn({ missing: answer.missing }, 'what finds faces cannot be loaded: photos get the basic checks only');
    }
    return answer;
  };

  return {
    /** `patient`: waits for its turn however many wait before it. */
    measure: async (
      jpeg: Buffer,
      { patient = false } = {},
    ): Promise<Result<MeasuredPhoto & { cpuMs: number }, 'busy' | 'failed'>> => {
      if (!patient && inside >= 2) return { ok: false, reason: 'busy' };
      inside += 1;
      const turn = last.then(() => ask({ jpeg, faces: checks === 'face' }));
      last = turn.catch(() => undefined);
      try {
        const { measured, cpuMs } = await turn;
        return { ok: true, value: { ...measured, cpuMs } };
      } catch {
        return { ok: false, reason: 'failed' };
      } finally {
        inside -= 1;
      }
    },
    pid: side.pid,
    /** The most memory that its process has held so far; undefined where it does not run or /proc is not there. */
    peakMib: (): number | undefined => peakMibOf(side.pid()),
    /** Ends it, with what it does. */
    stop: side.stop,
  };
};

export type FaceChecker = ReturnType<typeof makeFaceChecker>;

const peakMibOf = (pid: number | undefined): number | undefined => {
  try {
    const [, kib] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${String(pid)}/status`, 'utf8')) ?? [];
    return kib === undefined ? undefined : Math.round(Number(kib) / 1024);
  } catch {
    return undefined;
  }
};
