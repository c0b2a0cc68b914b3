import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Application } from 'express';
import { publicDir } from '../../src/http/app.ts';
import { makeAssets } from '../../src/http/assets.ts';
import { type Decoder, makeDecoder } from '../../src/photos/decoder.ts';
import type { Clock } from '../../src/platform/clock.ts';
import { makeLogger } from '../../src/platform/logger.ts';
import { makePasswords } from '../../src/platform/password.ts';
import { loadConfig } from '../../src/shared/config.ts';
import { wire } from '../../src/wiring.ts';
import type { Features } from '../../src/wiring-features.ts';
import { wireApp } from '../../src/wiring-http.ts';
import { cloneDatabase, type TestDatabase } from './database.ts';

/** A clock that tests turn. */
export const movableClock = (): Clock & { forward: (ms: number) => void } => {
  let ahead = 0;
  return {
    now: () => new Date(Date.now() + ahead),
    forward: (ms) => {
      ahead += ms;
    },
  };
};

/** Which view the application rendered last; '' before the first. */
const watchViews = (app: Application): (() => string) => {
  let last = '';
  const render = app.render.bind(app) as (view: string, ...rest: unknown[]) => void;
  app.render = (view: string, ...rest: unknown[]): void => {
    last = view;
    render(view, ...rest);
  };
  return () => last;
};

/** Parts of the service that pages see in the place of its own. */
export type Parts = Partial<Pick<Features, 'officeBackups' | 'officeMirror' | 'checkStorage'>>;

type Options = {
  env?: Record<string, string>;
  clock?: Clock;
  /** Jobs instead of the service's own. Nobody runs them before `jobs.start()`. */
  jobs?: NonNullable<Parameters<typeof wire>[0]['jobs']>;
  /** A decoder that writes into `logs` and ends with the service. */
  ownDecoder?: boolean;
  /** One that is handed in; it ends with the service. */
  decoder?: Decoder;
  /** Passwords take the work that the service asks for; light work otherwise. */
  ownPasswords?: boolean;
  parts?: Parts;
  /** Another service's, to be its second instance. */
  database?: TestDatabase;
};

/** One for all services of a test process: a start of its own takes half a second each. It ends with the process. */
let shared: Decoder | undefined;
const sharedDecoder = (): Decoder => {
  shared ??= makeDecoder({ logger: makeLogger({ level: 'silent' }) });
  return { ...shared, stop: () => Promise.resolve() };
};

const lightPasswords = makePasswords({ memory: 64, passes: 1 });
const passwordsFor = (own: boolean) => (own ? {} : { passwords: lightPasswords });

/** Read and compressed once for all services of a test process. */
let assets: ReturnType<typeof makeAssets> | undefined;

/**
 * The whole service on a database and an uploads folder of its own, on a loopback port. `logs` is all it logged,
 * `lastView` tells which view it rendered last.
 */
export const startApp = async ({
  env = {},
  clock,
  jobs,
  ownDecoder = false,
  decoder = sharedDecoder(),
  ownPasswords = false,
  parts = {},
  database,
}: Options = {}) => {
  const dir = mkdtempSync(join(tmpdir(), 'pos-app-'));
  const { url, ownerUrl } = database ?? (await cloneDatabase());
  const config = loadConfig({
    NODE_ENV: 'test',
    LOG_LEVEL: 'info',
    DATABASE_URL: url,
    MIGRATION_DATABASE_URL: ownerUrl,
    DATABASE_POOL_MAX: '5',
    SESSION_SECRET: 'a secret that only tests know',
    DATA_DIR: join(dir, 'data'),
    UPLOADS_DIR: join(dir, 'uploads'),
    MAX_UPLOAD_MB: '5',
    SCHOOL_NAME: 'Oakfield Primary School',
    SCHOOL_PHONE: '01632 960 118',
    PORT: '0',
    CHECKS: 'off', // drawn pictures have no faces; tests of the checks switch them on
    BASE_URL: 'http://localhost:3000',
    ...env,
  });
  const logs: string[] = [];
  const logger = makeLogger({ level: config.LOG_LEVEL, stream: { write: (line) => void logs.push(line) } });
  const service = await wire({
    ...{ config, logger, pollSeconds: 0.5 },
    ...passwordsFor(ownPasswords),
    ...(clock ? { clock } : {}),
    ...(jobs ? { jobs } : {}),
    ...(ownDecoder ? {} : { decoder }),
  });
  const drain = { draining: false };
  const application = await wireApp({ ...service, ...parts }, drain, (assets ??= makeAssets(publicDir)));
  const lastView = watchViews(application);
  const server = createServer(application);
  server.listen(config.PORT, '127.0.0.1'); // supertest alone would listen on every interface
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const stop = async () => {
    server.closeAllConnections();
    server.close();
    await service.stop();
    rmSync(dir, { recursive: true, force: true });
  };
  return {
    ...service,
    server,
    drain,
    logs,
    lastView,
    url: `http://127.0.0.1:${port}`,
    uploadsDir: config.UPLOADS_DIR,
    ownerUrl,
    database: { url, ownerUrl },
    stop,
  };
};

export type App = Awaited<ReturnType<typeof startApp>>;
