import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { freePort } from '../support/nginx.ts';
import { ADMIN, type Home, makeHome } from '../support/service.ts';
import { makeVisitor } from '../support/visitor.ts';

const homes: Home[] = [];
let home: Home;
const anotherHome = (): Home => {
  const made = makeHome();
  homes.push(made);
  return made;
};
beforeEach(() => {
  home = anotherHome();
});
afterEach(async () => {
  for (const made of homes.splice(0)) await made.remove();
});

const signIn = async (url: string, credentials: { email: string; password: string }) => {
  const ruth = makeVisitor(url);
  return ruth.submit(await ruth.open('/admin/sign-in'), 'Sign in', credentials);
};

test('the first admin without a terminal: the password is in a file of DATA_DIR that only its owner may read, and nowhere else', async () => {
  const service = await home.start({ env: { ADMIN_EMAIL: '', ADMIN_PASSWORD: '' } });
  const [path = ''] =
    /\/\S+/.exec(
      service
        .stderr()
        .split('\n')
        .find((line) => line.includes('password in')) ?? '',
    ) ?? [];
  const file = path.replace(/\.$/, '');
  expect(file.startsWith(`${home.dataDir}/`)).toBe(true);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  const password = readFileSync(file, 'utf8').trim();
  expect(password.length).toBeGreaterThanOrEqual(12);
  expect((await signIn(service.url, { email: 'admin@localhost', password })).text).toContain('No parents yet');
  expect(`${service.stdout()}${service.stderr()}`).not.toContain(password);
  await service.end('SIGINT');
  const again = await home.start({ env: { ADMIN_EMAIL: '', ADMIN_PASSWORD: '' } });
  expect(again.stderr()).not.toContain('password'); // there is staff now
});

/** Runs what follows at a terminal of its own; all that is said comes on stdout. */
const AT_A_TERMINAL = ['sh', '-c', 'exec script -qefc "$*" /dev/null', 'sh'];

test('the first admin at a terminal: the password is shown there once, and is in no file and no log line', async () => {
  const service = await home.start({ env: { ADMIN_EMAIL: '', ADMIN_PASSWORD: '' }, under: AT_A_TERMINAL });
  const [, password = ''] = /with the password (\S+) \(shown only now\)/.exec(service.stdout()) ?? [];
  expect(password).toMatch(/^[a-z2-9]{5}(-[a-z2-9]{5}){3}$/);
  expect((await signIn(service.url, { email: 'admin@localhost', password })).text).toContain('No parents yet');
  expect(existsSync(join(home.dataDir, 'first-admin-password'))).toBe(false);
  expect(JSON.stringify(service.logged())).not.toContain(password);
});

test('the first admin from ADMIN_EMAIL and ADMIN_PASSWORD: that password is told to nobody; a later start changes nothing', async () => {
  const service = await home.start();
  expect(service.stderr()).toContain(`as ${ADMIN.email} with the password of ADMIN_PASSWORD`);
  expect(`${service.stdout()}${service.stderr()}`).not.toContain(ADMIN.password);
  expect((await signIn(service.url, ADMIN)).text).toContain('No parents yet');
  await service.end('SIGINT');
  const other = { email: 'walter@example.org', password: 'another long password' };
  const again = await home.start({ env: { ADMIN_EMAIL: other.email, ADMIN_PASSWORD: other.password } });
  expect((await signIn(again.url, other)).status).toBeGreaterThanOrEqual(400);
  expect((await signIn(again.url, ADMIN)).text).toContain('No parents yet');
});

test('faults of the environment are all listed at once, with exit code 1 and nothing made', async () => {
  const env = {
    PORT: 'abc',
    BASE_URL: 'ftp://x',
    MAX_UPLOAD_MB: '0',
    DATABASE_URL: 'mysql://x',
    LOG_LEVEL: 'loud',
    TRUST_PROXY: '1',
    DATABASE_SSL_CA: '/nope.pem',
    ADMIN_PASSWORD: 'canary',
  };
  const service = home.spawn({ env });
  expect(await service.exited).toEqual({ code: 1, signal: null });
  for (const name of Object.keys(env)) expect(service.stderr()).toContain(name);
  expect(service.stderr()).not.toMatch(/canary|\n\s+at /);
  expect(readdirSync(home.dir)).not.toContain('data');
});

test('a port that is taken: one sentence, exit code 1, and the database is stopped again', async () => {
  const port = await freePort();
  const holder = createServer().listen(port, '127.0.0.1');
  await once(holder, 'listening');
  const nobody = { ADMIN_EMAIL: '', ADMIN_PASSWORD: '' };
  const service = home.spawn({ env: { ...nobody, PORT: String(port) } });
  expect(await service.exited).toEqual({ code: 1, signal: null });
  holder.close();
  expect(service.stderr()).toBe('Another program listens on this port already. Set PORT to a free one.');
  expect(home.postmaster()).toBeUndefined();
  const again = await home.start({ env: nobody });
  expect(again.stderr()).toContain('password in'); // no admin was made whose password nobody has seen
});

test('the first school may come from a command: then none is made from the environment', async () => {
  const made = await home.cli(['school:create', '--name', 'Elm Grove School', '--json']);
  expect(JSON.parse(made.stdout)).toEqual({ id: 1, name: 'Elm Grove School' });
  const service = await home.start();
  expect((await signIn(service.url, ADMIN)).root.querySelector('title')?.text).toContain('Elm Grove School');
  const another = await home.cli(['parent:create', '--name', 'Maria', '--child', 'Sofia', '--json']);
  expect([another.code, another.stderr]).toEqual([0, '']); // there is one school, so none has to be named
});

test('a command that does not exist, also one that every object has, gives the help and exit code 2', async () => {
  for (const name of ['constructor', '__proto__', 'nothing']) {
    const { code, stdout } = await home.cli([name]);
    expect([code, stdout.split('\n')[0]], name).toEqual([2, 'Usage: npm run cli -- COMMAND [OPTIONS] [--json]']);
  }
});

test('UPLOADS_DIR of another database: one sentence, exit code 1, and no photo of it is touched', async () => {
  const other = anotherHome();
  await (await other.start()).end('SIGINT');
  const before = readdirSync(other.uploadsDir, { recursive: true }).sort();
  const service = home.spawn({ env: { UPLOADS_DIR: other.uploadsDir } });
  expect(await service.exited).toEqual({ code: 1, signal: null });
  expect(service.stderr()).toMatch(/^UPLOADS_DIR holds the photos of another database: [^\n]*$/);
  expect(
    readdirSync(other.uploadsDir, { recursive: true })
      .sort()
      .filter((name) => !String(name).startsWith('tmp')),
  ).toEqual(before.filter((name) => !String(name).startsWith('tmp')));
  expect(home.postmaster()).toBeUndefined();
});

test('a database that does not answer: one sentence without the address, exit code 1', async () => {
  const url = `postgres://app:canary@127.0.0.1:${await freePort()}/onboarding`;
  const service = home.spawn({ env: { DATABASE_URL: url, SESSION_SECRET: 'a secret that only tests know' } });
  expect(await service.exited).toEqual({ code: 1, signal: null });
  expect(service.stderr()).toBe('The database at DATABASE_URL does not answer.');
  expect(service.stdout()).toBe(''); // no library prints what it tried
  expect(readdirSync(join(home.dir))).not.toContain('data');
});
