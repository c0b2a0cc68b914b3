import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { ADMIN } from '../tests/support/service.ts';

/** The lines of `npm start` and `npm run cli`: the flags of the real thing. */
export const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as {
  scripts: { start: string; cli: string };
};
const PATH = `${dirname(process.execPath)}:/usr/bin:/bin`;

/** Starts a program of ours by a shell line (that execs it) and waits until it prints a JSON line that `isReady` knows; gives that line. */
export const startProgram = async (
  line: string,
  env: Record<string, string>,
  isReady: (line: Record<string, unknown>) => boolean,
): Promise<{ child: ChildProcess; pid: number; line: Record<string, unknown> }> => {
  const child = spawn('sh', ['-c', line], {
    env: { PATH, MALLOC_ARENA_MAX: '2', ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  for await (const text of createInterface({ input: child.stdout })) {
    const said = text.startsWith('{') ? (JSON.parse(text) as Record<string, unknown>) : {};
    if (!isReady(said)) continue;
    child.stdout.resume();
    return { child, pid: child.pid ?? 0, line: said };
  }
  throw new Error(`'${line}' ended before it was ready`);
};

/** The real service with an embedded database under a temporary folder; `cli` runs a command beside it. `checks`: CHECKS. */
export const startService = async (checks: 'face' | 'off', more: Record<string, string> = {}) => {
  const dir = mkdtempSync(join(tmpdir(), 'pos-bench-'));
  chmodSync(dir, 0o755); // the database runs as another user when we are root
  const env = {
    NODE_ENV: 'test',
    PORT: '0',
    DATA_DIR: join(dir, 'data'),
    UPLOADS_DIR: join(dir, 'uploads'),
    RATE_LIMIT_SCALE: '0',
    CHECKS: checks,
    ADMIN_EMAIL: ADMIN.email,
    ADMIN_PASSWORD: ADMIN.password,
    SCHOOL_NAME: 'Oakfield Primary School',
    SCHOOL_PHONE: '01632 960 118',
    ...more,
  };
  const { child, pid, line } = await startProgram(scripts.start, env, ({ msg }) => msg === 'listening');
  const { port } = line['address'] as { port: number };
  const run = promisify(execFile);
  return {
    pid,
    dir,
    dataDir: env.DATA_DIR,
    uploadsDir: env.UPLOADS_DIR,
    /** Of the service, for other processes beside it. */
    env: { PATH, ...env },
    url: `http://127.0.0.1:${port}`,
    cli: async (...args: string[]): Promise<Record<string, unknown>> => {
      const { stdout } = await run(process.execPath, ['src/cli.ts', ...args, '--json'], {
        env: { PATH, ...env },
        maxBuffer: 1e8,
      });
      return JSON.parse(stdout) as Record<string, unknown>;
    },
    stop: async () => {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGINT');
      await ended;
      rmSync(dir, { recursive: true, force: true });
    },
  };
};

export type Service = Awaited<ReturnType<typeof startService>>;
