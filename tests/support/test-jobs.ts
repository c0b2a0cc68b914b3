import { z } from 'zod';
import type { Handlers, JobKind } from '../../src/platform/job.ts';
import type { JobName } from '../../src/platform/queue.ts';

/** Names of jobs that only tests have. */
export const job = (name: string): JobName => name as JobName;

export type NumberHandler = (payload: { n: number }, around: { signal: AbortSignal }) => Promise<unknown>;

/**
 * What `startApp` and `wire` take: these jobs, each with who does it. The payload is a number `n`; a job is tried again within a
 * second, `retryLimit` times.
 */
export const testJobs = (jobs: Record<string, NumberHandler | undefined>, changes: Partial<JobKind> = {}) => {
  const kind: JobKind = {
    payload: z.strictObject({ n: z.int() }),
    ...{ retryLimit: 0, retryDelaySeconds: 1, retryDelayMaxSeconds: 1, expireSeconds: 60 },
    ...changes,
  };
  return {
    kinds: Object.fromEntries(Object.keys(jobs).map((name) => [name, kind])),
    makeHandlers: () => jobs as Handlers,
  };
};
