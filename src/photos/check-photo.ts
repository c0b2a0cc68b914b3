// A photo's journey ⑦: what the service thinks of it
import { setTimeout as wait } from 'node:timers/promises';
import type { Clock } from '../platform/clock.ts';
import type { Db, Trx } from '../platform/db.ts';
import type { NoteError } from '../platform/error-notes.ts';
import type { Logger } from '../platform/logger.ts';
import type { Metrics } from '../platform/metrics.ts';
import type { Enqueue } from '../platform/queue.ts';
import type { Config } from '../shared/config.ts';
import type { Result } from '../shared/result.ts';
import type { CheckRecords } from './check-records.ts';
import type { FaceChecker } from './face-checker.ts';
import { faceOf, judgePhoto } from './judge-photo.ts';
import type { PhotoCheck, PhotoFace } from './photo-check.ts';
import type { PhotoFiles } from './photo-files.ts';
import type { Photo } from './photo.ts';
import type { PortrayFace } from './portray-face.ts';

type Deps = {
  checks: Config['CHECKS'];
  db: Db;
  records: CheckRecords;
  files: Pick<PhotoFiles, 'read'>;
  checker: FaceChecker;
  portrayFace: PortrayFace;
  clock: Clock;
  logger: Logger;
  noteError: NoteError;
  metrics: Pick<Metrics, 'count'>;
};

/** `gone`: nothing is to be said of it any more; `busy` and `failed`: somebody must try again later. */
type CheckRefusal = 'off' | 'gone' | 'busy' | 'failed';
type Checked = Result<PhotoCheck[], CheckRefusal>;

/** Looks at a photo that is stored already. What was said once stands. */
export const makeCheckPhoto = (deps: Deps) => {
  const { checks, db, records, files, checker, portrayFace, clock, logger, noteError, metrics } = deps;
  const running = new Set<Promise<unknown>>();

  const look = async (photoId: number, patient: boolean): Promise<Checked> => {
    if (checks === 'off') return { ok: false, reason: 'off' };
    const photo = await records.find(photoId);
    if (!photo) return { ok: false, reason: 'gone' };
    if (photo.checks) return finish(photo, photo.checks, photo.face, patient);
    const jpeg = await files.read(photo.filename, 'full');
    if (!jpeg) return { ok: false, reason: 'gone' };

    const measured = await checker.measure(jpeg, { patient });
    if (!measured.ok) return measured;
    metrics.count('ChecksRun');
    const face = faceOf(measured.value);
    const { print } = measured.value;
    const said = { checks: judgePhoto(measured.value, photo), face, print, at: clock.now() };
    const kept = await db.transaction((trx) => records.keep(trx, photo, said));
    if (!kept) return whatStands(photoId);
    return finish(photo, kept, face, patient);
  };

  /**
   * The checks are kept; where somebody is alone in the picture, the portrait shows the face. A try that failed is made up for
   * by the job; a parent who waits hears of the checks all the same.
   */
  const finish = async (
    photo: Photo,
    said: PhotoCheck[],
    face: PhotoFace | null,
    patient: boolean,
  ): Promise<Checked> => {
    if (face && isAlone(said)) {
      await portrayFace(photo, face).catch((error: unknown) => {
        if (patient) throw error;
        const named = noteError(error, { place: 'photo checks' });
        logger.error({ err: error, photoId: photo.id, ...named }, 'a portrait could not be cut');
      });
    }
    return { ok: true, value: said };
  };

  /** Somebody else was quicker, or the photo does not wait any more. */
  const whatStands = async (photoId: number): Promise<Checked> => {
    const checked = (await records.find(photoId))?.checks;
    return checked ? { ok: true, value: checked } : { ok: false, reason: 'gone' };
  };

  const check = (photoId: number, { patient }: { patient: boolean }): Promise<Checked> => {
    const looking = look(photoId, patient);
    running.add(looking);
    const done = () => void running.delete(looking);
    looking.then(done, done);
    return looking;
  };

  return {
    /** Waits for its turn, then for the answer; for jobs. */
    check: (photoId: number): Promise<Checked> => check(photoId, { patient: true }),

    /**
     * For a parent who waits for the page: the checks when they are there within `ms`, and undefined when they come later. What was
     * begun goes on without the parent.
     */
    checkWithin: async (photoId: number, ms: number): Promise<PhotoCheck[] | undefined> => {
      const looking = check(photoId, { patient: false }).catch((error: unknown): Checked => {
        const named = noteError(error, { place: 'photo checks' });
        logger.error({ err: error, photoId, ...named }, 'a photo could not be checked'); // it is kept all the same
        return { ok: false, reason: 'failed' };
      });
      const late = new AbortController();
      const checked = await Promise.race([
        looking,
        wait(ms, undefined, { signal: late.signal }).catch(() => undefined),
      ]);
      late.abort();
      if (!checked || isToCome(checked)) metrics.count('ChecksLate');
      return checked?.ok ? checked.value : undefined;
    },

    /** Ends the checker and waits until nobody writes any more. */
    stop: async (): Promise<void> => {
      await checker.stop();
      await Promise.allSettled(running);
    },
  };
};

/** Nothing was said yet, and the job tries again. */
const isToCome = (checked: Checked): boolean =>
  !checked.ok && (checked.reason === 'busy' || checked.reason === 'failed');

const isAlone = (checks: PhotoCheck[]): boolean =>
  checks.some(({ code, level }) => code === 'several-faces' && level === 'ok');

export type CheckPhoto = ReturnType<typeof makeCheckPhoto>;

/** The upload asks for the checks itself first; the job comes when that is over. */
const JOB_AFTER_SECONDS = 10;

/** Queues the look at a new photo in the transaction of its row. */
export const makeEnqueueCheck =
  ({ checks, enqueue }: { checks: Config['CHECKS']; enqueue: Enqueue }) =>
  async (trx: Trx, photoId: number): Promise<void> => {
    if (checks !== 'off') await enqueue(trx, 'photo-check', { photoId }, { startAfterSeconds: JOB_AFTER_SECONDS });
  };
