import { setTimeout as wait } from 'node:timers/promises';
import { ask } from './raw-request.ts';

/** Somebody who opens page after page, each with a pause of `pauseMs`, until `stop`; nothing is asked for twice. */
export const makePageViews = (site: string, paths: string[], pauseMs: number) => {
  const statuses = new Map<number, number>();
  let over = false;
  const keepLooking = async (path: string): Promise<void> => {
    while (!over) {
      const status = await ask(site, path).then(
        (answer) => answer.status,
        () => 0,
      );
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
      await wait(pauseMs);
    }
  };
  const looking = Promise.all(paths.map(keepLooking));
  return {
    /** How often each status came; 0 stands for no answer. */
    statuses,
    stop: async (): Promise<void> => {
      over = true;
      await looking;
    },
  };
};
