import { type CounterName, type FigureName, figureNames, figures, type Gauges } from './figures.ts';
import type { Counted } from './metrics.ts';
import { samplesOf, sinceThen } from './spread.ts';

const NAMESPACE = 'ParentOnboarding';
/** One for all processes, so that an alarm sees the whole. */
const SERVICE = 'parent-onboarding';
/** CloudWatch takes so many values of a metric from a line. */
const MOST_VALUES = 100;

type Told = { now: Counted; before: Counted; gauges: Gauges; at: Date };

/**
 * What happened since `before`, and how it is now, as CloudWatch's embedded metric format: it makes metrics of such a line by
 * itself. A figure that is not known is left out.
 */
export const emfLine = ({ now, before, gauges, at }: Told): Record<string, unknown> => {
  const values = new Map<FigureName, number | number[]>();
  for (const name of figureNames) {
    const { kind } = figures[name];
    if (kind === 'counter') values.set(name, now.counts[name as CounterName] - before.counts[name as CounterName]);
    else if (kind === 'gauge' && gauges[name as keyof Gauges] !== undefined)
      values.set(name, rounded(gauges[name as keyof Gauges] ?? 0));
  }
  const latency = samplesOf(sinceThen(now.latency, before.latency), MOST_VALUES);
  if (latency.length > 0) values.set('RequestLatency', latency);
  return {
    _aws: {
      Timestamp: at.getTime(),
      CloudWatchMetrics: [
        {
          Namespace: NAMESPACE,
          Dimensions: [['Service']],
          Metrics: [...values.keys()].map((name) => ({ Name: name, Unit: figures[name].unit })),
        },
      ],
    },
    Service: SERVICE,
    ...Object.fromEntries(values),
  };
};

const rounded = (value: number): number => Math.round(value * 10) / 10;
