import { type CounterName, figureNames, figures, type Gauges } from './figures.ts';
import type { Counted } from './metrics.ts';
import { endOfBucket, type SpreadSeen } from './spread.ts';

/** Every eighth bucket is told, a bit more than twice the one before. */
const EVERY = 8;

/** The figures in the text format of Prometheus; a gauge that is not known is left out. */
export const prometheusText = (counted: Counted, gauges: Gauges): string =>
  figureNames
    .flatMap((name) => {
      const { kind, help } = figures[name];
      const called = `onboarding_${snake(name)}`;
      if (kind === 'counter') return lines(`${called}_total`, kind, help, ['', counted.counts[name as CounterName]]);
      if (kind === 'spread') return lines(`${called}_ms`, 'histogram', help, ...bucketsOf(counted.latency));
      const value = gauges[name as keyof Gauges];
      return value === undefined ? [] : lines(called, kind, help, ['', value]);
    })
    .join('');

/** RssBytes: rss_bytes */
const snake = (name: string): string => name.replace(/(?!^)[A-Z]/g, (letter) => `_${letter}`).toLowerCase();

const lines = (name: string, type: string, help: string, ...values: [string, number][]): string[] => [
  `# HELP ${name} ${help}\n`,
  `# TYPE ${name} ${type}\n`,
  ...values.map(([rest, value]) => `${name}${rest} ${value}\n`),
];

const bucketsOf = ({ buckets, count, sum }: SpreadSeen): [string, number][] => {
  let passed = 0;
  const told = buckets.flatMap((n, at): [string, number][] => {
    passed += n;
    // What fell into the last bucket has no upper end.
    return at % EVERY === 0 && at > 0 ? [[`_bucket{le="${endOfBucket(at)}"}`, passed]] : [];
  });
  return [...told, ['_bucket{le="+Inf"}', count], ['_sum', sum], ['_count', count]];
};
