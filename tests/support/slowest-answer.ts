import { setTimeout as wait } from 'node:timers/promises';

/** Opens `url` again and again while `work` goes on; gives how long the slowest answer took, in ms. */
export const slowestAnswer = async (url: string, work: () => Promise<unknown>): Promise<number> => {
  let slowest = 0;
  const watch = { over: false };
  const watching = (async () => {
    while (!watch.over) {
      const from = performance.now();
      const answer = await fetch(url);
      await answer.arrayBuffer();
      if (answer.status !== 200) throw new Error(`${url} answered ${answer.status} meanwhile`);
      slowest = Math.max(slowest, performance.now() - from);
      await wait(25);
    }
  })();
  try {
    await Promise.race([work(), watching]); // who watches ends early only with a fault
  } finally {
    watch.over = true;
    await watching;
  }
  return slowest;
};
