import { rssOf } from './processes.ts';

const EVERY_MS = 1000;
/** Two minutes: in less, what decoders come and go with is more than any growth. */
const LEAST_SAMPLES = 120;

type Deps = {
  /** The processes that run at this moment. */
  pids: () => number[];
  /** What each is not looked at for after it was first seen: caches fill. */
  warmUpMs: number;
};

/** What a process held: MiB at the end, and how fast it grew, in MiB in ten minutes. */
type Grown = { pid: number; atEnd: number; inTenMinutes: number };

/**
 * Looks at the memory of processes each second until `stop`, each by itself, so that one that ended and a fresh one in its place are not
 * taken for a fall. How fast one grew: the mean of the last quarter of its time against the mean of the first.
 */
export const trackMemory = ({ pids, warmUpMs }: Deps) => {
  const seen = new Map<number, { since: number; samples: number[] }>();
  const look = (): void => {
    for (const pid of pids()) {
      const one = seen.get(pid) ?? { since: performance.now(), samples: [] };
      seen.set(pid, one);
      const held = heldBy(pid);
      if (held > 0 && performance.now() - one.since > warmUpMs) one.samples.push(held);
    }
  };
  const timer = setInterval(look, EVERY_MS);
  return {
    /** Ends it; those that were looked at for less than two minutes are left out. */
    stop: (): Grown[] => {
      clearInterval(timer);
      return [...seen]
        .filter(([, { samples }]) => samples.length >= LEAST_SAMPLES)
        .map(([pid, { samples }]) => ({ pid, atEnd: samples.at(-1) ?? 0, inTenMinutes: growthOf(samples) }));
    },
  };
};

/** Zero of a process that ends at this moment, or has. */
const heldBy = (pid: number): number => {
  try {
    return rssOf(pid);
  } catch {
    return 0;
  }
};

const mean = (numbers: number[]): number => numbers.reduce((sum, one) => sum + one, 0) / numbers.length;

const growthOf = (samples: number[]): number => {
  const quarter = Math.floor(samples.length / 4);
  const between = (samples.length - quarter) * EVERY_MS; // from the middle of the first to the middle of the last
  return ((mean(samples.slice(-quarter)) - mean(samples.slice(0, quarter))) * 600_000) / between;
};
