// A disk that fails once, at a chosen step: every call of node:fs/promises on a path below a folder is a step.
import promises, { type FileHandle } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';

type Call = (...args: unknown[]) => Promise<unknown>;
type Calls = Record<string, Call>;

/** `before`: nothing is done; `after`: it is done and the error comes nevertheless, as from a disk that is going. */
export type Moment = 'before' | 'after';

const ON_PATHS = ['open', 'rename', 'rm', 'unlink', 'mkdir', 'readFile', 'writeFile'] as const;
const ON_FILES = ['writev', 'writeFile', 'sync', 'close'] as const;

/** Makes the calls below `folder` steps of a disk; `restore` gives the real one back. */
export const makeFaultyDisk = (folder: string) => {
  const real: Calls = {};
  const steps: string[] = [];
  let fault: { at: number; moment: Moment; code: string } | undefined;

  const step = async (name: string, work: () => Promise<unknown>): Promise<unknown> => {
    const due = fault && steps.push(name) === fault.at ? fault : undefined;
    const fail = (code: string) => {
      throw Object.assign(new Error(`${code}: a planted fault`), { code, syscall: name });
    };
    if (due?.moment === 'before' && name !== 'close') fail(due.code);
    const outcome = await work(); // a file is closed whatever close says
    if (due && name === 'open') await (outcome as FileHandle).close(); // it is there, but nobody gets it
    if (due) fail(due.code);
    return outcome;
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
      syncBuiltinESMExports();
    },
  };
};
