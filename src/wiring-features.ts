import { randomBytes } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { makeCountChecks } from './dashboard/count-checks.ts';
import { makeCountParents } from './dashboard/count-parents.ts';
import { makeListParents } from './dashboard/list-parents.ts';
import { makeLatestConsent, makeTimeline } from './dashboard/timeline.ts';
import { backupSchedules, makeBackupJobs } from './jobs/backup-jobs.ts';
import { doctorSchedule, makeDoctorJob } from './jobs/doctor-job.ts';
import { makeFoldCounts } from './jobs/fold-counts.ts';
import { makeLapseLinks } from './jobs/lapse-links.ts';
import { makePruneErrors } from './jobs/prune-errors.ts';
import { makePruneSessions } from './jobs/prune-sessions.ts';
import { makeRunDoctor } from './jobs/run-doctor.ts';
import { makeRunSchedules } from './jobs/schedules.ts';
import { makeCreateParent, makeEditParent } from './parents/create-parent.ts';
import { makeOnboardingLink } from './parents/onboarding-link.ts';
import { makeParentChoices } from './parents/parent-choices.ts';
import { makeParentLeaving } from './parents/parent-leaving.ts';
import { makeParentRecords } from './parents/parent-records.ts';
import { makeBackupPhoto } from './photos/backup-photo.ts';
import { makeChangePortrait } from './photos/change-portrait.ts';
import { makeCheckPhoto, makeEnqueueCheck } from './photos/check-photo.ts';
import { makeCheckRecords } from './photos/check-records.ts';
import { makeCheckIntegrity } from './photos/check-integrity.ts';
import { makeCheckStorage } from './photos/check-storage.ts';
import { makeClaimUploads } from './photos/claim-uploads.ts';
import { makeClaimedPhotos } from './photos/claimed-photos.ts';
import { makeClearPhotos } from './photos/clear-photos.ts';
import { makeDecisionRecords } from './photos/decision-records.ts';
import { makeDecodeQueue } from './photos/decode-queue.ts';
import { type Decoder } from './photos/decoder.ts';
import { makeDeleteParent, makeDeletePhotos } from './photos/delete-photos.ts';
import { makeFaceChecker } from './photos/face-checker.ts';
import { makeMovePhotos } from './photos/move-photos.ts';
import { makePassedPhotos } from './photos/passed-photos.ts';
import { makeMissingPortraits } from './photos/make-missing-portraits.ts';
import { makePhotoFiles } from './photos/photo-files.ts';
import { makePhotoRecords } from './photos/photo-records.ts';
import { DECODE_BYTES } from './photos/picture-cost.ts';
import { makePortrayFace } from './photos/portray-face.ts';
import { makeReceivePhoto } from './photos/receive-photo.ts';
import { makeRecordPhoto } from './photos/record-photo.ts';
import { makeEnqueueRemoval, makeRemoveCopies } from './photos/remove-copies.ts';
import { makeReviewClaims } from './photos/review-claims.ts';
import { makeReviewPhoto } from './photos/review-photo.ts';
import { makeReviewQueue } from './photos/review-queue.ts';
import { makeSendAnyway } from './photos/send-anyway.ts';
import { makeShowPhoto } from './photos/show-photo.ts';
import { makeSweepPhotos } from './photos/sweep-photos.ts';
import { makeUndoDecision } from './photos/undo-decision.ts';
import { type Clock } from './platform/clock.ts';
import type { Db } from './platform/db.ts';
import type { NoteError } from './platform/error-notes.ts';
import { instanceName } from './platform/instance.ts';
import { type Logger } from './platform/logger.ts';
import type { Metrics } from './platform/metrics.ts';
import type { Passwords } from './platform/password.ts';
import { type Queue } from './platform/queue.ts';
import { makeLongWork } from './platform/long-work.ts';
import { makeRateLimits } from './platform/rate-limit.ts';
import { makeCreateSchool, makeFirstSchool } from './schools/create-school.ts';
import { makeSchoolRecords } from './schools/school-records.ts';
import type { Config } from './shared/config.ts';
import { type BackupPlaces, wireBackups } from './wiring-backups.ts';
import type { PhotoStore } from './wiring-store.ts';
import { systemParts } from './wiring-system.ts';
import { wireStaff } from './wiring-staff.ts';

/** What a parent may have to wait for the decodes of others, in milliseconds; beyond it the answer is 503. */
const DECODE_WAIT_MS = 10_000;

export type Features = ReturnType<typeof wireFeatures>;
type Ground = {
  config: Config;
  clock: Clock;
  logger: Logger;
  db: Db;
  queue: Queue;
  metrics: Metrics;
  noteError: NoteError;
  decoder: Decoder;
  passwords: Passwords;
  photoStore?: PhotoStore | undefined;
  backupPlaces: BackupPlaces;
  /** Of the database. */
  owner: { url: string; sslCa: string | undefined };
};

/** Everything that the service can do, on a database that is open. */
export const wireFeatures = (ground: Ground) => {
  const { config, clock, logger, db, queue, metrics, noteError, decoder, passwords } = ground;
  const { photoStore, backupPlaces, owner } = ground;
  const schools = makeSchoolRecords({ db, clock, linkTtlDays: config.LINK_TTL_DAYS });
  const parents = makeParentRecords({ db });
  const photos = makePhotoRecords({ db });
  const { UPLOADS_DIR: uploadsDir, STORAGE: mode } = config;
  const claimed = photoStore && makeClaimedPhotos({ db, store: photoStore.store });
  const store = claimed?.store;
  const keepsAtOnce = Math.floor(config.DATABASE_POOL_MAX / 2);
  const files = makePhotoFiles({ uploadsDir, instance: instanceName(), mode, store, keepsAtOnce });
  const { enqueue } = queue;
  const enqueueRemoval = makeEnqueueRemoval({ files, enqueue });
  const backupPhoto = makeBackupPhoto({ db, files, enqueue, clock, logger });
  const { enqueueBackup } = backupPhoto;
  const decodes = makeDecodeQueue({
    ...{ running: availableParallelism(), bytes: DECODE_BYTES, waitMs: DECODE_WAIT_MS },
  });
  const sweepPhotos = makeSweepPhotos({ db, files, clock, logger });
  const changePortrait = makeChangePortrait({
    ...{ db, decoder, photos, files, sweepPhotos, enqueueBackup, enqueueRemoval, clock },
  });
  const { CHECKS: checks } = config;
  const checkRecords = makeCheckRecords({ db });
  const checker = makeFaceChecker({ checks, logger });
  const portrayFace = makePortrayFace({ changePortrait });
  const checkPhoto = makeCheckPhoto({
    ...{ checks, db, records: checkRecords, files, checker, portrayFace, clock, logger, noteError, metrics },
  });
  const enqueueCheck = makeEnqueueCheck({ checks, enqueue });
  const recordPhoto = makeRecordPhoto({ db, parents, photos, files, clock, enqueueCheck, enqueueBackup });
  const countParents = makeCountParents({ db });
  const decisions = makeDecisionRecords({ db });
  const reviewQueue = makeReviewQueue({ db, clock });
  const reviewClaims = makeReviewClaims({ db, reviewQueue, clock });
  const reviewPhoto = makeReviewPhoto({ db, parents, photos, decisions, reviewClaims, clock });
  const makeRateLimit = makeRateLimits({ db, scale: config.RATE_LIMIT_SCALE });
  const longWork = makeLongWork({ db, clock });
  const backups = wireBackups({ config, clock, logger, db, owner, files, longWork, places: backupPlaces });
  const checkIntegrity = makeCheckIntegrity({ db, files, sweepPhotos, clock });
  const doctor = makeRunDoctor({ checkIntegrity, queue, longWork });
  const nightly = {
    ...{ at: config.BACKUP_AT, queue },
    timeZone: async () => (await schools.list())[0]?.timeZone ?? config.SCHOOL_TIME_ZONE,
  };
  const schedules = [
    ...backupSchedules({ ...nightly, isOn: backups.isOn, canRehearse: backups.canRehearse }),
    doctorSchedule(nightly),
  ];
  return {
    db,
    queue,
    schools,
    parents,
    photos,
    files,
    decodes,
    decoder,
    sweepPhotos,
    longWork,
    backups,
    backupJobs: makeBackupJobs({ ...backups, db, queue }),
    runSchedules: makeRunSchedules({ db, clock, schedules }),
    ...systemParts({ backups, backupPhoto, queue, isMirror: config.STORAGE === 'mirror' }),
    makeRateLimit,
    createSchool: makeCreateSchool({ db, schools }),
    makeFirstSchool: makeFirstSchool({ db, schools }),
    ...wireStaff({ db, passwords, makeRateLimit }),
    createParent: makeCreateParent({ db, parents, clock }),
    editParent: makeEditParent({ db, parents }),
    onboardingLink: makeOnboardingLink({ db, parents, clock }),
    choices: makeParentChoices({ db, parents, clock }),
    leaving: makeParentLeaving({ db, parents, clock }),
    receivePhoto: makeReceivePhoto({ db, decodes, decoder, files, recordPhoto, sweepPhotos, randomBytes }),
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
    showPhoto: makeShowPhoto({
      ...{ db, photos, files, handsOver: config.ACCEL_REDIRECT },
      addressOf: photoStore?.addresses?.addressOf,
    }),
    deletePhotos: makeDeletePhotos({ db, parents, photos, files, enqueueRemoval }),
    deleteParent: makeDeleteParent({ db, parents, photos, files, enqueueRemoval }),
    checkIntegrity,
    doctor,
    doctorJob: makeDoctorJob({ doctor }),
    claimUploads: makeClaimUploads({ db, files, uploadsDir, claimBuckets: [claimed?.claim, backups.claim], logger }),
    checkStorage: makeCheckStorage({ files, store, clock }),
    backupPhoto,
    ...{ enqueueBackup, enqueueRemoval },
    movePhotos: makeMovePhotos({ db, files, enqueueRemoval, logger }),
    removeCopies: makeRemoveCopies({ db, files }),
    picturesFrom: photoStore?.addresses?.origin,
    countParents,
    countChecks: makeCountChecks({ db }),
    listParents: makeListParents({ db, countParents }),
    timeline: makeTimeline({ db }),
    latestConsent: makeLatestConsent({ db }),
    clearPhotos: makeClearPhotos({ db, files, enqueueRemoval, clock, days: config.OLD_PHOTOS_DAYS }),
    lapseLinks: makeLapseLinks({ db, clock }),
    foldCounts: makeFoldCounts({ db }),
    pruneSessions: makePruneSessions({ db }),
    pruneErrors: makePruneErrors({ db, clock }),
  };
};
