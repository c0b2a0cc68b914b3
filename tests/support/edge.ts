import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort, makeNginxFolder, runNginx } from './nginx.ts';
import { makeTunnel, type Tunnel } from './tunnel.ts';

/** What people call the service that the nginx stands before. */
export const HOST = 'photos.oakfield.example';
const CONFIGURATION = fileURLToPath(new URL('../../nginx.conf', import.meta.url));

type Options = {
  /** Ports of the service's instances. */
  upstreams: number[];
  uploadsDir: string;
  /** Writes what nginx sends by itself into a folder. */
  writeStatic: (folder: string) => Promise<unknown>;
  /** Seconds that nginx waits for an answer; nginx.conf has 60, tests of its pages have no time for them. */
  patience?: number;
  /** Files of the site that may be missing, by their names. */
  site?: Record<string, string>;
};

/**
 * The project's own nginx.conf with other ports and folders, and 2 s instead of 60 for an answer. It also answers to 127.0.0.1, as
 * tests call it by `reach`.
 */
export const startEdge = async ({ upstreams, uploadsDir, writeStatic, patience = 2, site = {} }: Options) => {
  const dir = makeNginxFolder();
  const [http, https] = [await freePort(), await freePort()];
  for (const folder of ['site', 'log', 'srv']) mkdirSync(join(dir, folder));
  await writeStatic(join(dir, 'srv/static'));
  writeSite(join(dir, 'site'), upstreams);
  for (const [name, text] of Object.entries(site)) writeFileSync(join(dir, 'site', name), text);
  const changes = {
    '/etc/nginx/site/': `${dir}/site/`,
    '/var/log/nginx/': `${dir}/log/`,
    '/srv/onboarding/uploads/': `${uploadsDir}/`,
    '/srv/onboarding/': `${dir}/srv/`,
    'listen 80': `listen 127.0.0.1:${http}`,
    'listen 443': `listen 127.0.0.1:${https}`,
    'proxy_read_timeout 60s': `proxy_read_timeout ${patience}s`,
  };
  writeFileSync(join(dir, 'nginx.conf'), changed(readFileSync(CONFIGURATION, 'utf8'), changes));
  const nginx = await runNginx({ dir, port: http });
  const tunnels: Tunnel[] = [];
  const ca = readFileSync(join(dir, 'site/cert.pem'));
  return {
    dir,
    http,
    https,
    ca,
    pid: nginx.pid,
    /** The site as plain http, as a client with the address `from` (127.x.y.z) sees it: TLS is ended here. */
    reach: async (from: string): Promise<string> => {
      const tunnel = await makeTunnel({ from, to: { port: https, servername: HOST, ca } });
      tunnels.push(tunnel);
      return tunnel.url;
    },
    /** The lines of both logs. */
    logged: (): string[] =>
      readdirSync(join(dir, 'log')).flatMap((name) => readFileSync(join(dir, 'log', name), 'utf8').split('\n')),
    stop: async () => {
      for (const tunnel of tunnels) tunnel.stop();
      await nginx.stop();
    },
  };
};

export type Edge = Awaited<ReturnType<typeof startEdge>>;

/** What docs/operations.md has an administrator write. */
const writeSite = (site: string, upstreams: number[]): void => {
  const servers = upstreams.map((port) => `  server 127.0.0.1:${port} max_fails=0;\n`).join('');
  writeFileSync(
    join(site, 'http.conf'),
    `upstream onboarding {\n  zone onboarding 64k;\n${servers}  keepalive 32;\n  keepalive_timeout 60s;\n}\n` +
      `map "" $app {\n  default onboarding;\n}\nmap "" $public {\n  default https://${HOST};\n}\n` +
      ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((kind) => `${kind}_temp_path temp-${kind};\n`).join(''),
  );
  writeFileSync(join(site, 'server.conf'), `server_name ${HOST} 127.0.0.1;\n`);
  writeFileSync(join(site, 'main.conf'), 'user root;\n'); // who the service is in tests, and whose the photos are
  const subject = ['-subj', `/CN=${HOST}`, '-addext', `subjectAltName=DNS:${HOST}`];
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', join(site, 'key.pem')];
  const request = ['req', '-x509', ...key, '-out', join(site, 'cert.pem'), '-days', '2', ...subject];
  execFileSync('openssl', request, { stdio: 'ignore' });
};

/** The text with every change made; throws for one that finds nothing to change. */
const changed = (text: string, changes: Record<string, string>): string =>
  Object.entries(changes).reduce((result, [from, to]) => {
    if (!result.includes(from)) throw new Error(`nginx.conf has no '${from}'`);
    return result.replaceAll(from, to);
  }, text);
