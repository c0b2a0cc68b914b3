import { z } from 'zod';
import type { CheckPhoto } from '../photos/check-photo.ts';
import type { Handlers, JobKind } from '../platform/job.ts';
import type { JobName } from '../platform/queue.ts';

const MINUTE = 60;

/** Every job: what it is told, how often and when it is tried again, and how long one try may take. */
export const jobKinds = {
  /** Looks at a photo whose sender did not wait for the checks. About 20 minutes of tries. */
  'photo-check': {
    payload: z.strictObject({ photoId: z.int().positive() }),
    retryLimit: 6,
    retryDelaySeconds: 10,
    retryDelayMaxSeconds: 10 * MINUTE,
    expireSeconds: 2 * MINUTE,
  },
} satisfies Record<JobName, JobKind>;

/**
 * Who does each job. To add one: its name in `JobName` (platform/queue.ts), a line above, a line here. What its handler needs
 * comes in as a dependency.
 */
export const makeHandlers = ({ checkPhoto }: { checkPhoto: CheckPhoto }): Handlers<typeof jobKinds> => ({
  'photo-check': async ({ photoId }) => {
    const checked = await checkPhoto.check(photoId);
    if (!checked.ok && checked.reason === 'failed') throw new Error('the face checker gave no answer');
  },
});
