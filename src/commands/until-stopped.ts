import { listenToStopSignals } from '../shared/stop-signals.ts';
import type { Said } from './command.ts';

const STOPPED: Said = {
  text: 'It was stopped before its end. What it had begun is no backup and no restore: start it again.',
  json: { stopped: true },
  exit: 1,
};

/**
 * Runs work that SIGINT (Ctrl-C) and SIGTERM end: it is told by `stopping`, cleans up, and the next one of its kind may begin at once.
 * A second signal ends the process as it is.
 */
export const untilStopped = async (work: (stopping: AbortSignal) => Promise<Said>): Promise<Said> => {
  const stop = new AbortController();
  listenToStopSignals().begun(() => stop.abort());
  try {
    const said = await work(stop.signal);
    return stop.signal.aborted && said.exit === 1 ? STOPPED : said;
  } catch (error) {
    if (stop.signal.aborted) return STOPPED;
    throw error;
  }
};
