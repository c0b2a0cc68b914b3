// What processes cost (Linux).
import { readFileSync } from 'node:fs';
import { mibOf } from '../tests/support/decoders-of.ts';

const CLOCK_TICKS = 100; // per second, on every Linux that Node runs on

/** The scripts of the processes beside the service: the decoder, and the face checker, whose costs are a row of their own. */
type Beside = 'decoder-process.ts' | 'face-process.ts';

/** CPU in ms: what a process has used since it began, and its ended children with it (/proc/PID/stat, fields 14 to 17). */
const cpuOfOne = (pid: number): number => {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /s, '')
    .split(' ');
  return (fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks), 0) * 1000) / CLOCK_TICKS;
};

/** The processes of that script that a service runs now. */
export const besideOf = (pid: number, script: Beside): number[] =>
  readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
    .split(' ')
    .filter((child) => child !== '' && readFileSync(`/proc/${child}/cmdline`, 'utf8').includes(script))
    .map(Number);

const withDecoders = (pid: number): number[] => [pid, ...besideOf(pid, 'decoder-process.ts')];
const sum = (numbers: number[]): number => numbers.reduce((all, one) => all + one, 0);

/** CPU that a service and its decoders have used since they began, user and system, in milliseconds. */
export const cpuOf = (pid: number): number => sum(withDecoders(pid).map(cpuOfOne));

/** CPU in ms and largest memory in MiB of the face checker of a service; zero when none runs. */
export const faceCheckerOf = (pid: number): { cpu: number; peakRss: number } => {
  const checkers = besideOf(pid, 'face-process.ts');
  return { cpu: sum(checkers.map(cpuOfOne)), peakRss: sum(checkers.map((checker) => mibOf(checker, 'VmHWM'))) };
};
