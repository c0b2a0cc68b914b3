import type { z } from 'zod';

/** What is fixed about a job, whoever does it. The payload holds ids only: it is kept, listed and may be logged. */
export type JobKind<Payload extends object = object> = {
  /** Held against the payload when it is enqueued and again when it is run, perhaps by another version. */
  payload: z.ZodType<Payload>;
  /** How often it is tried again after the first failure; after that it is kept as failed. */
  retryLimit: number;
  /** Seconds before the first new try; doubled for each further one, up to the most, and never the same twice (jitter). */
  retryDelaySeconds: number;
  retryDelayMaxSeconds: number;
  /** A try that takes longer counts as failed. */
  expireSeconds: number;
};

export type JobKinds = Readonly<Record<string, JobKind>>;

/** Does one job. It must bear being run twice. `signal` aborts when the job is no longer ours: its time is over, or we stop. */
type Handler<Payload> = (payload: Payload, around: { signal: AbortSignal }) => Promise<unknown>;

/** Who does the jobs; one that nobody does here waits for a process whose version can. */
export type Handlers<Kinds extends JobKinds = Record<string, JobKind<never>>> = {
  readonly [Name in keyof Kinds]?: Handler<z.infer<Kinds[Name]['payload']>>;
};
