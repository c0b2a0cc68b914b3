import { fork, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, cpSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, type QueryResultRow } from 'pg';
import { afterAll, onTestFinished, vi } from 'vitest';
import { startEmbeddedPostgres } from '../../src/platform/embedded-postgres.ts';
import { shutDownServer } from '../../src/platform/embedded-postgres-server.ts';
import { runningServer } from '../../src/platform/postgres-pid-file.ts';
import { pidOf } from './pid-of.ts';

vi.setConfig({ testTimeout: 60_000 }); // a busy machine needs its time for a server and its processes

export const isRoot = process.getuid?.() === 0;

/** A folder that everyone may enter; when the test is over, the server in it is stopped and it is removed. */
export const throwAwayFolder = (...dataDirs: string[]): string => {
  const folder = mkdtempSync(join(tmpdir(), 'embedded-pg-'));
  chmodSync(folder, 0o755);
  onTestFinished(async () => {
    for (const dir of ['.', ...dataDirs]) await shutDownServer(join(folder, dir, 'postgres'), 2000);
    rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  }, 30_000);
  return folder;
};

let template: string | undefined;
afterAll(() => {
  if (template !== undefined) rmSync(template, { recursive: true, force: true });
});

/** The same with a database in it, a copy of one that is made once for the test file. */
export const folderWithDatabase = async (): Promise<string> => {
  if (template === undefined) {
    template = mkdtempSync(join(tmpdir(), 'embedded-pg-'));
    chmodSync(template, 0o755);
    await (await startEmbeddedPostgres({ dir: template, durable: false })).stop();
  }
  const dir = throwAwayFolder();
  cpSync(join(template, 'postgres'), join(dir, 'postgres'), { recursive: true });
  chmodSync(join(dir, 'postgres'), 0o700);
  return dir;
};

const require = createRequire(import.meta.url);
const SCRIPT = require.resolve('./hold-postgres.ts');

type Options = { uid?: number; gid?: number; detached?: boolean; env?: NodeJS.ProcessEnv; script?: string };

/** Starts another process that uses the database in `dir`. */
export const startHolder = (dir: string, { script = SCRIPT, ...options }: Options = {}) =>
  follow(fork(script, [dir], { ...options, cwd: '/', execPath: process.execPath, execArgv: [] }));

/** The same behind a shell command that ends in `exec "$@"`. */
export const startHolderIn = (shell: string, dir: string) => {
  const command = ['-c', shell, 'sh', process.execPath, SCRIPT, dir];
  return follow(spawn('unshare', ['-m', 'sh', ...command], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] }));
};

type Message = { url?: string; refused?: string; crashed?: string; stopped?: boolean; drained?: boolean };

const follow = (child: ChildProcess) => {
  const exited = once(child, 'exit');
  const heard: Message[] = [];
  child.on('message', (message) => heard.push(message as Message));
  onTestFinished(() => void child.kill('SIGKILL'));
  const first = async (): Promise<Message> => {
    if (heard[0] === undefined) await Promise.race([once(child, 'message'), exited]);
    return heard[0] ?? {};
  };
  return {
    pid: pidOf(child),
    heard,
    exited,
    /** Its connection string, once the database accepts connections. */
    ready: async (): Promise<string> => {
      const { url, ...other } = await first();
      if (url === undefined) throw new Error(`the database did not start: ${JSON.stringify(other)}`);
      return url;
    },
    /** The sentence with which it refused to start. */
    refused: async (): Promise<string> => (await first()).refused ?? `not refused: ${JSON.stringify(heard)}`,
    stop: async (): Promise<void> => {
      child.send('stop');
      await exited;
    },
    kill: async (): Promise<void> => {
      child.kill('SIGKILL');
      await exited;
    },
  };
};

/** Runs one query on a connection of its own and gives the rows. */
export const query = async <Row extends QueryResultRow>(url: string, sql: string): Promise<Row[]> => {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 2000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return (await client.query<Row>(sql)).rows;
  } finally {
    await client.end().catch(() => undefined);
  }
};

/** How often a server was started on `dir`, by its log. */
export const countStarts = (dir: string): number =>
  readFileSync(join(dir, 'postgres.log'), 'utf8').split('starting PostgreSQL').length - 1;

/** The process id of the server that runs on `dir`. */
export const serverOf = (dir: string): number => {
  const pid = runningServer(join(dir, 'postgres'));
  if (pid === undefined) throw new Error('no server is running');
  return pid;
};

/** The only row of an answer; throws when there is none, so that nobody goes on with a value that is missing. */
export const onlyRow = <Row>([row]: Row[]): Row => {
  if (row === undefined) throw new Error('no row');
  return row;
};

/** kill -9; of a process that may be gone already, since they die with each other. */
export const killHard = (pid: number): void => {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
};

/** The processes of the server `pid`: itself and its children (Linux). */
export const serverProcesses = (pid: number): number[] => [
  pid,
  ...readdirSync('/proc')
    .map(Number)
    .filter((child) => child > 0 && parentOf(child) === pid),
];

const parentOf = (pid: number): number | undefined => {
  try {
    return Number(/\nPPid:\s*(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
  } catch {
    return undefined; // it has just ended
  }
};
