import { makeAskPart } from './dashboard/ask-part.ts';
import { makeReadCare } from './dashboard/care-figures.ts';
import { makeInstallationGauges } from './dashboard/installation-gauges.ts';
import type { Clock } from './platform/clock.ts';
import type { Db } from './platform/db.ts';
import { makeErrorNotes } from './platform/error-notes.ts';
import { instanceName } from './platform/instance.ts';
import { type Instance, makeHeartbeat } from './platform/instances.ts';
import type { Logger } from './platform/logger.ts';
import type { Metrics } from './platform/metrics.ts';
import { makeProcessGauges } from './platform/process-gauges.ts';
import { makeTellMetrics } from './platform/tell-metrics.ts';
import { endOnUncaught } from './platform/uncaught.ts';
import type { Config } from './shared/config.ts';
import { VERSION } from './shared/version.ts';

type Ground = {
  config: Config;
  clock: Clock;
  logger: Logger;
  db: Db;
  metrics: Metrics;
  closeLog: () => Promise<void>;
};

type Installation = Parameters<typeof makeReadCare>[0];

/** What others can see of this process: its figures, its errors, and that it lives. */
export const wireObserve = ({ config, clock, logger, db, metrics, closeLog }: Ground) => {
  const errorNotes = makeErrorNotes({ db, clock, logger, metrics, version: VERSION });
  return {
    noteError: errorNotes.note,
    /** The same, once there is something to see. */
    watch: (installation: Installation) => {
      const processGauges = makeProcessGauges({ db, folder: config.UPLOADS_DIR });
      const { read, readInTurn } = makeInstallationGauges({ db, clock, readCare: makeReadCare(installation) });
      const tellMetrics = makeTellMetrics({ metrics, processGauges, readInTurn, clock, logger });
      const [askOfAll, askOwn] = [makeAskPart(read), makeAskPart(processGauges.read)];
      let heartbeat: ReturnType<typeof makeHeartbeat> | undefined;
      return {
        /** All figures as of now: what was counted, and the gauges that can be read, within 2 s. */
        readFigures: async () => {
          const [own, ofAll] = await Promise.all([askOwn(), askOfAll()]);
          return { counted: metrics.read(), gauges: { ...(ofAll.ok && ofAll.value), ...(own.ok && own.value) } };
        },
        observing: {
          /** Begins, for a process that serves. */
          start: (kind: Instance['kind']): void => {
            heartbeat = makeHeartbeat({ db, clock, own: { name: instanceName(), kind, version: VERSION } });
            heartbeat.start();
            tellMetrics.start();
            const lastWords = () => errorNotes.stop().then(tellMetrics.stop).finally(closeLog); // the figures have the alarm
            endOnUncaught({ logger, noteError: errorNotes.note, lastWords });
          },
          stop: async (): Promise<void> => {
            await Promise.all([errorNotes.stop(), heartbeat?.stop()]);
            await tellMetrics.stop();
          },
        },
      };
    },
  };
};
