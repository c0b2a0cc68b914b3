import fs from 'node:fs';
import { type DestinationStream, pino } from 'pino';
import { makeLineWriter } from './line-writer.ts';

export type Logger = ReturnType<typeof makeLogger>;

type LoggedError = { type: string; message?: string; code?: string; stack?: string };

/** Errors whose message repeats what came from outside, a link for instance. */
const QUOTES_INPUT = new Set(['URIError', 'SyntaxError', 'ZodError']);

/** A line of a stack that names a place in a file. A message's line may begin like one. */
const FRAME = /^\s+at .*(?:file:\/\/|node:|\/)[^\s()]+:\d+:\d+\)?$/;

/**
 * What a log, and a job that failed, says of an error: type, code and our own stack frames. The message is left out when it comes from the
 * database, a parser or a file system, because those quote values: names, links, paths (R67).
 */
export const describeError = (error: unknown): LoggedError => {
  if (!(error instanceof Error)) return { type: typeof error };
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  const said = new Set(error.message.split('\n')); // the stack repeats the message
  const frames = error.stack?.split('\n').filter((line) => FRAME.test(line) && !said.has(line)) ?? [];
  return {
    type: error.name,
    ...(code === undefined && !QUOTES_INPUT.has(error.name) ? { message: error.message } : {}),
    ...(code === undefined ? {} : { code }),
    stack: frames.join('\n'),
  };
};

type Options = {
  level: string;
  /** Instead of stdout. */
  stream?: DestinationStream;
  /** Hears each line that goes to stdout, too. */
  also?: (line: string) => void;
};

/** One JSON line an event, on stdout unless a stream is handed in. Ids are logged; names, links and secrets never. */
export const makeLogger = ({ level, stream, also }: Options) => {
  const options = {
    level,
    base: {},
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    serializers: { err: describeError },
  };
  return pino(options, stream ?? toStdout(also));
};

const URGENT = pino.levels.values['warn'] ?? 40;

/**
 * Runs what writes at `process.exit`, when nothing else does, and takes for written what nobody reads any more: pino's writer tries a
 * broken pipe again for ever, and the process would never end.
 */
const withoutBrokenPipe = (flush: () => void): void => {
  const { writeSync } = fs;
  const forgiving = (fd: number, text: string): number => {
    try {
      return writeSync(fd, text);
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'EPIPE') return Buffer.byteLength(text);
      throw error;
    }
  };
  fs.writeSync = forgiving as typeof writeSync;
  try {
    flush();
  } finally {
    fs.writeSync = writeSync;
  }
};

const openStdout = () => {
  const out = pino.destination(); // never waits for a reader; writes at `process.exit` what is left
  const flushSync = out.flushSync.bind(out);
  out.flushSync = () => withoutBrokenPipe(flushSync);
  const writer = makeLineWriter(out);
  process.prependOnceListener('exit', writer.flush); // before what is left is written
  return writer;
};

/** One for all loggers of the process, so that their lines stay in order. */
let stdout: ReturnType<typeof openStdout> | undefined;

const toStdout = (also?: (line: string) => void): DestinationStream => {
  const { write } = (stdout ??= openStdout());
  const destination = {
    [Symbol.for('pino.metadata')]: true, // asks pino for the level of each line
    lastLevel: 0,
    write(line: string): void {
      write(line, this.lastLevel >= URGENT);
      also?.(line);
    },
  };
  return destination;
};
