import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

/** Opens `url` again and again while `work` goes on; gives how long the slowest answer took, in ms. */
export const slowestAnswer = async (url: string, work: () => Promise<unknown>): Promise<number> => {
  const watcher = new Worker(new URL('./answer-watcher.ts', import.meta.url), { workerData: url });
  await once(watcher, 'message'); // it is ready
  const watched = once(watcher, 'message').then(([slowest]) => slowest as number);
  watched.catch(() => undefined);
  try {
    await Promise.race([work(), watched]); // who watches ends early only with a fault
    watcher.postMessage('over');
    return await watched;
  } finally {
    await watcher.terminate();
  }
};
