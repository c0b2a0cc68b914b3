import { setTimeout as wait } from 'node:timers/promises';
import type { App } from './app.ts';
import { addParent } from './cast.ts';

/** Runs `work` while another person keeps opening pages; gives what it gave and how long the slowest page took, in ms. */
export const whileServed = async <T>(app: App, work: () => Promise<T>): Promise<{ outcome: T; slowest: number }> => {
  const { uniqueId } = await addParent(app, 'kwame');
  let slowest = 0;
  let over = false;
  const watch = async (path: string) => {
    while (!over) {
      const from = performance.now();
      const answer = await fetch(app.url + path);
      await answer.arrayBuffer();
      if (answer.status !== 200) throw new Error(`${path} answered ${answer.status} meanwhile`);
      slowest = Math.max(slowest, performance.now() - from);
      await wait(25);
    }
  };
  const watching = Promise.all([watch('/healthz'), watch(`/onboarding/${uniqueId}`)]);
  try {
    const outcome = await Promise.race([work(), watching.then(() => never())]);
    return { outcome, slowest };
  } finally {
    over = true;
    await watching;
  }
};

const never = (): never => {
  throw new Error('the watch ended early');
};
