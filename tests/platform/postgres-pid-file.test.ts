import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { startEmbeddedPostgres } from '../../src/platform/embedded-postgres.ts';
import { commandByPs, isServerOf } from '../../src/platform/postgres-pid-file.ts';
import { pidOf } from '../support/pid-of.ts';
import { serverOf, throwAwayFolder } from '../support/postgres-holder.ts';

it('R58: knows a server on this data folder from all other processes, with /proc and with ps', async () => {
  const dir = throwAwayFolder();
  const data = join(dir, 'postgres');
  const server = await startEmbeddedPostgres({ dir, durable: false });
  const pid = serverOf(dir);
  const other = spawn('sleep', ['60']);
  onTestFinished(() => void other.kill());
  const knows = (look?: typeof commandByPs) => [
    isServerOf(pid, data, look),
    isServerOf(pid, join(dir, 'elsewhere'), look),
    isServerOf(pidOf(other), data, look),
    isServerOf(4_194_303, data, look), // beyond what Linux and macOS give out here
  ];
  expect(knows()).toEqual([true, false, false, false]);
  expect(knows(commandByPs)).toEqual([true, false, false, false]);
  // When nothing can tell, a living process counts as the server: better no start than two servers.
  expect(isServerOf(pidOf(other), data, () => undefined)).toBe(true);
  await server.stop();
});
