import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { pidOf } from './pid-of.ts';

const NGINX = '/usr/sbin/nginx';

/** A real nginx before the service at `upstream`; stop it when the test is over. Throws where Debian's nginx is missing. */
export const startNginx = async ({ upstream, buffering }: { upstream: number; buffering: boolean }) => {
  const dir = makeNginxFolder();
  const port = await freePort();
  writeFileSync(join(dir, 'nginx.conf'), configuration({ port, upstream, buffering }));
  const { stop } = await runNginx({ dir, port });
  return { port, stop };
};

/** A folder that nginx's workers, who are another user, may enter. */
export const makeNginxFolder = (): string => {
  const dir = mkdtempSync(join(tmpdir(), 'nginx-'));
  chmodSync(dir, 0o755);
  return dir;
};

/** Runs the `nginx.conf` in `dir` until `stop`, which removes the folder; `port` is one where it answers plain HTTP. */
export const runNginx = async ({ dir, port }: { dir: string; port: number }) => {
  if (!existsSync(NGINX)) throw new Error(`${NGINX} is missing: apt-get install nginx-light`);
  const global = `daemon off; pid ${join(dir, 'nginx.pid')};`;
  const child = spawn(NGINX, ['-g', global, '-p', dir, '-c', join(dir, 'nginx.conf')], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.on('data', (piece: Buffer) => (said += piece.toString()));
  await untilListening(port, child, () => said);
  const stop = async () => {
    const exited = once(child, 'exit');
    if (child.exitCode === null) child.kill('SIGTERM');
    if (child.exitCode === null) await exited;
    rmSync(dir, { recursive: true, force: true });
  };
  return { stop, pid: pidOf(child) };
};

const configuration = ({ port, upstream, buffering }: { port: number; upstream: number; buffering: boolean }) => `
worker_processes 1;
error_log error.log warn;
events { worker_connections 256; }
http {
  access_log off;
  client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path f; uwsgi_temp_path u; scgi_temp_path s;
  # Larger than ours, so that the answer is ours; smaller than what we read on of a body that we refuse, so that one
  # without an end is nginx's to end: whether it reads our answer before it finds the connection cut is a matter of luck.
  client_max_body_size 60m;
  server {
    listen 127.0.0.1:${port};
    location / {
      proxy_pass http://127.0.0.1:${upstream};
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_set_header Host $host;
      proxy_request_buffering ${buffering ? 'on' : 'off'};
      proxy_read_timeout 60s;
    }
  }
}
`;

/** A port of the loopback interface that nobody listened on a moment ago. */
export const freePort = async (): Promise<number> => {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
};

const untilListening = async (port: number, child: ChildProcess, said: () => string): Promise<void> => {
  for (let tries = 0; tries < 200; tries += 1) {
    if (child.exitCode !== null) break;
    const answer = await fetch(`http://127.0.0.1:${port}/healthz`, { redirect: 'manual' }).catch(() => undefined);
    if (answer) return;
    await wait(50);
  }
  child.kill(); // not SIGKILL: its workers would stay
  throw new Error(`nginx does not run: ${said()}`);
};
