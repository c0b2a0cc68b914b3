import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/**
 * A name by which other processes can tell whether this one still lives: host, process id and the time it started, fit
 * for a file name. Two processes never share one, for a process id that is used again has another start time.
 */
export const instanceName = (): string => `${hostName()}-${process.pid}-${startOf(process.pid) ?? startedAt}`;

/** Whether the process behind `instance` is surely gone. Of one on another host nothing is sure. */
export const isDead = (instance: string): boolean => {
  const parts = partsOf(instance);
  if (parts?.host !== hostName()) return false;
  if (parts.pid === process.pid) return instance !== instanceName();
  const start = startOf(parts.pid);
  // Without /proc the start time is unknown: then whoever has the number now counts as the same process.
  return start === undefined ? !exists(parts.pid) : start !== parts.start;
};

/** Whether `instance` is on another host or in another container, where this process cannot look; or no name of ours. */
export const isElsewhere = (instance: string): boolean => partsOf(instance)?.host !== hostName();

const partsOf = (instance: string) => {
  const [, host, pid, start] = /^(.+)-(\d+)-(\d+)$/.exec(instance) ?? [];
  return host && pid && start ? { host, pid: Number(pid), start } : undefined;
};

const startedAt = String(Date.now() - Math.round(performance.now()));

/**
 * The host's name and the process namespace: two containers may bear one name, yet the process ids of one mean nothing
 * in the other.
 */
const hostName = (): string => {
  const namespace = orUndefined(() => /\d+/.exec(readlinkSync('/proc/self/ns/pid'))?.[0]);
  return [hostname().replaceAll(/[^\w.-]/g, '_'), namespace ?? 'host'].join('.');
};

/** When process `pid` started, in clock ticks since the machine did (field 22 of /proc/PID/stat); undefined when unknown. */
const startOf = (pid: number): string | undefined => {
  const stat = orUndefined(() => readFileSync(`/proc/${pid}/stat`, 'utf8'));
  // Field 2 is the program's name in parentheses and may itself hold spaces and parentheses.
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
};

const exists = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH'; // EPERM: it lives and belongs to somebody else
  }
};

const orUndefined = <T>(look: () => T): T | undefined => {
  try {
    return look();
  } catch {
    return undefined;
  }
};
