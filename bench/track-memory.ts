import { mibOf, residentOf } from '../tests/support/decoders-of.ts';

const EVERY_MS = 1000;
/** Two minutes: in less, what comes and goes is more than any growth. */
const LEAST_SAMPLES = 120;

type Deps = {
  /** The processes that run at this moment. */
  pids: () => number[];
  /** What each is not judged for after it was first seen. */
  warmUpMs: number;
};

/** What a service held of itself: MiB at the end, and how fast it grew, in MiB in ten minutes. */
type Grown = { pid: number; atEnd: number; inTenMinutes: number };

/**
 * Looks at the memory of services each second until `stop`, each by itself, so that one that ended and a fresh one in its place are not
 * taken for a fall. How fast one grew: the mean of the last quarter of its time against the mean of the first, of its own process alone.
 * Decoders are replaced every few minutes, which says nothing of a leak; for what they hold there is `most`.
 */
export const trackMemory = ({ pids, warmUpMs }: Deps) => {
  const seen = new Map<number, { since: number; samples: number[] }>();
  let most = 0;
  const look = (): void => {
    for (const pid of pids()) {
      const one = seen.get(pid) ?? { since: performance.now(), samples: [] };
      seen.set(pid, one);
      most = Math.max(most, residentOf(pid));
      const own = mibOf(pid, 'VmRSS');
      if (own > 0 && performance.now() - one.since > warmUpMs) one.samples.push(own);
    }
  };
  const timer = setInterval(look, EVERY_MS);
  return {
    /**
     * Ends it. `most`: what one service held with its decoders at most, in MiB, at any of the moments that were looked at. `grown` leaves out
     * those that ran for less than two minutes after their first.
     */
    stop: (): { most: number; grown: Grown[] } => {
      clearInterval(timer);
      const grown = [...seen]
        .filter(([, { samples }]) => samples.length >= LEAST_SAMPLES)
        .map(([pid, { samples }]) => ({ pid, atEnd: samples.at(-1) ?? 0, inTenMinutes: growthOf(samples) }));
      return { most, grown };
    },
  };
};

const mean = (numbers: number[]): number => numbers.reduce((sum, one) => sum + one, 0) / numbers.length;

const growthOf = (samples: number[]): number => {
  const quarter = Math.floor(samples.length / 4);
  const between = (samples.length - quarter) * EVERY_MS; // from the middle of the first to the middle of the last
  return ((mean(samples.slice(-quarter)) - mean(samples.slice(0, quarter))) * 600_000) / between;
};
