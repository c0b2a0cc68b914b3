import type { ChildProcess } from 'node:child_process';

/**
 * The process id of a child. Throws when it could not be started: a missing id must not become 0, because a signal to process 0
 * goes to everybody in our own process group, the one who runs the tests included.
 */
export const pidOf = ({ pid }: ChildProcess): number => {
  if (pid === undefined) throw new Error('the process was not started');
  return pid;
};
