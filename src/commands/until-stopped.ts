import { listenToStopSignals } from '../shared/stop-signals.ts';
import type { Said } from './command.ts';

/** Of backups and restores. */
const START_AGAIN = 'It was stopped before its end. What it had begun is no backup and no restore: start it again.';

/**
 * Runs work that SIGINT (Ctrl-C) and SIGTERM end: it is told by `stopping`, cleans up, and the next one of its kind may begin at once.
 * A second signal ends the process as it is. `sentence` is what is said of work that gives `cancelled`, or that throws after a signal:
 * one that came too late takes nothing away from what was found.
 */
export const untilStopped = async (
  work: (stopping: AbortSignal) => Promise<Said | 'cancelled'>,
  sentence = START_AGAIN,
): Promise<Said> => {
  const stopped: Said = { text: sentence, json: { stopped: true }, exit: 1 };
  const stop = new AbortController();
  const signals = listenToStopSignals();
  signals.begun(() => stop.abort());
  try {
    const said = await work(stop.signal);
    return said === 'cancelled' ? stopped : said;
  } catch (error) {
    if (stop.signal.aborted) return stopped;
    throw error;
  } finally {
    signals.forget();
  }
};
