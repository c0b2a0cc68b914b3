import { existsSync, readFileSync } from 'node:fs';

/** One system call: where it began and ended among the lines of the trace, and its text with paths. */
export type Call = { name: string; text: string; began: number; ended: number };

const STRACE = '/usr/bin/strace';
const CALLS = 'openat,read,write,writev,pwrite64,fsync,fdatasync,rename,renameat,renameat2,sendto,sendmsg';

/** How to run a program so that `file` shows what it asks of the system; its process id stays its own. */
export const straceTo = (file: string): string[] => {
  if (!existsSync(STRACE)) throw new Error(`${STRACE} is missing: apt-get install strace`);
  return [STRACE, '-D', '-f', '-y', '-s', '300', '-e', `trace=${CALLS}`, '-e', 'signal=none', '-o', file];
};

/** The calls of a trace in the order in which they began; one that another thread interrupts spans two lines. */
export const readTrace = (file: string): Call[] => {
  const calls: Call[] = [];
  const open = new Map<string, Call>();
  for (const [at, line] of readFileSync(file, 'latin1').split('\n').entries()) {
    const [, thread = '', rest = ''] = /^(\d+)\s+(.*)$/.exec(line) ?? [];
    const [, resumed] = /^<\.\.\. (\w+) resumed>/.exec(rest) ?? [];
    if (resumed !== undefined) {
      const call = open.get(thread);
      if (call) Object.assign(call, { ended: at, text: call.text + rest });
      open.delete(thread);
      continue;
    }
    const [, name] = /^(\w+)\(/.exec(rest) ?? [];
    if (name === undefined) continue;
    const call = { name, text: rest, began: at, ended: at };
    calls.push(call);
    if (rest.includes('<unfinished ...>')) open.set(thread, Object.assign(call, { ended: Infinity }));
  }
  return calls;
};
