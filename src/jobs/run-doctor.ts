import type { CheckIntegrity, ReadSome } from '../photos/check-integrity.ts';
import type { Integrity } from '../photos/integrity.ts';
import type { LongWorkDetail, LongWorks } from '../platform/long-work.ts';
import type { Queue } from '../platform/queue.ts';

type Deps = { checkIntegrity: CheckIntegrity; queue: Pick<Queue, 'count' | 'retry'>; longWork: LongWorks };

/** What the doctor found, and what it did where it was to repair. */
type Examination = Integrity & {
  /** Jobs that failed for good; a repair lets them be tried once more. */
  failedJobs: number;
  retried: number;
  /** Long work whose process ended in the middle; a repair closes it, so that nothing waits for it. */
  lostWork: number;
  closed: number;
};

type Asked = { repair: boolean; read?: ReadSome; startedBy?: number | null; stopping?: AbortSignal };

/** So many photos are read each night, on and on: 20,000 of 250 kB are 5 GB, and a million had their turn within two months. */
const READ_A_NIGHT = 20_000;

/**
 * Holds database, disk and S3 against each other, and looks for what was left half done. The result is kept as the latest `doctor` of
 * the long work. Whoever asks while it runs already is told so.
 */
export const makeRunDoctor = ({ checkIntegrity, queue, longWork }: Deps) => {
  const examine = ({ repair, read, startedBy = null, stopping }: Asked) =>
    longWork.run(
      'doctor',
      async ({ tell, signal }): Promise<Examination & { detail: LongWorkDetail }> => {
        const found = await checkIntegrity({ repair, tell, signal, ...(read ? { read } : {}) });
        const failed = Object.values(await queue.count()).reduce((sum, counts) => sum + counts.failed, 0);
        const retried = repair && failed > 0 ? await queue.retry('all') : 0;
        const lost = await longWork.lost({ close: repair });
        const closed = repair ? lost : 0;
        const examination = {
          ...found,
          ...{ failedJobs: Math.max(0, failed - retried), retried, lostWork: lost - closed, closed },
        };
        return { ...examination, detail: detailOf(examination) };
      },
      { startedBy, ...(stopping ? { stopping } : {}) },
    );

  return {
    /** Looks at everything and reads every file. */
    examine,
    /** For the night: looks at everything, and reads the photos after those of the last night. Changes nothing. */
    examineNightly: async (asked: Pick<Asked, 'startedBy' | 'stopping'>) => {
      const last = await longWork.latest('doctor', 'done');
      const from = String(last?.detail['read_until'] ?? '');
      return examine({ ...asked, repair: false, read: { from, photos: READ_A_NIGHT } });
    },
  };
};

export type RunDoctor = ReturnType<typeof makeRunDoctor>;

const detailOf = (found: Examination): LongWorkDetail => ({
  photos: found.photos,
  orphans: found.orphanFiles,
  strays: found.strays,
  missing: found.rowsWithoutFile,
  damaged: found.checksumMismatches,
  unbacked: found.unbacked,
  failed_jobs: found.failedJobs,
  lost_work: found.lostWork,
  store_away: found.storeAway,
  read_until: found.readUntil,
});
