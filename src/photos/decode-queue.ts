import type { Result } from '../shared/result.ts';
import type { DecodeCost } from './picture-cost.ts';

type Limits = {
  /** Decodes at once: as many as cores, for one keeps one core busy. */
  running: number;
  /** Bytes that they may hold together. */
  bytes: number;
  /** Milliseconds that a newcomer may have to wait, as expected; an upload that would wait longer is turned away. */
  waitMs: number;
  /** Milliseconds of a clock that never goes back. */
  now?: () => number;
  /** From 0 to 1. */
  random?: () => number;
};
type Waiting = { cost: DecodeCost; start: () => void };

/** A decode whose cost nobody knows yet: the usual photo, which the browser has made small. */
const USUAL: DecodeCost = { ms: 50, bytes: 20_000_000, costly: false };
/** How far this machine may differ from the one where the costs were measured. */
const PACE = { least: 0.5, most: 4, share: 0.1 };
/** Nobody is asked to come back sooner than this, in milliseconds. */
const LEAST_WAIT_MS = 3000;

/**
 * Bounds what decoding may take of a machine: `running` pictures at once, of them one costly one at most, within `bytes`, and
 * behind them as many as are expected to be through in `waitMs`. What is expected follows what the last decodes took on
 * this machine. `run` gives what `work` gives, rejects when it rejects, and answers `'busy'` without starting it when the
 * wait would be too long. An upload takes a place with `arrive` before its body is read: it counts as a usual photo until it has
 * arrived, but for `waitMs` at most, for a slow one will not be decoded before. Undefined: it is turned away.
 */
export const makeDecodeQueue = (limits: Limits) => {
  const { now = () => performance.now(), random = Math.random } = limits;
  const running = new Set<DecodeCost>();
  const line: Waiting[] = [];
  const arriving = new Set<{ since: number }>();
  let pace = 1;

  const hasPlace = (costly: boolean): boolean =>
    running.size < limits.running && !(costly && [...running].some((cost) => cost.costly));
  const fits = ({ bytes }: DecodeCost): boolean =>
    running.size === 0 || sum([...running], 'bytes') + bytes <= limits.bytes;

  /** How long somebody who comes now would wait, in milliseconds: behind everybody, or behind the other costly ones. */
  const expectedWait = (costly: boolean): number => {
    if (line.length === 0 && hasPlace(costly)) return 0;
    const ahead = [...running, ...line.map((waiting) => waiting.cost)];
    const costlyAhead = costly
      ? sum(
          ahead.filter((cost) => cost.costly),
          'ms',
        )
      : 0;
    return pace * Math.max(sum(ahead, 'ms') / limits.running, costlyAhead);
  };
  const isFull = (costly = false): boolean => expectedWait(costly) >= limits.waitMs;
  /** Also behind those that are still arriving; who has arrived does not wait for them. */
  const expectedWaitOfNewcomer = (): number => {
    for (const place of arriving) if (now() - place.since >= limits.waitMs) arriving.delete(place);
    return expectedWait(false) + (pace * arriving.size * USUAL.ms) / limits.running;
  };
  const isFullForNewcomer = (): boolean => expectedWaitOfNewcomer() >= limits.waitMs;

  /** Whose turn it is. A costly picture that waits for another does not hold up the small ones behind it; one that waits for memory does, or its turn might never come. */
  const startNext = (): void => {
    for (const waiting of [...line]) {
      if (!hasPlace(waiting.cost.costly)) continue;
      if (!fits(waiting.cost)) return;
      line.splice(line.indexOf(waiting), 1);
      running.add(waiting.cost); // now, not when it wakes: nobody may slip in between
      waiting.start();
    }
  };

  const learn = ({ ms }: DecodeCost, took: number): void => {
    const seen = Math.min(PACE.most, Math.max(PACE.least, took / ms));
    pace += PACE.share * (seen - pace);
  };

  return {
    isFull: isFullForNewcomer,

    /** A place for an upload whose body comes now; `leave` gives it back when it has arrived or will not. */
    arrive: (): { leave: () => void } | undefined => {
      if (isFullForNewcomer()) return undefined;
      const place = { since: now() };
      arriving.add(place);
      return { leave: () => void arriving.delete(place) };
    },

    load: () => ({ running: running.size, waiting: line.length, arriving: arriving.size }),

    /** Seconds after which somebody who was turned away may come again; each hears another number, so that not all come at once. */
    comeBackIn: (): number => {
      const wait = Math.max(LEAST_WAIT_MS, expectedWaitOfNewcomer());
      return Math.ceil((wait * (0.5 + random())) / 1000);
    },

    run: async <T>(work: () => Promise<T>, { ms, bytes, costly } = USUAL): Promise<Result<T, 'busy'>> => {
      const cost = { ms, bytes, costly }; // its own, for it is known by it
      if (isFull(costly)) return { ok: false, reason: 'busy' };
      await new Promise<void>((start) => {
        line.push({ cost, start });
        startNext();
      });
      const began = now();
      try {
        return { ok: true, value: await work() };
      } finally {
        learn(cost, now() - began);
        running.delete(cost);
        startNext();
      }
    },
  };
};

export type DecodeQueue = ReturnType<typeof makeDecodeQueue>;

const sum = (costs: DecodeCost[], of: 'ms' | 'bytes'): number => costs.reduce((total, cost) => total + cost[of], 0);
