import { explainFailure } from './commands/explain-failure.ts';
import { loadConfig } from './shared/config.ts';
import { runWorker } from './wiring-worker.ts';

try {
  await runWorker({ config: loadConfig() });
} catch (error) {
  const explained = explainFailure(error);
  if (explained === undefined) throw error;
  process.stderr.write(`${explained}\n`);
  process.exitCode = 1;
}
