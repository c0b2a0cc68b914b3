import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { basename, join } from 'node:path';

/** What `postmaster.pid` in a data folder says: no file, rubbish (a crash while it was written), or a process id. */
export const readPidFile = (data: string): number | 'none' | 'unreadable' => {
  const path = join(data, 'postmaster.pid');
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    // A server that is stopping takes the file away between two looks.
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return 'none';
    throw error;
  }
  const pid = Number(text.split('\n')[0]);
  return Number.isSafeInteger(pid) && pid > 0 ? pid : 'unreadable';
};

/** The id of the PostgreSQL server that is running on the data folder `data` (an absolute path), if one is. */
export const runningServer = (data: string): number | undefined => {
  const pid = readPidFile(data);
  return typeof pid === 'number' && isServerOf(pid, data) ? pid : undefined;
};

/**
 * Whether process `pid` is a PostgreSQL server on the data folder `data`. A pid alone proves nothing: after a crash the number
 * may belong to another process, even to another PostgreSQL. In doubt the answer is yes, so that nobody starts a second one.
 */
export const isServerOf = (pid: number, data: string, commandOf = commandLine): boolean => {
  if (!isAlive(pid)) return false;
  const command = commandOf(pid);
  if (typeof command === 'object') return isServerCommand(command, data);
  return command === undefined || (/(^|\/)postgres /.test(command) && command.includes(data));
};

const isServerCommand = (command: string[], data: string): boolean => {
  const [program = '', ...options] = command; // a zombie has no command line at all
  if (basename(program) !== 'postgres') return false;
  if (!options.includes('-D')) return true;
  const folder = options[options.indexOf('-D') + 1] ?? '';
  return folder === data || (existsSync(folder) && realpathSync(folder) === data);
};

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false; // gone, or another user's: then it cannot be the server of our folder
  }
};

const commandLine = (pid: number): string[] | string | undefined => {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
  } catch {
    return commandByPs(pid);
  }
};

/** The command line as one string, where there is no /proc (macOS); undefined when `ps` cannot tell. */
export const commandByPs = (pid: number): string | undefined => {
  try {
    return execFileSync('ps', ['-ww', '-o', 'command=', '-p', String(pid)], { encoding: 'utf8', stdio: 'pipe' }).trim();
  } catch {
    return undefined;
  }
};
