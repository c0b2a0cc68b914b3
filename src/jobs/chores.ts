import type { BackupPhoto } from '../photos/backup-photo.ts';
import type { ClearPhotos } from '../photos/clear-photos.ts';
import type { MissingPortraits } from '../photos/make-missing-portraits.ts';
import type { PhotoFiles } from '../photos/photo-files.ts';
import type { SweepPhotos } from '../photos/sweep-photos.ts';
import type { Queue } from '../platform/queue.ts';
import type { Chore } from './housekeeping.ts';

type Deps = {
  files: PhotoFiles;
  sweepPhotos: SweepPhotos;
  clearPhotos: ClearPhotos;
  makeMissingPortraits: MissingPortraits;
  lapseLinks: () => Promise<number>;
  foldCounts: () => Promise<number>;
  pruneSessions: () => Promise<number>;
  pruneErrors: () => Promise<number>;
  backupPhoto: BackupPhoto;
  runSchedules: () => Promise<number>;
  queue: Pick<Queue, 'prune' | 'count'>;
};

const MINUTE = 60_000;

/** What the service does by itself, and how often. All of it runs at the start too: a crash left its strays then. */
export const makeChores = ({
  files,
  sweepPhotos,
  clearPhotos,
  makeMissingPortraits,
  lapseLinks,
  foldCounts,
  pruneSessions,
  pruneErrors,
  backupPhoto,
  runSchedules,
  queue,
}: Deps): Chore[] => [
  { name: 'lapse-links', everyMs: MINUTE / 2, run: () => lapseLinks() },
  { name: 'fold-counts', everyMs: MINUTE / 2, run: () => foldCounts() },
  { name: 'sweep-temporary', everyMs: 10 * MINUTE, run: () => files.sweepTemporary({ remove: true }) },
  { name: 'sweep-unsettled', everyMs: MINUTE / 6, run: () => sweepPhotos.sweepUnsettled() },
  {
    ...{ name: 'sweep-photos', everyMs: 24 * 60 * MINUTE, againMs: 60 * MINUTE, beside: true },
    run: (stopping) => sweepPhotos.walk({ remove: true, stopping }),
  },
  { name: 'clear-photos', everyMs: 10 * MINUTE, run: () => clearPhotos() },
  { name: 'make-portraits', everyMs: MINUTE, run: (stopping) => makeMissingPortraits({ stopping }) },
  { name: 'prune-sessions', everyMs: 10 * MINUTE, run: () => pruneSessions() },
  { name: 'catch-up-copies', everyMs: MINUTE, run: async () => backupPhoto.catchUp({ jobs: await copyJobs(queue) }) },
  { name: 'run-schedules', everyMs: MINUTE / 2, run: () => runSchedules() },
  { name: 'prune-errors', everyMs: 60 * MINUTE, run: () => pruneErrors() },
  { name: 'prune-jobs', everyMs: 60 * MINUTE, run: () => queue.prune() },
];

/** Jobs that wait or run: each of them copies whatever waits. */
const copyJobs = async (queue: Pick<Queue, 'count'>): Promise<number> => {
  const { waiting = 0, running = 0 } = (await queue.count())['photo-backup'] ?? {};
  return waiting + running;
};
