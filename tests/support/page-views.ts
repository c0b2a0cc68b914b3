import { setTimeout as wait } from 'node:timers/promises';
import { ask } from './raw-request.ts';

/** Somebody who opens page after page, each with a pause of `pauseMs`, until `stop`; nothing is asked for twice. */
export const makePageViews = (site: string, paths: string[], pauseMs: number) => {
  const statuses = new Map<number, number>();
  const seen = { slowestMs: 0, bare: 0 };
  let over = false;
  const keepLooking = async (path: string): Promise<void> => {
    while (!over) {
      const from = performance.now();
      const { status, body } = await ask(site, path).catch(() => ({ status: 0, body: '' }));
      seen.slowestMs = Math.max(seen.slowestMs, performance.now() - from);
      if (!body.includes('</html>')) seen.bare += 1;
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
      await wait(pauseMs);
    }
  };
  const looking = Promise.all(paths.map(keepLooking));
  return {
    /** How often each status came; 0 stands for no answer. */
    statuses,
    /** How long the slowest answer took, and how many had no page in them. */
    seen,
    stop: async (): Promise<void> => {
      over = true;
      await looking;
    },
  };
};
