import { type Config, ConfigError } from './shared/config.ts';
import { wire } from './wiring.ts';

const HARD_LIMIT_MS = 30_000;

type Handed = { config: Config } & Pick<Parameters<typeof wire>[0], 'jobs'>;

/** Runs jobs and nothing else until a signal: SIGTERM or SIGINT end it when what runs is done or handed back, a second one at once. */
export const runWorker = async ({ config, jobs }: Handed): Promise<void> => {
  if (config.JOBS !== 'worker') throw new ConfigError('JOBS: must be worker, here and for the web processes');
  const service = await wire({ config, firstSchool: false, ...(jobs ? { jobs } : {}) });
  const { logger } = service;
  service.jobs.start();

  let stopping = false;
  const stop = () => {
    if (stopping) process.exit(1); // asked twice: at once
    stopping = true;
    logger.info('draining');
    setTimeout(() => process.exit(1), HARD_LIMIT_MS).unref();
    void service.stop().then(() => {
      logger.info('stopped');
      process.exit(0);
    });
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  process.on('uncaughtExceptionMonitor', (error) => logger.fatal({ err: error }, 'a fault that nobody caught'));
};
