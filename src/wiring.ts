import { randomBytes } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { makeCountParents } from './dashboard/count-parents.ts';
import { makeListParents } from './dashboard/list-parents.ts';
import { makeLatestConsent, makeTimeline } from './dashboard/timeline.ts';
import { makeChores } from './jobs/chores.ts';
import { makeFoldCounts } from './jobs/fold-counts.ts';
import { makeHousekeeping } from './jobs/housekeeping.ts';
import { makeLapseLinks } from './jobs/lapse-links.ts';
import { makePruneSessions } from './jobs/prune-sessions.ts';
import { makeCreateParent, makeEditParent } from './parents/create-parent.ts';
import { makeOnboardingLink } from './parents/onboarding-link.ts';
import { makeParentChoices } from './parents/parent-choices.ts';
import { makeParentLeaving } from './parents/parent-leaving.ts';
import { makeParentRecords } from './parents/parent-records.ts';
import { makeCheckIntegrity } from './photos/check-integrity.ts';
import { makeCheckStorage } from './photos/check-storage.ts';
import { makeClaimUploads } from './photos/claim-uploads.ts';
import { makeClearPhotos } from './photos/clear-photos.ts';
import { makeDecodeQueue } from './photos/decode-queue.ts';
import { makeDeleteParent, makeDeletePhotos } from './photos/delete-photos.ts';
import { makePhotoFiles } from './photos/photo-files.ts';
import { makePhotoRecords } from './photos/photo-records.ts';
import { makeReceivePhoto } from './photos/receive-photo.ts';
import { makeRecordPhoto } from './photos/record-photo.ts';
import { makeReviewPhoto } from './photos/review-photo.ts';
import { makeReviewQueue } from './photos/review-queue.ts';
import { makeShowPhoto } from './photos/show-photo.ts';
import { makeSweepPhotos } from './photos/sweep-photos.ts';
import { type Clock, systemClock } from './platform/clock.ts';
import { openDatabase } from './platform/database.ts';
import type { Db } from './platform/db.ts';
import { instanceName } from './platform/instance.ts';
import { type Logger, makeLogger } from './platform/logger.ts';
import { makeRateLimits } from './platform/rate-limit.ts';
import { makeCreateSchool, makeFirstSchool } from './schools/create-school.ts';
import { makeSchoolRecords } from './schools/school-records.ts';
import type { Config } from './shared/config.ts';
import { makeCreateStaff, makeFirstAdmin } from './staff/create-staff.ts';
import { makeSignIn } from './staff/sign-in.ts';
import { makeStaffRecords } from './staff/staff-records.ts';

/** Photos that wait for a decode beyond those that run; one more is answered 503. Each waits about 0.2 s a place. */
const WAITING_DECODES = 32;
/** Days that files of rejected and superseded photos are kept (product.md). */
const KEEP_OLD_PHOTOS_DAYS = 30;

type Handed = { config: Config; clock?: Clock; logger?: Logger };

/** Builds everything but HTTP, once; `stop` undoes it in reverse order. */
export const wire = async ({
  config,
  clock = systemClock,
  logger = makeLogger({ level: config.LOG_LEVEL }),
}: Handed) => {
  const database = await openDatabase({ config, logger });
  try {
    const features = wireFeatures({ config, clock, db: database.db });
    await features.files.prepare();
    await features.claimUploads();
    const timeZone = Intl.DateTimeFormat().resolvedOptions().timeZone;
    await features.makeFirstSchool({ name: config.SCHOOL_NAME, phone: config.SCHOOL_PHONE, timeZone });
    const housekeeping = makeHousekeeping({ db: database.db, logger, clock, chores: makeChores(features) });
    const stop = async () => {
      await housekeeping.stop();
      await database.stop();
    };
    return { ...features, config, clock, logger, housekeeping, stop };
  } catch (error) {
    await database.stop();
    throw error;
  }
};

export type Wired = Awaited<ReturnType<typeof wire>>;

const wireFeatures = ({ config, clock, db }: { config: Config; clock: Clock; db: Db }) => {
  const schools = makeSchoolRecords({ db, clock, linkTtlDays: config.LINK_TTL_DAYS });
  const parents = makeParentRecords({ db });
  const photos = makePhotoRecords({ db });
  const staff = makeStaffRecords({ db });
  const files = makePhotoFiles({ uploadsDir: config.UPLOADS_DIR, instance: instanceName() });
  const decodes = makeDecodeQueue({ running: availableParallelism(), waiting: WAITING_DECODES });
  const sweepPhotos = makeSweepPhotos({ db, files });
  const recordPhoto = makeRecordPhoto({ db, parents, photos, files, clock });
  const countParents = makeCountParents({ db });
  const makeRateLimit = makeRateLimits({ db, scale: config.RATE_LIMIT_SCALE });
  return {
    db,
    schools,
    parents,
    photos,
    staff,
    files,
    decodes,
    sweepPhotos,
    makeRateLimit,
    createSchool: makeCreateSchool({ db, schools }),
    makeFirstSchool: makeFirstSchool({ db, schools }),
    createStaff: makeCreateStaff({ db, staff }),
    makeFirstAdmin: makeFirstAdmin({ db, staff }),
    signIn: makeSignIn({ db, staff, makeRateLimit }),
    createParent: makeCreateParent({ db, parents, clock }),
    editParent: makeEditParent({ db, parents }),
    onboardingLink: makeOnboardingLink({ db, parents, clock }),
    choices: makeParentChoices({ db, parents, clock }),
    leaving: makeParentLeaving({ db, parents, clock }),
    receivePhoto: makeReceivePhoto({ decodes, files, photos, recordPhoto, sweepPhotos, randomBytes }),
    reviewPhoto: makeReviewPhoto({ db, parents, photos, clock }),
    reviewQueue: makeReviewQueue({ db }),
    showPhoto: makeShowPhoto({ db, photos, files }),
    deletePhotos: makeDeletePhotos({ db, parents, photos, files }),
    deleteParent: makeDeleteParent({ db, parents, photos, files }),
    checkIntegrity: makeCheckIntegrity({ db, files, sweepPhotos }),
    claimUploads: makeClaimUploads({ db, files, uploadsDir: config.UPLOADS_DIR }),
    checkStorage: makeCheckStorage({ files }),
    countParents,
    listParents: makeListParents({ db, countParents }),
    timeline: makeTimeline({ db }),
    latestConsent: makeLatestConsent({ db }),
    clearPhotos: makeClearPhotos({ db, files, clock, days: KEEP_OLD_PHOTOS_DAYS }),
    lapseLinks: makeLapseLinks({ db, clock }),
    foldCounts: makeFoldCounts({ db }),
    pruneSessions: makePruneSessions({ db }),
  };
};
