import { statfs } from 'node:fs/promises';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Db } from './db.ts';
import type { Gauges } from './figures.ts';

type Pool = { numUsed: () => number; numPendingAcquires: () => number };

/** The timer that measures the event loop comes so often, which it also tells as delay. Every 20 ms it takes a third of what an idle service needs. */
const RESOLUTION_MS = 100;

/** Reads how this process is. The delay of the event loop is that since the last call of `next`; `folder`: where the photos are. */
export const makeProcessGauges = ({ db, folder }: { db: Db; folder: string }) => {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  let wasDelayed = 0;

  const read = async (): Promise<Gauges> => {
    const { pool } = db.client as { pool: Pool };
    const inUse = { PoolInUse: pool.numUsed(), PoolWaiting: pool.numPendingAcquires() }; // before who asks needs some too
    const volume = await statfs(folder).catch(() => undefined); // it is not there, or its disk is away
    return {
      ...inUse,
      RssBytes: process.memoryUsage.rss(),
      EventLoopDelay: delay.count > 0 ? delayOf(delay.percentile(99)) : wasDelayed,
      ...(volume && volume.blocks > 0 ? { DiskFreePercent: (100 * volume.bavail) / volume.blocks } : {}),
    };
  };

  return {
    /** Begins to measure the event loop. */
    start: (): void => void delay.enable(),
    stop: (): void => void delay.disable(),
    /** As of now. */
    read,
    /** As of now; the delay is measured anew from here on. */
    next: async (): Promise<Gauges> => {
      const gauges = await read();
      wasDelayed = gauges.EventLoopDelay ?? 0;
      delay.reset();
      return gauges;
    },
  };
};

export type ProcessGauges = ReturnType<typeof makeProcessGauges>;

/** Nanoseconds between two comings of the timer as milliseconds that it came too late. */
const delayOf = (nanoseconds: number): number => Math.max(0, Math.round(nanoseconds / 1e5) / 10 - RESOLUTION_MS);
