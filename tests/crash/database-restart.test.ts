import { execFileSync, spawn } from 'node:child_process';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest';
import { addSenders } from '../support/office.ts';
import { scene } from '../support/pictures.ts';
import { type Home, makeHome, type Service } from '../support/service.ts';
import { type Sender, sendPhoto } from '../support/sender.ts';
import { makeVisitor } from '../support/visitor.ts';

let home: Home;
beforeEach(() => {
  home = makeHome();
});
afterEach(() => home.remove());

/** A parent who has sent a photo. */
const withPhoto = async ({ url }: Service): Promise<Sender & { link: string }> => {
  const [maria] = await addSenders(url, 1);
  if (!maria) throw new Error('no sender');
  const answer = await sendPhoto(maria, await scene(900, 1200).jpeg().toBuffer());
  expect(answer.status, answer.body.slice(0, 500)).toBe(303);
  return maria;
};

/** Her link tells that the photo is there, and the session that she had goes on. */
const expectKept = async ({ url }: Service, maria: Sender & { link: string }) => {
  expect((await makeVisitor(url).open(maria.link)).text).toContain('We have your photo');
  const own = await fetch(`${url}/onboarding/p/${maria.parentId}`, { headers: { cookie: maria.cookie } });
  expect(own.status).toBe(200);
  expect(await own.text()).toContain('/photos/');
  expect(await home.doctor()).toMatchObject({
    photos: 1,
    orphan_files: 0,
    rows_without_file: 0,
    checksum_mismatches: 0,
  });
};

const processesOf = (dir: string): string[] =>
  execFileSync('ps', ['-eo', 'pid,args', '-ww'], { encoding: 'utf8' })
    .split('\n')
    .filter((line) => line.includes(dir));

test('Ctrl-C in the terminal ends the service and its database cleanly', async () => {
  const service = await home.start({ detached: true });
  expect(home.postmaster()).toBeDefined();
  process.kill(-service.pid, 'SIGINT'); // what a terminal sends: to the whole group
  expect(await service.exited).toEqual({ code: 0, signal: null });
  expect(home.postmaster()).toBeUndefined();
  expect(processesOf(home.dir)).toEqual([]);
  const log = readFileSync(join(home.dataDir, 'postgres.log'), 'utf8');
  expect(log).toContain('database system is shut down');
  await home.start();
  expect(readFileSync(join(home.dataDir, 'postgres.log'), 'utf8').slice(log.length)).not.toMatch(
    /recovery|not properly shut down/,
  );
});

test('Ctrl-C while it starts is obeyed when it has started, and leaves no database running', async () => {
  const service = home.spawn({ detached: true });
  while (home.postmaster() === undefined) await new Promise((resolve) => setTimeout(resolve, 20));
  process.kill(-service.pid, 'SIGINT');
  expect(await service.exited).toEqual({ code: 0, signal: null });
  expect(home.postmaster()).toBeUndefined();
  expect(processesOf(home.dir)).toEqual([]);
});

test('kill -9 of the service, then a start: everything is there, sessions too', async () => {
  const first = await home.start();
  const maria = await withPhoto(first);
  const postmaster = home.postmaster();
  await first.end('SIGKILL');
  expect(home.postmaster()).toBe(postmaster); // the database outlives it and is attached to
  const second = await home.start();
  expect(home.postmaster()).toBe(postmaster);
  await expectKept(second, maria);
});

test('kill -9 of service and database, and a pid file that names somebody else: everything is there', async () => {
  const first = await home.start();
  const maria = await withPhoto(first);
  const postmaster = home.postmaster();
  if (postmaster === undefined) throw new Error('no database is running');
  await first.end('SIGKILL');
  process.kill(postmaster, 'SIGKILL');
  const pidFile = join(home.dataDir, 'postgres', 'postmaster.pid');
  const { uid, gid } = statSync(pidFile);
  const other = spawn('sleep', ['300'], process.getuid?.() === 0 ? { uid, gid } : {}); // PostgreSQL looks at its own user's
  onTestFinished(() => void other.kill());
  const [, ...rest] = readFileSync(pidFile, 'utf8').split('\n');
  writeFileSync(pidFile, [String(other.pid), ...rest].join('\n'));
  await expectKept(await home.start(), maria);
}, 60_000);

test('two starts at once on one DATA_DIR that is empty: both are ready, and one goes on when the other ends', async () => {
  const [one, other] = await Promise.all([home.start(), home.start()]);
  expect(one.url).not.toBe(other.url);
  const maria = await withPhoto(one);
  for (const { url } of [one, other]) expect((await fetch(`${url}/readyz`)).status).toBe(200);
  const postmaster = home.postmaster();
  expect(await one.end('SIGINT')).toEqual({ code: 0, signal: null });
  expect(home.postmaster()).toBe(postmaster);
  expect((await fetch(`${other.url}/readyz`)).status).toBe(200);
  await expectKept(other, maria);
  expect(await other.end('SIGINT')).toEqual({ code: 0, signal: null });
  expect(home.postmaster()).toBeUndefined();
});
