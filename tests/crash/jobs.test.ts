import { existsSync, mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { expect, test, type TestContext } from 'vitest';
import { openDb } from '../../src/platform/db.ts';
import { startEmbeddedPostgres } from '../../src/platform/embedded-postgres.ts';
import { makeQueue } from '../../src/platform/queue.ts';
import { type Home, makeHome } from '../support/service.ts';
import { job, testJobs } from '../support/test-jobs.ts';

/** A home of the test's own: most of them wait more than they work, and run at the same time. */
const atHome = ({ onTestFinished }: TestContext): Home => {
  const home = makeHome();
  onTestFinished(() => home.remove());
  return home;
};

/** Queues jobs as the app's role does, from a process of its own. */
const enqueue = async (home: Home, ...numbers: number[]): Promise<void> => {
  const postgres = await startEmbeddedPostgres({ dir: home.dataDir, durable: true });
  const db = openDb({ url: postgres.url('onboarding', 'app'), max: 2 });
  const { kinds } = testJobs({ 'take-time': undefined });
  const queue = makeQueue({ db, kinds });
  await db.transaction(async (trx) => {
    for (const n of numbers) await queue.enqueue(trx, job('take-time'), { n });
  });
  await db.destroy();
  await postgres.stop();
};

type Listed = { counts: Record<string, object>; jobs: { id: string; name: string; tries: number; failure: string }[] };

const list = async (home: Home, ...args: string[]) => {
  const { code, stdout, stderr } = await home.cli(['jobs:list', '--json', ...args]);
  expect(stderr).toBe('');
  return { code, ...(JSON.parse(stdout) as Listed) };
};

type Worker = Awaited<ReturnType<Home['testWorker']>>;
const said = ({ logged }: Worker) => logged().flatMap(({ msg }) => (/^(began|done) /.test(msg ?? '') ? [msg] : []));

test.concurrent(
  'R64: SIGTERM: a job that ends in time ends, one that does not is run again after the restart, none is begun any more',
  async (context) => {
    const home = atHome(context);
    const quick = await home.testWorker(3000);
    await enqueue(home, 1, 2);
    await quick.says('began 1');
    expect(await quick.end('SIGTERM')).toEqual({ code: 0, signal: null });
    expect(said(quick)).toEqual(['began 1', 'done 1']);

    const slow = await home.testWorker(60_000);
    await slow.says('began 2');
    const from = performance.now();
    expect(await slow.end('SIGTERM')).toEqual({ code: 0, signal: null });
    expect(performance.now() - from).toBeLessThan(28_000);
    expect(said(slow)).toEqual(['began 2']);
    expect(slow.logged().filter(({ level }) => level === 'error')).toEqual([]);

    expect(await list(home)).toMatchObject({
      jobs: [{ name: 'take-time', state: 'waiting', tries: 1, failure: null }],
    });
    const next = await home.testWorker(100);
    await next.says('done 2');
    expect(said(next)).toEqual(['began 2', 'done 2']);
    expect(await list(home)).toMatchObject({ code: 0, jobs: [] });
  },
  120_000,
);

test.concurrent(
  'R58: kill -9 of the worker: its job is run again by another one within 70 s',
  async (context) => {
    const home = atHome(context);
    const worker = await home.testWorker(60_000);
    await enqueue(home, 1);
    await worker.says('began 1');
    await worker.end('SIGKILL');
    const next = await home.testWorker(100);
    const from = performance.now();
    await next.says('done 1');
    expect(performance.now() - from).toBeLessThan(70_000);
  },
  120_000,
);

test.concurrent('R58: kill -9 of the database: the worker lives on and runs what comes after', async (context) => {
  const home = atHome(context);
  const worker = await home.testWorker(100);
  await enqueue(home, 1);
  await worker.says('done 1');
  for (let kill = 0; kill < 3; kill += 1) {
    const postmaster = home.postmaster();
    if (postmaster === undefined) throw new Error('no database is running');
    process.kill(postmaster, 'SIGKILL');
    await context.expect.poll(() => home.postmaster(), { timeout: 15_000, interval: 50 }).not.toBe(postmaster);
    await enqueue(home, kill + 2);
    await worker.says(`done ${kill + 2}`);
  }
  expect(worker.logged().filter(({ level }) => level === 'error')).toEqual([]);
  expect(
    worker
      .stdout()
      .split('\n')
      .filter((line) => !line.startsWith('{')),
  ).toEqual([]); // R67
  expect(await worker.end('SIGTERM')).toEqual({ code: 0, signal: null });
});

test.concurrent('JOBS says who runs jobs: the web process, the worker, or nobody', async (context) => {
  const home = atHome(context);
  for (const [jobs, runs] of [
    ['inline', true],
    ['worker', false],
    ['off', false],
  ] as const) {
    const service = await home.start({ env: { JOBS: jobs } });
    const isRun = () => service.logged().some(({ msg }) => msg === 'jobs are run here');
    if (runs) await service.says('jobs are run here');
    else await wait(1500);
    expect(isRun(), jobs).toBe(runs);
    const ready = await fetch(`${service.url}/readyz`);
    expect(await ready.json()).toMatchObject({ status: 'ok', components: { jobs: 'ok' } });
    if (jobs === 'worker') {
      const stray = join(home.uploadsDir, 'tmp', 'elsewhere-1-1', 'a.part');
      mkdirSync(dirname(stray));
      writeFileSync(stray, 'x');
      utimesSync(stray, 0, 0);
      const worker = home.worker();
      await worker.says('jobs are run here');
      await context.expect.poll(() => existsSync(stray), { timeout: 10_000 }).toBe(false); // it does the chores too
      expect(await worker.end('SIGTERM')).toEqual({ code: 0, signal: null });
    }
    expect(await service.end('SIGINT')).toEqual({ code: 0, signal: null });
  }
  const refused = home.worker({ env: { JOBS: 'off' } });
  expect(await refused.exited).toEqual({ code: 1, signal: null });
  expect(refused.stderr()).toBe('The environment has faults:\nJOBS: must be worker, here and for the web processes');
});

test.concurrent(
  'jobs:list and jobs:retry: a job that failed for good is shown with exit code 1, and tried again when asked',
  async (context) => {
    const home = atHome(context);
    const worker = await home.testWorker(-1);
    await enqueue(home, 1);
    await worker.says('done 1');
    await worker.end('SIGTERM');
    const { jobs } = await list(home);
    expect(jobs).toEqual([]);

    await enqueue(home, 2);
    const postgres = await startEmbeddedPostgres({ dir: home.dataDir, durable: true });
    context.onTestFinished(() => postgres.stop()); // till then each command finds it running
    const db = openDb({ url: postgres.url('onboarding', 'app'), max: 1 });
    await db.raw(
      `update pgboss.job set state = 'failed', started_on = now(), completed_on = now(), output = '{"message": "E1"}' where state = 'created'`,
    );
    await db.destroy();
    const failed = await list(home, '--failed');
    expect(failed).toMatchObject({
      code: 1,
      counts: { 'take-time': { waiting: 0, running: 0, failed: 1 } },
      jobs: [{ name: 'take-time', state: 'failed', payload: { n: 2 }, tries: 1, failure: 'E1' }],
    });
    const id = failed.jobs[0]?.id ?? '';
    expect((await home.cli(['jobs:list'])).stdout).toContain(`${id}  take-time {"n":2}  failed`);
    for (const args of [[], ['nothing'], [id, id], ['--all', id]])
      expect(await home.cli(['jobs:retry', ...args]), args.join(' ')).toMatchObject({ code: 2, stdout: '' });
    const unknown = await home.cli(['jobs:retry', id.replace(/^./, (first) => (first === '0' ? '1' : '0'))]);
    expect(unknown).toMatchObject({ code: 1, stdout: 'No job with this id has failed for good.' });
    expect(await home.cli(['jobs:retry', id, '--json'])).toEqual({ code: 0, stdout: '{"retried":1}', stderr: '' });
    expect(await home.cli(['jobs:retry', '--all'])).toMatchObject({ code: 0, stdout: '0 jobs are tried once more.' });
    const next = await home.testWorker(10);
    await next.says('done 2');
    expect(await list(home)).toMatchObject({ code: 0, jobs: [] });
  },
);
