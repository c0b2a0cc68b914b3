import { expect } from 'vitest';
import type { Enqueue } from '../../src/platform/queue.ts';
import { type App, startApp } from './app.ts';
import { job } from './test-jobs.ts';

/** Services for a test file; `stopAll` after each test. */
export const makeJobApps = () => {
  const apps: App[] = [];
  return {
    start: async (options: Parameters<typeof startApp>[0]) => {
      const app = await startApp(options);
      apps.push(app);
      return app;
    },
    /** Enqueues one job in a transaction of its own. */
    enqueue: ({ db, queue }: App, name: string, payload: object, options?: Parameters<Enqueue>[3]) =>
      db.transaction((trx) => queue.enqueue(trx, job(name), payload, options)),
    stopAll: async () => {
      for (const app of apps.splice(0)) await app.stop();
    },
  };
};

/** Collects what it is given. */
export const collector = () => {
  const done: number[] = [];
  return { done, handler: async ({ n }: { n: number }) => void done.push(n) };
};

/** Lines that say that the job system could not do something. */
export const troubles = ({ logs }: App): string[] => logs.filter((line) => line.includes('the job system'));

/** Resolves when each queue was looked after once: dead processes, counts, old jobs. It begins 10 s after the start. */
export const lookedAfter = ({ db }: App) =>
  expect
    .poll(
      async () => {
        const { rows } = await db.raw<{ rows: [{ n: number }] }>(
          'select count(*)::int as n from pgboss.queue where monitor_on is null or maintain_on is null',
        );
        return rows[0].n;
      },
      { timeout: 20_000, interval: 200 },
    )
    .toBe(0);

/** A poll is due every half second. */
export const SOON = { timeout: 10_000, interval: 50 };
