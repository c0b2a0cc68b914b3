/** Each bucket ends 10 % above the one before: percentiles are right to 10 %, from 1 ms to beyond a minute. */
const STEP = Math.log(1.1);
const BUCKETS = 120;

/** How many values fell into each bucket, how many there were and their sum. */
export type SpreadSeen = { buckets: readonly number[]; count: number; sum: number };

/** Counts how values spread, in a fixed space: `record` is one logarithm and one addition. */
export const makeSpread = () => {
  const buckets = new Array<number>(BUCKETS).fill(0);
  let count = 0;
  let sum = 0;
  return {
    record: (value: number): void => {
      const at = value <= 1 ? 0 : Math.min(BUCKETS - 1, Math.ceil(Math.log(value) / STEP));
      buckets[at] = (buckets[at] ?? 0) + 1;
      count += 1;
      sum += value;
    },
    read: (): SpreadSeen => ({ buckets: [...buckets], count, sum }),
  };
};

/** What came since `before`. */
export const sinceThen = (now: SpreadSeen, before: SpreadSeen): SpreadSeen => ({
  buckets: now.buckets.map((n, at) => n - (before.buckets[at] ?? 0)),
  count: now.count - before.count,
  sum: now.sum - before.sum,
});

/** The upper end of a bucket, rounded to three digits. */
export const endOfBucket = (at: number): number => Number(Math.exp(at * STEP).toPrecision(3));

/** At most `most` values that spread as all did: all of them where they are no more, else the middles of equal shares. */
export const samplesOf = ({ buckets, count }: SpreadSeen, most: number): number[] => {
  const wanted = Math.min(count, most);
  const samples: number[] = [];
  let passed = 0;
  for (const [at, n] of buckets.entries()) {
    passed += n;
    while (samples.length < wanted && (samples.length + 0.5) * (count / wanted) <= passed)
      samples.push(endOfBucket(at));
  }
  return samples;
};
