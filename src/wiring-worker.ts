import { listenToStopSignals } from './shared/stop-signals.ts';
import { type Config, ConfigError } from './shared/config.ts';
import { wire } from './wiring.ts';

type Handed = { config: Config } & Pick<Parameters<typeof wire>[0], 'jobs'>;

/** Runs jobs and the chores, and answers nobody, until a signal: SIGTERM or SIGINT end it when what runs is done or handed back, a second one at once. */
export const runWorker = async ({ config, jobs }: Handed): Promise<void> => {
  if (config.JOBS !== 'worker') throw new ConfigError('JOBS: must be worker, here and for the web processes');
  const signals = listenToStopSignals();
  const service = await wire({ config, firstSchool: false, ...(jobs ? { jobs } : {}) });
  const { logger } = service;
  service.observing.start('worker');
  service.housekeeping.start(); // what its own jobs leave behind is its own to sweep
  service.jobs.start();

  signals.begun(() => {
    logger.info('draining');
    void service.stop().then(async () => {
      logger.info('stopped');
      await service.closeLog();
      process.exit(0);
    });
  });
};
