import { z } from 'zod';
import type { BackupPhoto } from '../photos/backup-photo.ts';
import type { CheckPhoto } from '../photos/check-photo.ts';
import { isPhotoFile, isStorageKey } from '../photos/photo-keys.ts';
import type { RemoveCopies } from '../photos/remove-copies.ts';
import type { Handlers, JobKind } from '../platform/job.ts';
import type { JobName } from '../platform/queue.ts';
import { waitForStore } from '../platform/wait-for-store.ts';
import type { BackupJobs } from './backup-jobs.ts';
import type { DoctorJob } from './doctor-job.ts';

const MINUTE = 60;

/** Nobody shall have to press a button because S3 was away. */
const triesForStore = { retryLimit: 1000, retryDelaySeconds: 10, retryDelayMaxSeconds: 15 * MINUTE };

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
  /** Copies a photo to S3, and whatever else waits. An S3 may be away for days: ten days of tries, then the catch-up asks again. */
  'photo-backup': {
    payload: z.strictObject({ photoId: z.int().positive() }),
    ...triesForStore,
    expireSeconds: 5 * MINUTE,
  },
  /** Removes files in S3 whose row is gone, or which were replaced. */
  'photo-removal': {
    payload: z.strictObject({
      key: z.string().refine(isStorageKey),
      files: z.array(z.string().refine(isPhotoFile)).min(1).max(10),
    }),
    ...triesForStore,
    expireSeconds: 5 * MINUTE,
  },
  /** Hours of work; it is not made up for beyond the morning. */
  backup: { payload: startedBy, ...longWork },
  /** Reads every byte of the newest backup. */
  'backup-verify': { payload: startedBy, ...longWork },
  /** Restores the newest backup into a scratch place. */
  'backup-rehearsal': { payload: startedBy, ...longWork },
  /** Holds database, disk and S3 against each other. */
  doctor: { payload: startedBy, ...longWork },
} satisfies Record<JobName, JobKind>;

type Deps = {
  checkPhoto: CheckPhoto;
  backupPhoto: BackupPhoto;
  removeCopies: RemoveCopies;
  backupJobs: BackupJobs;
  doctorJob: DoctorJob;
};

/**
 * Who does each job. To add one: its name in `JobName` (platform/queue.ts), a line above, a line here. What its handler needs
 * comes in as a dependency.
 */
export const makeHandlers = ({
  checkPhoto,
  backupPhoto,
  removeCopies,
  backupJobs,
  doctorJob,
}: Deps): Handlers<typeof jobKinds> => ({
  'photo-check': async ({ photoId }) => {
    const checked = await checkPhoto.check(photoId);
    if (!checked.ok && checked.reason === 'failed') throw new Error('the face checker gave no answer');
  },
  'photo-backup': ({ photoId }, around) => backupPhoto.backUp(photoId, around),
  'photo-removal': (gone, around) => waitForStore(() => removeCopies(gone), around),
  ...backupJobs,
  doctor: doctorJob,
});
