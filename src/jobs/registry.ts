import { z } from 'zod';
import type { CheckPhoto } from '../photos/check-photo.ts';
import type { Handlers, JobKind } from '../platform/job.ts';
import type { JobName } from '../platform/queue.ts';
import type { BackupJobs } from './backup-jobs.ts';

const MINUTE = 60;

/** By whom it was asked for, when it was somebody of the staff. */
const startedBy = z.strictObject({ startedBy: z.int().positive().optional() });
/** Four tries within two hours. A process that dies is noticed by its heartbeat long before the time is over. */
const longWork = {
  retryLimit: 3,
  retryDelaySeconds: 10 * MINUTE,
  retryDelayMaxSeconds: 60 * MINUTE,
  expireSeconds: 12 * 60 * MINUTE,
};

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
  /** Hours of work; it is not made up for beyond the morning. */
  backup: { payload: startedBy, ...longWork },
  /** Reads every byte of the newest backup. */
  'backup-verify': { payload: startedBy, ...longWork },
  /** Restores the newest backup into a scratch place. */
  'backup-rehearsal': { payload: startedBy, ...longWork },
} satisfies Record<JobName, JobKind>;

type Deps = { checkPhoto: CheckPhoto; backupJobs: BackupJobs };

/**
 * Who does each job. To add one: its name in `JobName` (platform/queue.ts), a line above, a line here. What its handler needs
 * comes in as a dependency.
 */
export const makeHandlers = ({ checkPhoto, backupJobs }: Deps): Handlers<typeof jobKinds> => ({
  'photo-check': async ({ photoId }) => {
    const checked = await checkPhoto.check(photoId);
    if (!checked.ok && checked.reason === 'failed') throw new Error('the face checker gave no answer');
  },
  ...backupJobs,
});
