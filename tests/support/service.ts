import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { createInterface } from 'node:readline';
import { shutDownServer } from '../../src/platform/embedded-postgres-server.ts';
import { runningServer } from '../../src/platform/postgres-pid-file.ts';
import { pidOf } from './pid-of.ts';

const require = createRequire(import.meta.url);
const SERVER = require.resolve('../../src/server.ts');
const CLI = require.resolve('../../src/cli.ts');
const WORKER = require.resolve('../../src/worker.ts');
/** The worker with jobs that only tests have. */
const TEST_WORKER = require.resolve('./worker-process.ts');

export const ADMIN = { email: 'ruth.adeyemi@oakfield.example.org', password: 'correct horse battery staple' };

/** Filled by each clean end; halves the time of a start. Node looks at what the files hold, so it is never stale. */
const COMPILE_CACHE = join(tmpdir(), 'parent-onboarding-tests-compile-cache');

type Env = Record<string, string>;
type Options = {
  env?: Env;
  uid?: number;
  gid?: number;
  /** In a process group of its own, as a terminal starts it. */
  detached?: boolean;
  /** The folder of another version of the program. */
  from?: string;
  /** A program that runs ours: its name and options. */
  under?: string[];
  /** Options of Node. */
  execArgv?: string[];
};

/** A home for services of its own: DATA_DIR and UPLOADS_DIR in a folder that every user may pass through. */
export const makeHome = () => {
  const dir = mkdtempSync(join(tmpdir(), 'pos-home-'));
  chmodSync(dir, 0o755);
  const dataDir = join(dir, 'data');
  const env: Env = {
    ...{ DATA_DIR: dataDir, UPLOADS_DIR: join(dir, 'uploads'), PORT: '0', RATE_LIMIT_SCALE: '0', NODE_ENV: 'test' },
    NODE_COMPILE_CACHE: COMPILE_CACHE,
    CHECKS: 'off', // as in app.ts
    ...{ ADMIN_EMAIL: ADMIN.email, ADMIN_PASSWORD: ADMIN.password, SCHOOL_NAME: 'Oakfield Primary School' },
  };
  const children = new Set<ChildProcess>();
  const run = (
    script: string,
    args: string[],
    { from, env: more = {}, under = [], execArgv = [], ...options }: Options,
  ) => {
    if (from !== undefined) script = join(from, 'src', basename(script));
    const [program = process.execPath, ...rest] = [...under, process.execPath, ...execArgv, script, ...args];
    const stdio = ['ignore', 'pipe', 'pipe'] as const;
    const child = spawn(program, rest, { env: { ...env, ...more }, cwd: '/', stdio: [...stdio], ...options });
    children.add(child);
    return follow(child);
  };
  return {
    dir,
    dataDir,
    uploadsDir: join(dir, 'uploads'),
    /** Starts `node src/server.ts` and does not wait for it. */
    spawn: (options: Options = {}) => run(SERVER, [], options),
    /** Starts it and waits until it listens; throws what it said when it does not. */
    start: async (options: Options = {}): Promise<Service> => {
      const service = run(SERVER, [], options);
      return { ...service, url: await service.listening() };
    },
    /** Starts `node src/worker.ts` and does not wait for it. */
    worker: (options: Options = {}) => run(WORKER, [], { ...options, env: { JOBS: 'worker', ...options.env } }),
    /** Starts a worker whose job `take-time` takes `ms`, and waits until it runs jobs. */
    testWorker: async (ms: number) => {
      const worker = run(TEST_WORKER, [String(ms)], { env: { JOBS: 'worker' } });
      await worker.says('jobs are run here');
      return worker;
    },
    /** Starts a command of the CLI and does not wait for it. */
    command: (args: string[], more: Env = {}) => run(CLI, args, { env: more }),
    /** Runs a command of the CLI and gives what it said with its exit code. */
    cli: async (args: string[], more: Env = {}, under: string[] = []) => {
      const command = run(CLI, args, { env: more, under });
      const { code } = await command.exited;
      return { code, stdout: command.stdout(), stderr: command.stderr() };
    },
    /** What `doctor` counts; `under`: for a home that not every process sees. */
    doctor: async (under: string[] = [], more: Env = {}): Promise<Record<string, unknown>> => {
      const command = run(CLI, ['doctor', '--json'], { under, env: more });
      await command.exited;
      return JSON.parse(command.stdout()) as Record<string, unknown>;
    },
    postmaster: (): number | undefined => runningServer(join(dataDir, 'postgres')),
    /** Ends what still runs and removes everything. */
    remove: async (): Promise<void> => {
      for (const child of children) if (child.exitCode === null) child.kill('SIGKILL');
      await shutDownServer(join(dataDir, 'postgres'), 2000);
      rmSync(dir, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
    },
  };
};

export type Home = ReturnType<typeof makeHome>;
export type Service = ReturnType<typeof follow> & { url: string };

/** So long after something happened its lines are here: of a busy moment they are written together (platform/line-writer.ts). */
export const LINES_MS = 200;

type Line = { msg?: string; level?: string; address?: { port: number } };

const follow = (child: ChildProcess) => {
  const said = { out: [] as string[], err: [] as string[] };
  let heard = (): void => undefined;
  const listen = (stream: NodeJS.ReadableStream | null, lines: string[]) => {
    if (!stream) return;
    createInterface({ input: stream }).on('line', (line) => {
      lines.push(line);
      heard();
    });
  };
  listen(child.stdout, said.out);
  listen(child.stderr, said.err);
  const exited = once(child, 'close').then(([code, signal]) => ({
    code: code as number | null,
    signal: signal as string | null,
  }));
  const logged = () => said.out.flatMap((line) => (line.startsWith('{') ? [JSON.parse(line) as Line] : []));
  /** Waits for a line of the log; rejects when the process ends before it. */
  const says = async (words: string): Promise<Line> => {
    const ended = exited.then((end) =>
      Promise.reject(new Error(`it ended (${JSON.stringify(end)}) and said: ${said.err.join('\n')}`)),
    );
    ended.catch(() => undefined);
    for (;;) {
      const line = logged().find(({ msg }) => msg === words);
      if (line) return line;
      await Promise.race([new Promise<void>((resolve) => (heard = resolve)), ended]);
    }
  };
  return {
    pid: pidOf(child),
    exited,
    logged,
    says,
    stdout: () => said.out.join('\n'),
    stderr: () => said.err.join('\n'),
    listening: async () => `http://127.0.0.1:${(await says('listening')).address?.port}`,
    /** Sends the signal and waits for the end. */
    end: async (signal: NodeJS.Signals) => {
      child.kill(signal);
      return exited;
    },
  };
};
