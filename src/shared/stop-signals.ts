/** The time after the first signal when nothing is waited for any more. */
const HARD_LIMIT_MS = 30_000;

type Signal = 'SIGTERM' | 'SIGINT';

/**
 * Listens to SIGTERM and SIGINT from now on. `begun(stop)` says how to stop once there is something to stop; a signal that
 * came before, during the start, is obeyed then, so that no database is left running. The process ends with 1 at a second
 * signal, and 30 s after the first, whatever it leaves. `asked`: whether one has come.
 */
export const listenToStopSignals = () => {
  let asked: Signal | undefined;
  let hardLimit: NodeJS.Timeout | undefined;
  let stop: ((signal: Signal) => void) | undefined;
  const ask = (signal: Signal) => {
    if (asked !== undefined) process.exit(1);
    asked = signal;
    hardLimit = setTimeout(() => process.exit(1), HARD_LIMIT_MS).unref();
    stop?.(signal);
  };
  process.on('SIGTERM', ask);
  process.on('SIGINT', ask);
  return {
    asked: (): boolean => asked !== undefined,
    begun: (how: (signal: Signal) => void): void => {
      stop = how;
      if (asked !== undefined) how(asked);
    },
    /** From now on a signal ends the process again as it would by itself. */
    forget: (): void => {
      process.off('SIGTERM', ask);
      process.off('SIGINT', ask);
      clearTimeout(hardLimit);
    },
  };
};
