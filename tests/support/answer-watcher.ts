// A thread of its own (slowest-answer.ts), so that a test's own work, which may hold its thread for long, is not taken for the service's.
import { setTimeout as wait } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';

const url = workerData as string;
const watch = { over: false };
parentPort?.once('message', () => {
  watch.over = true;
});

parentPort?.postMessage('ready');
let slowest = 0;
while (!watch.over) {
  const from = performance.now();
  const answer = await fetch(url);
  await answer.arrayBuffer();
  if (answer.status !== 200) throw new Error(`${url} answered ${answer.status} meanwhile`);
  slowest = Math.max(slowest, performance.now() - from);
  await wait(25);
}
parentPort?.postMessage(slowest);
