import type { Clock } from './clock.ts';
import { emfLine } from './emf-line.ts';
import type { Gauges } from './figures.ts';
import type { Logger } from './logger.ts';
import type { Metrics } from './metrics.ts';
import type { ProcessGauges } from './process-gauges.ts';

type Deps = {
  metrics: Metrics;
  processGauges: ProcessGauges;
  /** Those of the whole installation where it is this process's turn to tell them, else none. */
  readInTurn: () => Promise<Gauges>;
  clock: Clock;
  logger: Pick<Logger, 'info'>;
};

const EVERY_MS = 60_000;

/** Writes the figures of this process into the log once a minute, and once more at the end. */
export const makeTellMetrics = ({ metrics, processGauges, readInTurn, clock, logger }: Deps) => {
  let before = metrics.read();
  let timer: NodeJS.Timeout | undefined;

  const tell = async (ofAll: Gauges): Promise<void> => {
    const gauges = { ...ofAll, ...(await processGauges.next()) };
    const now = metrics.read();
    logger.info(emfLine({ now, before, gauges, at: clock.now() }), 'metrics');
    before = now;
  };
  const tellAll = async (): Promise<void> => tell(await readInTurn().catch(() => ({}))); // the database is away

  return {
    tell: tellAll,
    start: (): void => {
      processGauges.start();
      timer = setInterval(() => void tellAll(), EVERY_MS).unref();
    },
    /** Writes the last line, without the installation's. Does nothing where none was begun. */
    stop: async (): Promise<void> => {
      if (!timer) return;
      clearInterval(timer);
      await tell({});
      processGauges.stop();
    },
  };
};
