// The worker with a job that takes as long as its first argument says, in milliseconds; it says when it begins and ends.
import { setTimeout as wait } from 'node:timers/promises';
import { loadConfig } from '../../src/shared/config.ts';
import { runWorker } from '../../src/wiring-worker.ts';
import { testJobs } from './test-jobs.ts';

const say = (msg: string) => void process.stdout.write(`${JSON.stringify({ msg })}\n`);

const takeTime = async ({ n }: { n: number }): Promise<void> => {
  say(`began ${n}`);
  await wait(Number(process.argv[2]));
  say(`done ${n}`);
};

await runWorker({
  config: loadConfig(),
  jobs: testJobs({ 'take-time': takeTime }, { retryLimit: 1, expireSeconds: 600 }),
});
