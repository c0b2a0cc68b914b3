import type { NoteError } from './error-notes.ts';
import type { Logger } from './logger.ts';

type Deps = {
  logger: Pick<Logger, 'fatal'>;
  noteError: NoteError;
  /** Writes down what waits to be written. */
  lastWords: () => Promise<unknown>;
};

/** What the last words may take: 2 s for the errors, 3 s for the log, and the figures between them. */
const LIMIT_MS = 6000;

/** From now on a fault that nobody caught is logged and noted, and then ends the process with 1: nobody knows what state it is in. */
export const endOnUncaught = ({ logger, noteError, lastWords }: Deps): void => {
  process.on('uncaughtException', (error) => {
    logger.fatal({ err: error, ...noteError(error, { place: 'process' }) }, 'a fault that nobody caught');
    const end = (): void => process.exit(1);
    setTimeout(end, LIMIT_MS);
    lastWords().then(end, end);
  });
};
