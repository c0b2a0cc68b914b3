import { execFile } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { asNpmStarts } from './as-npm-starts.ts';
import { HOST, startEdge } from './edge.ts';
import { freePort } from './nginx.ts';
import { type Home, makeHome } from './service.ts';

const ROLL = fileURLToPath(new URL('../../infra/host/roll.sh', import.meta.url));
const run = promisify(execFile);

type Options = { from?: string; env?: Record<string, string> };
type Running = ReturnType<Home['spawn']>;

/**
 * Two instances on fixed ports with the embedded database, nginx before them, and the project's roll script, which restarts
 * them through us. `from`: the folder of another version that they begin with.
 */
export const startRolled = async ({ from, env = {} }: Options = {}) => {
  const home = makeHome();
  const ports: [number, number] = [await freePort(), await freePort()];
  const { execArgv, ...asStarted } = asNpmStarts();
  const settings = { ...asStarted.env, BASE_URL: `https://${HOST}`, TRUST_PROXY: 'loopback', ...env };
  const running = new Map<number, Running>();
  /** How each process ended that the script has restarted. */
  const ends: Awaited<Running['exited']>[] = [];
  const launch = (port: number, version?: string): Running => {
    const more = version ? { from: version } : {};
    const instance = home.spawn({ env: { ...settings, PORT: String(port) }, execArgv, ...more });
    running.set(port, instance);
    return instance;
  };
  const restart = async (port: number): Promise<void> => {
    const end = await running.get(port)?.end('SIGTERM');
    if (end) ends.push(end);
    launch(port);
  };
  const control = createServer((req, res) => {
    void restart(Number(req.url?.slice(1))).then(() => res.end());
  }).listen(0, '127.0.0.1');
  for (const port of ports) await launch(port, from).listening(); // one after the other: the first brings the database up
  const edge = await startEdge({
    upstreams: ports,
    uploadsDir: home.uploadsDir,
    writeStatic: (folder) => home.cli(['static:write', folder]),
    patience: 60,
  });
  return {
    home,
    edge,
    ports,
    ends,
    pids: () => [...running.values()].map(({ pid }) => pid),
    /** Kills an instance, as its machine would. */
    kill: async (port: number): Promise<void> => {
      await running.get(port)?.end('SIGKILL');
    },
    /** Runs the roll script; gives its exit code and what it said. */
    roll: async (patience = 60): Promise<{ code: number; said: string }> => {
      const url = `curl --silent --show-error --fail http://127.0.0.1:${(control.address() as AddressInfo).port}/`;
      const script = run('sh', [ROLL, ...ports.map(String)], {
        env: { PATH: '/usr/bin:/bin', RESTART: url, PATIENCE: String(patience) },
      });
      const { stdout, code } = await script.then(
        (done) => ({ ...done, code: 0 }),
        (failed: unknown) => failed as { stdout: string; code: number },
      );
      return { code, said: stdout };
    },
    stop: async (): Promise<void> => {
      control.close();
      await edge.stop();
      await home.remove();
    },
  };
};

export type Rolled = Awaited<ReturnType<typeof startRolled>>;
