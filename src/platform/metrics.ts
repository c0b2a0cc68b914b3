import { type CounterName, type FigureName, figureNames, figures } from './figures.ts';
import { makeSpread, type SpreadSeen } from './spread.ts';

/** What a process has counted since it began. */
export type Counted = { counts: Record<CounterName, number>; latency: SpreadSeen };

const isCounter = (name: FigureName): name is CounterName => figures[name].kind === 'counter';

/** Counts what happens in this process; cheap enough for every request. */
export const makeMetrics = () => {
  const counts = Object.fromEntries(figureNames.filter(isCounter).map((name) => [name, 0])) as Counted['counts'];
  const latency = makeSpread();
  return {
    count: (name: CounterName, by = 1): void => {
      counts[name] += by;
    },
    /** A request took so many milliseconds. */
    took: (ms: number): void => {
      latency.record(ms);
    },
    read: (): Counted => ({ counts: { ...counts }, latency: latency.read() }),
  };
};

export type Metrics = ReturnType<typeof makeMetrics>;
