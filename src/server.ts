import { explainFailure } from './commands/explain-failure.ts';
import { ensureFirstAdmin } from './commands/first-admin.ts';
import { loadConfig } from './shared/config.ts';
import { listenToStopSignals } from './shared/stop-signals.ts';
import { wire } from './wiring.ts';
import { wireHttp } from './wiring-http.ts';

/** How long a balancer, which sends SIGTERM, gets to see that we stop. */
const NOTICE_MS = 3000;
/** So long after the signal open requests are cut off: what is left of the 30 s of shared/stop-signals.ts is for the log. */
const CUT_MS = 24_000;

const signals = listenToStopSignals();

const start = async (): Promise<void> => {
  const config = loadConfig();
  const service = await wire({ config });
  const { logger } = service;
  const open = async () => {
    // A start that fails must not have made an admin whose password nobody has seen: the port comes first.
    const web = await wireHttp(service);
    const lines = await ensureFirstAdmin(service, process.stderr).catch((error: unknown) => {
      web.server.close();
      throw error;
    });
    return { lines, ...web };
  };
  const { lines, server, drain } = await open().catch(async (error: unknown) => {
    await service.stop();
    await service.closeLog();
    throw error;
  });
  service.observing.start('web');
  service.housekeeping.start();
  if (config.JOBS === 'inline') service.jobs.start();
  // The first parent should not wait for it; a decoder that does not start now is tried again with the first photo.
  service.decoder.warmUp().catch((error: unknown) => logger.warn({ err: error }, 'the decoder did not warm up'));
  for (const line of lines) process.stderr.write(`${line}\n`);
  logger.info({ address: server.address() }, 'listening');

  signals.begun((signal) => {
    drain.draining = true;
    logger.info('draining');
    setTimeout(() => server.closeAllConnections(), CUT_MS).unref();
    void service.jobs.stop(); // in the time that the balancer and open requests need anyway
    setTimeout(
      () => {
        server.close(() => {
          void service.stop().then(async () => {
            logger.info('stopped');
            await service.closeLog();
            process.exit(0);
          });
        });
        server.closeIdleConnections();
      },
      signal === 'SIGTERM' ? NOTICE_MS : 0,
    );
  });
};

try {
  await start();
} catch (error) {
  if (signals.asked()) process.exit(0); // Ctrl-C ends what the start waits for, too
  const explained = explainFailure(error);
  if (explained === undefined) throw error;
  process.stderr.write(`${explained}\n`);
  process.exitCode = 1;
}
