// A disk that fails once, at a chosen step. Steps are calls of node:fs/promises on paths below a folder, what streams open and write
// there, and what is opened at once.
import callbacks from 'node:fs';
import promises, { type FileHandle } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';

type Call = (...args: unknown[]) => Promise<unknown>;
type Calls = Record<string, Call>;
type Done = (error: Error | null, ...outcome: unknown[]) => void;
type Streams = Record<string, (...args: unknown[]) => unknown>;

/** `before`: nothing is done; `after`: it is done and the error comes nevertheless, as from a disk that is going. */
export type Moment = 'before' | 'after';

const ON_PATHS = ['open', 'rename', 'rm', 'unlink', 'mkdir', 'readFile', 'writeFile'] as const;
const ON_FILES = ['writev', 'writeFile', 'sync', 'close'] as const;
/** What a stream calls on its file; it asks for the calls each time. */
const ON_STREAMS = ['write', 'writev', 'fsync'] as const;

/** What is done at once. */
const AT_ONCE = ['openSync', 'closeSync'] as const;

/** Makes the calls below `folder` steps of a disk; `restore` gives the real one back. */
export const makeFaultyDisk = (folder: string) => {
  const real: Calls = {};
  const realOfStreams: Streams = {};
  const steps: string[] = [];
  let fault: { at: number; moment: Moment; code: string } | undefined;

  const isDue = (name: string) => (fault && steps.push(name) === fault.at ? fault : undefined);
  const fail = (name: string, code: string): never => {
    throw Object.assign(new Error(`${code}: a planted fault`), { code, syscall: name });
  };

  const step = async (name: string, work: () => Promise<unknown>): Promise<unknown> => {
    const due = isDue(name);
    if (due?.moment === 'before' && name !== 'close') fail(name, due.code);
    const outcome = await work(); // a file is closed whatever close says
    if (due && name === 'open') await closeUnseen(outcome); // it is there, but nobody gets it
    return due ? fail(name, due.code) : outcome;
  };

  const stepAtOnce = (name: string, work: () => unknown): unknown => {
    const due = isDue(name);
    if (due?.moment === 'before' && name !== 'closeSync') fail(name, due.code);
    const outcome = work();
    if (due && name === 'openSync') realOfStreams['closeSync']?.(outcome);
    return due ? fail(name, due.code) : outcome;
  };

  const watchFile = (file: FileHandle): FileHandle => {
    const calls = file as unknown as Calls;
    for (const name of ON_FILES) {
      const call = calls[name]?.bind(file);
      if (call) calls[name] = (...args) => step(name, () => call(...args));
    }
    return file;
  };

  const target = promises as unknown as Calls;
  for (const name of ON_PATHS) {
    const call = target[name];
    if (!call) throw new Error(`node:fs/promises has no ${name}`);
    real[name] = call;
    target[name] = async (...args) => {
      if (!String(args[0]).startsWith(folder)) return call(...args);
      const outcome = await step(name, () => call(...args));
      return name === 'open' ? watchFile(outcome as FileHandle) : outcome;
    };
  }
  // Streams open their files, and write to them, by the functions with callbacks.
  const streams = callbacks as unknown as Streams;
  const written = new Set<unknown>();
  const watchStreams = (
    name: string,
    isWatched: (first: unknown) => boolean,
    note: (outcome: unknown) => void,
  ): void => {
    const call = streams[name];
    if (!call) throw new Error(`node:fs has no ${name}`);
    realOfStreams[name] = call;
    streams[name] = (...args) => {
      const done = args.at(-1) as Done;
      if (!isWatched(args[0])) {
        call(...args);
        return;
      }
      const work = () =>
        new Promise<unknown[]>((resolve, reject) => {
          call(...args.slice(0, -1), (error: Error | null, ...outcome: unknown[]) => {
            if (error) reject(error);
            else resolve(outcome);
          });
        });
      step(name, work).then(
        (outcome) => {
          const given = outcome as unknown[];
          note(given[0]);
          done(null, ...given);
        },
        (error: unknown) => done(error as Error),
      );
    };
  };
  watchStreams(
    'open',
    (path) => String(path).startsWith(folder),
    (file) => void written.add(file),
  );
  const { close } = callbacks;
  realOfStreams['close'] = close as (...args: unknown[]) => void;
  streams['close'] = (file, ...done) => {
    written.delete(file); // another file gets the number
    Reflect.apply(close, callbacks, [file, ...done]);
  };
  for (const name of ON_STREAMS)
    watchStreams(
      name,
      (file) => written.has(file),
      () => undefined,
    );
  for (const name of AT_ONCE) {
    const call = streams[name] as unknown as (...args: unknown[]) => unknown;
    realOfStreams[name] = call;
    streams[name] = (...args) => {
      const [first] = args;
      if (!written.has(first) && !String(first).startsWith(folder)) return call(...args);
      const outcome = stepAtOnce(name, () => {
        if (name === 'closeSync') written.delete(first); // another file gets the number
        return call(...args);
      });
      if (name === 'openSync') written.add(outcome);
      return outcome;
    };
  }
  syncBuiltinESMExports();

  return {
    /** From now on the `at`th step (from 1) fails with `code`. */
    failAt: (at: number, moment: Moment, code: string): void => {
      steps.length = 0;
      fault = { at, moment, code };
    },
    /** Ends it; the name of the step that failed, undefined when it did not come to that. */
    heal: (): string | undefined => {
      const failed = fault && steps[fault.at - 1];
      fault = undefined;
      return failed;
    },
    restore: (): void => {
      Object.assign(target, real);
      Object.assign(streams, realOfStreams);
      syncBuiltinESMExports();
    },
  };
};

/** A file that was opened for nobody: a handle, or what the callback of `open` would have been given. */
const closeUnseen = async (opened: unknown): Promise<void> => {
  if (Array.isArray(opened)) callbacks.closeSync(Number(opened[0]));
  else await (opened as FileHandle).close();
};
