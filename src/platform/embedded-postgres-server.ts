import { spawn } from 'node:child_process';
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { SERVER_ENV, type Binaries } from './embedded-postgres-binaries.ts';
import type { Folders } from './embedded-postgres-folders.ts';
import { boundLog, openServerLog } from './embedded-postgres-log.ts';
import { diskFull, EmbeddedPostgresUnavailable, OWN_SERVER, quoted } from './embedded-postgres-unavailable.ts';
import { readPidFile, runningServer } from './postgres-pid-file.ts';

const POLL_MS = 50;
const KILL_AFTER_MS = 7000; // 5 s after SIGQUIT PostgreSQL kills its own processes that do not react

const SETTINGS = {
  listen_addresses: '', // the socket only
  port: '5432', // no port, but the socket file's name
  unix_socket_permissions: '0700',
  max_connections: '60', // two instances with their pools, and room for a command
  max_logical_replication_workers: '0',
  max_wal_size: '256MB',
  min_wal_size: '32MB',
  timezone: 'UTC',
  log_timezone: 'UTC',
  // Statements and messages of errors hold names of people: log neither, nor any detail (it shows rows).
  log_min_messages: 'log',
  log_min_error_statement: 'panic',
  log_error_verbosity: 'terse',
  log_statement: 'none',
  log_min_duration_statement: '-1',
  log_parameter_max_length_on_error: '0',
  log_checkpoints: 'off',
  logging_collector: 'off',
};

// For tests: the fastest, and gone after a power cut.
const FLEETING = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' };

/** `ended` gives what the server wrote to its log, should it end before it is ready. */
export type Launched = { pid: number | undefined; ended: () => string | undefined };

/**
 * Starts the server, in a session of its own: Ctrl-C in the terminal must not stop it before the service has drained.
 * Only for the holder of the lock, and when no server is running there.
 */
export const launchServer = (
  { root, data, socket, log, user }: Folders,
  { binaries, durable }: { binaries: Binaries; durable: boolean },
): Launched => {
  const left = readPidFile(data);
  if (left === 'unreadable') rmSync(join(data, 'postmaster.pid')); // a crash while it was written
  for (const name of readdirSync(socket)) rmSync(join(socket, name)); // of a server that is dead
  // PostgreSQL refuses to start while the pid in a stale file is anybody's process, except this one, which it
  // takes for its starter's. So it does all its other checks (orphans in shared memory) and nobody has to delete the file.
  const notTheServer = typeof left === 'number' ? { PG_GRANDPARENT_PID: String(left) } : {};
  const settings = {
    ...SETTINGS,
    unix_socket_directories: `"${socket.replaceAll('"', '""')}"`,
    ...(durable ? {} : FLEETING),
  };
  const options = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);

  boundLog(log);
  const output = openServerLog(log);
  const child = spawn(binaries.postgres, ['-D', data, ...options], {
    ...user,
    cwd: root,
    env: { ...SERVER_ENV, ...notTheServer },
    detached: true,
    stdio: ['ignore', output.fd, output.fd],
  });
  output.close();
  let ended = false;
  const end = () => (ended = true);
  child.once('exit', end).once('error', end);
  child.unref();
  return { pid: child.pid, ended: () => (ended ? output.read() : undefined) };
};

/** Why a server ended before it was ready: 'again' when a dead server's processes still hold the data for a moment. */
export const explainEnd = (said: string, { root, log }: Folders): 'again' | EmbeddedPostgresUnavailable => {
  if (/pre-existing shared memory block|lock file ".*" already exists/.test(said)) return 'again';
  if (said.includes('No space left on device')) return diskFull(root);
  const why = /(?:FATAL|PANIC):\s*(.+)/.exec(said)?.[1] ?? said.trim().split('\n').at(-1) ?? '';
  return new EmbeddedPostgresUnavailable(
    `The database in ${quoted(root)} did not start (${why}): see ${quoted(log)}, ${OWN_SERVER}.`,
  );
};

/** Waits for the server on `data` to be gone; whether it is. */
const gone = async (data: string, patienceMs: number): Promise<boolean> => {
  for (let waited = 0; runningServer(data) !== undefined; waited += POLL_MS) {
    if (waited >= patienceMs) return false;
    await wait(POLL_MS);
  }
  return true;
};

/**
 * Stops the server on `data`: a fast shutdown (SIGINT: rolls back, writes everything out), after `patienceMs` an immediate
 * one (SIGQUIT: the next start recovers from the log). Whether it is gone.
 */
export const shutDownServer = async (data: string, patienceMs = 10_000): Promise<boolean> => {
  const steps = [
    ['SIGINT', patienceMs],
    ['SIGQUIT', KILL_AFTER_MS],
  ] as const;
  for (const [signal, patience] of steps) {
    const pid = runningServer(data);
    if (pid === undefined) return true;
    try {
      process.kill(pid, signal);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
    if (await gone(data, patience)) return true;
  }
  return false;
};
