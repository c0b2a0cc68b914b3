import { z } from 'zod';
import { backupWorks } from '../../dashboard/system-parts.ts';
import { parseId } from '../../shared/ids.ts';

/** As the queue and the database name kinds of jobs. */
const retry = z.object({ job: z.string().regex(/^[a-z]+(-[a-z]+)*$/).max(40) }); // prettier-ignore
const cancel = z.object({ work: z.string().transform(parseId).pipe(z.number()) });
const start = z.object({ work: z.enum(backupWorks) });
/** A fingerprint, as the database has it, and when the page said that it was last seen. */
const done = z.object({
  done: z.string().regex(/^[0-9a-f]{8}$/),
  seen: z.iso.datetime().transform((at) => new Date(at)),
});

/** The forms of the status page; each is undefined where the form is none of ours. */
export const readRetry = (body: unknown) => retry.safeParse(body ?? {}).data?.job;
export const readCancel = (body: unknown) => cancel.safeParse(body ?? {}).data?.work;
export const readStart = (body: unknown) => start.safeParse(body ?? {}).data?.work;
export const readErrorDone = (body: unknown) => done.safeParse(body ?? {}).data;
