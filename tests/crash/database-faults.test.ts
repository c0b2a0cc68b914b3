// PostgreSQL stopped, frozen and out of connections, at DATABASE_URL, under a real service that parents use meanwhile.
import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { Client } from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, expect, onTestFinished, test } from 'vitest';
import { isLongRun } from '../support/environment.ts';
import { type ExternalPostgres, startExternalPostgres } from '../support/external-postgres.ts';
import { addSenders } from '../support/office.ts';
import { scene } from '../support/pictures.ts';
import { serverProcesses } from '../support/postgres-holder.ts';
import type { RawAnswer } from '../support/raw-http.ts';
import { sendRaw } from '../support/raw-http.ts';
import { formBody, headOf, type Sender, sendPhoto } from '../support/sender.ts';
import { ADMIN, type Home, makeHome, type Service } from '../support/service.ts';
import { expectPage } from '../support/stored.ts';
import { makeVisitor, type Visitor } from '../support/visitor.ts';

/** How long the database is away. */
const FAULT_MS = isLongRun ? 30_000 : 5000;
const FIVE_SECONDS = 5000; // R61
const MAX_CONNECTIONS = 40;

let postgres: ExternalPostgres;
let photo: Buffer;
beforeAll(async () => {
  postgres = await startExternalPostgres({ maxConnections: MAX_CONNECTIONS });
  photo = await scene(900, 1200).jpeg().toBuffer();
});
afterAll(() => postgres.stop());

let home: Home;
let service: Service;
let env: Record<string, string>;
let maria: Sender & { link: string };
let ruth: Visitor;
beforeEach(async () => {
  const { url, ownerUrl } = await postgres.database();
  home = makeHome();
  env = {
    ...{ DATABASE_URL: url, MIGRATION_DATABASE_URL: ownerUrl, DATABASE_SSL_CA: postgres.ca },
    ...{ DATABASE_POOL_MAX: '5', SESSION_SECRET: 'a secret that only tests know' },
  };
  service = await home.start({ env });
  const [sender] = await addSenders(service.url, 1);
  if (!sender) throw new Error('no sender');
  maria = sender;
  ruth = makeVisitor(service.url);
  await ruth.submit(await ruth.open('/admin/sign-in'), 'Sign in', ADMIN);
});
afterEach(() => home.remove());

/** Each fault: what makes it, and what ends it. */
const faults: Record<string, () => Promise<() => Promise<void>>> = {
  stopped: async () => {
    await postgres.halt();
    let away = true;
    return async () => {
      if (away) postgres.restart();
      away = false;
    };
  },
  frozen: async () => {
    const frozen = serverProcesses(postgres.pid());
    for (const pid of frozen) process.kill(pid, 'SIGSTOP');
    return async () => {
      for (const pid of frozen.splice(0)) process.kill(pid, 'SIGCONT');
    };
  },
  'out of connections': async () => {
    const hogs: Client[] = [];
    const hog = async (): Promise<boolean> => {
      const client = new Client({ connectionString: env['DATABASE_URL'] ?? '', ssl: { rejectUnauthorized: false } });
      client.on('error', () => undefined);
      return client.connect().then(
        () => hogs.push(client) > 0,
        () => false,
      );
    };
    // The service's own are cut, and somebody else takes their places, until it has none left.
    do {
      while (await hog());
      await postgres.asAdmin((sql) =>
        sql(`select pg_terminate_backend(pid) from pg_stat_activity
             where application_name like 'parent-onboarding%' and usename = 'app'`),
      );
      while (await hog());
    } while ((await get(maria.path, maria.cookie)).status === 200);
    return async () => {
      for (const client of hogs.splice(0)) await client.end();
    };
  },
};

const get = async (path: string, cookies: string) => {
  const from = performance.now();
  const answer = await fetch(service.url + path, {
    headers: { cookie: cookies, accept: 'text/html' },
    redirect: 'manual',
  });
  return { status: answer.status, body: await answer.text(), headers: answer.headers, ms: performance.now() - from };
};
type Got = Awaited<ReturnType<typeof get>>;

/** A page in words, soon, that takes nobody's session away. */
const expectTold = ({ status, body, headers, ms }: Got): void => {
  expect({ status, soon: ms < FIVE_SECONDS }, body.slice(0, 500)).toEqual({ status: 503, soon: true });
  expect(headers.get('set-cookie'), body.slice(0, 500)).toBeNull();
  expect(headers.get('retry-after')).not.toBeNull();
  expectPage({ status, headers: Object.fromEntries(headers), body, whole: true, interim: [], ms }, 503);
};

const readiness = async () => (await fetch(`${service.url}/readyz`)).status;

/** The second half of the body comes when `go` has resolved. */
const sendInHalves = (uploadId: string, go: Promise<unknown>): Promise<RawAnswer> => {
  const body = formBody(maria, photo, { uploadId });
  const half = Math.floor(body.length / 2);
  const pieces = async function* () {
    yield headOf(maria, { 'Content-Length': String(body.length) });
    yield body.subarray(0, half);
    await go;
    yield body.subarray(half);
  };
  return sendRaw({ port: maria.port, pieces: pieces() });
};

test.each(Object.keys(faults))(
  'R61: PostgreSQL %s: told within 5 s, alive and not ready meanwhile, back within 5 s, with every session and photo',
  async (fault) => {
    const staff = [...ruth.cookies].map((pair) => pair.join('=')).join('; ');
    const uploadId = randomUUID();
    const { promise: begun, resolve: begin } = Promise.withResolvers<undefined>();
    const upload = sendInHalves(uploadId, begun);
    await wait(300); // its first half is on the disk
    const heal = await faults[fault]?.();
    onTestFinished(() => heal?.());
    const from = performance.now();
    begin(undefined);
    const told = await upload;
    expect(told.status, told.body.slice(0, 500)).toBe(503);
    expect(told.ms).toBeLessThan(FIVE_SECONDS + 300);
    expectPage(told, 503);

    let rounds = 0;
    for (; rounds === 0 || performance.now() - from < FAULT_MS; rounds += 1) {
      const answers = await Promise.all([
        get(maria.path, maria.cookie),
        get('/admin/parents', staff),
        get(maria.link, ''),
      ]);
      for (const answer of answers) expectTold(answer);
      expect((await get('/healthz', '')).status).toBe(200);
      expect(await readiness()).toBe(503);
      await wait(200);
    }
    await heal?.();
    const healed = performance.now();
    const isBack = async () => [
      await readiness(),
      (await get(maria.path, maria.cookie)).status,
      (await get('/admin/parents', staff)).status,
    ];
    await expect.poll(isBack, { timeout: 20_000, interval: 50 }).toEqual([200, 200, 200]);
    expect(performance.now() - healed).toBeLessThan(FIVE_SECONDS);

    expect((await get('/admin/parents', staff)).body).toContain('Santos');
    expect((await sendPhoto(maria, photo, { uploadId })).status).toBe(303);
    const sound = { photos: 1, orphan_files: 0, rows_without_file: 0, checksum_mismatches: 0 };
    await expect.poll(() => home.doctor([], env), { timeout: 40_000, interval: 2000 }).toMatchObject(sound);
    expect(service.logged().filter(({ level }) => level === 'error')).toEqual([]);
  },
  120_000,
);
