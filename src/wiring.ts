import { randomBytes } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { makeCountChecks } from './dashboard/count-checks.ts';
import { makeCountParents } from './dashboard/count-parents.ts';
import { makeListParents } from './dashboard/list-parents.ts';
import { makeLatestConsent, makeTimeline } from './dashboard/timeline.ts';
import { makeChores } from './jobs/chores.ts';
import { makeFoldCounts } from './jobs/fold-counts.ts';
import { makeHousekeeping } from './jobs/housekeeping.ts';
import { makeLapseLinks } from './jobs/lapse-links.ts';
import { makePruneSessions } from './jobs/prune-sessions.ts';
import { jobKinds, makeHandlers } from './jobs/registry.ts';
import { makeCreateParent, makeEditParent } from './parents/create-parent.ts';
import { makeOnboardingLink } from './parents/onboarding-link.ts';
import { makeParentChoices } from './parents/parent-choices.ts';
import { makeParentLeaving } from './parents/parent-leaving.ts';
import { makeParentRecords } from './parents/parent-records.ts';
import { makeChangePortrait } from './photos/change-portrait.ts';
import { makeCheckPhoto, makeEnqueueCheck } from './photos/check-photo.ts';
import { makeCheckRecords } from './photos/check-records.ts';
import { makeCheckIntegrity } from './photos/check-integrity.ts';
import { makeCheckStorage } from './photos/check-storage.ts';
import { makeClaimUploads } from './photos/claim-uploads.ts';
import { makeClearPhotos } from './photos/clear-photos.ts';
import { makeDecisionRecords } from './photos/decision-records.ts';
import { makeDecodeQueue } from './photos/decode-queue.ts';
import { type Decoder, makeDecoder } from './photos/decoder.ts';
import { makeDeleteParent, makeDeletePhotos } from './photos/delete-photos.ts';
import { makeFaceChecker } from './photos/face-checker.ts';
import { makePassedPhotos } from './photos/passed-photos.ts';
import { makeMissingPortraits } from './photos/make-missing-portraits.ts';
import { makePhotoFiles } from './photos/photo-files.ts';
import { makePhotoRecords } from './photos/photo-records.ts';
import { DECODE_BYTES } from './photos/picture-cost.ts';
import { makePortrayFace } from './photos/portray-face.ts';
import { makeReceivePhoto } from './photos/receive-photo.ts';
import { makeRecordPhoto } from './photos/record-photo.ts';
import { makeReviewClaims } from './photos/review-claims.ts';
import { makeReviewPhoto } from './photos/review-photo.ts';
import { makeReviewQueue } from './photos/review-queue.ts';
import { makeSendAnyway } from './photos/send-anyway.ts';
import { makeShowPhoto } from './photos/show-photo.ts';
import { makeSweepPhotos } from './photos/sweep-photos.ts';
import { makeUndoDecision } from './photos/undo-decision.ts';
import { type Clock, systemClock } from './platform/clock.ts';
import { openDatabase } from './platform/database.ts';
import type { Db } from './platform/db.ts';
import { instanceName } from './platform/instance.ts';
import type { Handlers, JobKinds } from './platform/job.ts';
import { type Logger, makeLogger } from './platform/logger.ts';
import { makeQueue, type Queue } from './platform/queue.ts';
import { makeQueueWorker } from './platform/queue-worker.ts';
import { makeRateLimits } from './platform/rate-limit.ts';
import { makeCreateSchool, makeFirstSchool } from './schools/create-school.ts';
import { makeSchoolRecords } from './schools/school-records.ts';
import type { Config } from './shared/config.ts';
import { makeCreateStaff, makeFirstAdmin } from './staff/create-staff.ts';
import { makeNoteSignOut, makeSignIn } from './staff/sign-in.ts';
import { makeStaffRecords } from './staff/staff-records.ts';

/** What a parent may have to wait for the decodes of others, in milliseconds; beyond it the answer is 503. */
const DECODE_WAIT_MS = 10_000;

type Handed = {
  config: Config;
  clock?: Clock;
  logger?: Logger;
  /** Whether an installation without a school gets the one that the environment describes. */
  firstSchool?: boolean;
  /** Whether photos are taken in here; who only looks makes no folders and works on a disk that is full or read-only. */
  takesPhotos?: boolean;
  decoder?: Decoder;
  jobs?: { kinds: JobKinds; makeHandlers: (features: Features) => Handlers };
};

/** Builds everything but HTTP, once; `stop` undoes it in reverse order. */
export const wire = async ({
  config,
  clock = systemClock,
  logger = makeLogger({ level: config.LOG_LEVEL }),
  firstSchool = true,
  takesPhotos = true,
  decoder = makeDecoder({ logger }),
  jobs: { kinds, makeHandlers: handlersOf } = { kinds: jobKinds, makeHandlers },
}: Handed) => {
  const database = await openDatabase({ config, logger });
  const { db, connection } = database;
  try {
    const queue = makeQueue({ db, kinds });
    await queue.prepare();
    const features = wireFeatures({ config, clock, logger, db, queue, decoder });
    await features.claimUploads();
    if (takesPhotos) await features.files.prepare();
    const { SCHOOL_NAME: name, SCHOOL_PHONE: phone, SCHOOL_TIME_ZONE: timeZone } = config;
    if (firstSchool) await features.makeFirstSchool({ name, phone, timeZone });
    const housekeeping = makeHousekeeping({ db, logger, clock, chores: makeChores(features) });
    const jobs = makeQueueWorker({ db, connection, kinds, handlers: handlersOf(features), logger });
    const stop = async () => {
      await Promise.all([housekeeping.stop(), jobs.stop()]);
      await features.checkPhoto.stop();
      await features.decoder.stop();
      await database.stop();
    };
    return { ...features, config, clock, logger, housekeeping, jobs, stop };
  } catch (error) {
    await database.stop();
    throw error;
  }
};

export type Wired = Awaited<ReturnType<typeof wire>>;

type Features = ReturnType<typeof wireFeatures>;
type Ground = { config: Config; clock: Clock; logger: Logger; db: Db; queue: Queue; decoder: Decoder };

const wireFeatures = ({ config, clock, logger, db, queue, decoder }: Ground) => {
  const schools = makeSchoolRecords({ db, clock, linkTtlDays: config.LINK_TTL_DAYS });
  const parents = makeParentRecords({ db });
  const photos = makePhotoRecords({ db });
  const staff = makeStaffRecords({ db });
  const files = makePhotoFiles({ uploadsDir: config.UPLOADS_DIR, instance: instanceName() });
  const decodes = makeDecodeQueue({
    ...{ running: availableParallelism(), bytes: DECODE_BYTES, waitMs: DECODE_WAIT_MS },
  });
  const sweepPhotos = makeSweepPhotos({ db, files });
  const changePortrait = makeChangePortrait({ db, decoder, photos, files, sweepPhotos, clock });
  const { CHECKS: checks } = config;
  const checkRecords = makeCheckRecords({ db });
  const checker = makeFaceChecker({ checks, logger });
  const portrayFace = makePortrayFace({ changePortrait });
  const checkPhoto = makeCheckPhoto({ checks, db, records: checkRecords, files, checker, portrayFace, clock, logger });
  const enqueueCheck = makeEnqueueCheck({ checks, enqueue: queue.enqueue });
  const recordPhoto = makeRecordPhoto({ db, parents, photos, files, clock, enqueueCheck });
  const countParents = makeCountParents({ db });
  const decisions = makeDecisionRecords({ db });
  const reviewQueue = makeReviewQueue({ db, clock });
  const reviewClaims = makeReviewClaims({ db, reviewQueue, clock });
  const reviewPhoto = makeReviewPhoto({ db, parents, photos, decisions, reviewClaims, clock });
  const makeRateLimit = makeRateLimits({ db, scale: config.RATE_LIMIT_SCALE });
  return {
    db,
    queue,
    schools,
    parents,
    photos,
    staff,
    files,
    decodes,
    decoder,
    sweepPhotos,
    makeRateLimit,
    createSchool: makeCreateSchool({ db, schools }),
    makeFirstSchool: makeFirstSchool({ db, schools }),
    createStaff: makeCreateStaff({ db, staff }),
    makeFirstAdmin: makeFirstAdmin({ db, staff }),
    signIn: makeSignIn({ db, staff, makeRateLimit, randomBytes }),
    noteSignOut: makeNoteSignOut({ db }),
    createParent: makeCreateParent({ db, parents, clock }),
    editParent: makeEditParent({ db, parents }),
    onboardingLink: makeOnboardingLink({ db, parents, clock }),
    choices: makeParentChoices({ db, parents, clock }),
    leaving: makeParentLeaving({ db, parents, clock }),
    receivePhoto: makeReceivePhoto({ decodes, decoder, files, photos, recordPhoto, sweepPhotos, randomBytes }),
    decisions,
    reviewPhoto,
    reviewQueue,
    reviewClaims,
    passedPhotos: makePassedPhotos({ db, reviewPhoto, clock }),
    undoDecision: makeUndoDecision({ db, parents, photos, decisions, clock, enqueueCheck }),
    checker,
    checkPhoto,
    sendAnyway: makeSendAnyway({ db, records: checkRecords, clock }),
    changePortrait,
    makeMissingPortraits: makeMissingPortraits({ db, changePortrait }),
    showPhoto: makeShowPhoto({ db, photos, files }),
    deletePhotos: makeDeletePhotos({ db, parents, photos, files }),
    deleteParent: makeDeleteParent({ db, parents, photos, files }),
    checkIntegrity: makeCheckIntegrity({ db, files, sweepPhotos }),
    claimUploads: makeClaimUploads({ db, files, uploadsDir: config.UPLOADS_DIR }),
    checkStorage: makeCheckStorage({ files }),
    countParents,
    countChecks: makeCountChecks({ db }),
    listParents: makeListParents({ db, countParents }),
    timeline: makeTimeline({ db }),
    latestConsent: makeLatestConsent({ db }),
    clearPhotos: makeClearPhotos({ db, files, clock, days: config.OLD_PHOTOS_DAYS }),
    lapseLinks: makeLapseLinks({ db, clock }),
    foldCounts: makeFoldCounts({ db }),
    pruneSessions: makePruneSessions({ db }),
  };
};
