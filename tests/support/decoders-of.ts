import { readFileSync } from 'node:fs';

const read = (path: string): string => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return ''; // it has just ended
  }
};

/** Process ids of the decoders that a service runs at this moment (Linux). */
export const decodersOf = (pid: number): number[] =>
  read(`/proc/${pid}/task/${pid}/children`)
    .split(' ')
    .filter((child) => child !== '' && read(`/proc/${child}/cmdline`).includes('decoder-process.ts'))
    .map(Number);

/** Memory of a process in MiB: what it holds now, or the most that it has held so far; zero of one that has ended. */
export const mibOf = (pid: number, field: 'VmRSS' | 'VmHWM'): number =>
  Number(new RegExp(`${field}:\\s+(\\d+)`).exec(read(`/proc/${pid}/status`))?.[1] ?? 0) / 1024;

/** Memory that a service holds with its decoders, in MiB; the embedded database and the face checker are not counted. */
export const residentOf = (pid: number): number =>
  [pid, ...decodersOf(pid)].reduce((sum, one) => sum + mibOf(one, 'VmRSS'), 0);

/** Looks at `residentOf` all the time; `stop` gives the highest that was seen. */
export const watchResident = (pid: number, everyMs = 20) => {
  let peak = 0;
  const timer = setInterval(() => (peak = Math.max(peak, residentOf(pid))), everyMs);
  return {
    stop: (): number => {
      clearInterval(timer);
      return peak;
    },
  };
};
