import { makeChores } from './jobs/chores.ts';
import { makeHousekeeping } from './jobs/housekeeping.ts';
import { jobKinds, makeHandlers } from './jobs/registry.ts';
import { type Decoder, makeDecoder } from './photos/decoder.ts';
import { type Clock, systemClock } from './platform/clock.ts';
import { openDatabase } from './platform/database.ts';
import type { Handlers, JobKinds } from './platform/job.ts';
import type { Logger } from './platform/logger.ts';
import { makeMetrics } from './platform/metrics.ts';
import { makePasswords, type Passwords } from './platform/password.ts';
import { makeQueue } from './platform/queue.ts';
import { makeQueueWorker } from './platform/queue-worker.ts';
import type { Config } from './shared/config.ts';
import { type Features, wireFeatures } from './wiring-features.ts';
import { openLog } from './wiring-log.ts';
import { wireObserve } from './wiring-observe.ts';
import { openBackupPlaces } from './wiring-backups.ts';
import { openPhotoStore } from './wiring-store.ts';

type Handed = {
  config: Config;
  clock?: Clock;
  /** Instead of the service's own log, which is on stdout and in CloudWatch. */
  logger?: Logger;
  /** Whether an installation without a school gets the one that the environment describes. */
  firstSchool?: boolean;
  /** Whether photos are taken in here; who only looks makes no folders and works on a disk that is full or read-only. */
  takesPhotos?: boolean;
  decoder?: Decoder;
  /** Of another cost than the service's, for tests alone. */
  passwords?: Passwords;
  jobs?: { kinds: JobKinds; makeHandlers: (features: Features) => Handlers };
  /** How often jobs are asked for, where it is not the queue's own pace. */
  pollSeconds?: number;
};

/** Builds everything but HTTP, once; `stop` undoes it in reverse order. */
export const wire = async ({
  config,
  clock = systemClock,
  logger: givenLogger,
  firstSchool = true,
  takesPhotos = true,
  decoder: givenDecoder,
  passwords = makePasswords(),
  jobs: { kinds, makeHandlers: handlersOf } = { kinds: jobKinds, makeHandlers },
  ...pace
}: Handed) => {
  const metrics = makeMetrics();
  const log = givenLogger ? { logger: givenLogger, close: async () => undefined } : await openLog({ config, metrics });
  const { logger } = log;
  const database = await openDatabase({ config, logger }).catch(async (error: unknown) => {
    await log.close();
    throw error;
  });
  const { db, connection, owner } = database;
  const decoder = givenDecoder ?? makeDecoder({ logger });
  const { noteError, watch } = wireObserve({
    config,
    clock,
    logger,
    db,
    metrics,
    closeLog: log.close,
  });
  try {
    const queue = makeQueue({ db, kinds });
    await queue.prepare();
    const photoStore = await openPhotoStore({ config, clock, logger });
    const backupPlaces = await openBackupPlaces(config);
    const features = wireFeatures({
      ...{ config, clock, logger, db, queue, metrics, noteError, decoder, passwords, photoStore, backupPlaces, owner },
    });
    await features.claimUploads();
    if (takesPhotos) await features.files.prepare();
    const { SCHOOL_NAME: name, SCHOOL_PHONE: phone, SCHOOL_TIME_ZONE: timeZone } = config;
    if (firstSchool) await features.makeFirstSchool({ name, phone, timeZone });
    const { readFigures, observing } = watch({
      ...{
        backupState: features.officeBackups.state,
        mirrorBacklog: features.officeMirror,
        longWork: features.longWork,
      },
    });
    const housekeeping = makeHousekeeping({ db, logger, noteError, clock, chores: makeChores(features) });
    const handlers = handlersOf(features);
    const jobs = makeQueueWorker({ db, connection, kinds, handlers, logger, noteError, ...pace });
    const stop = async () => {
      await Promise.all([housekeeping.stop(), jobs.stop()]);
      await features.checkPhoto.stop();
      await features.decoder.stop();
      await observing.stop();
      await database.stop();
    };
    return {
      ...{ ...features, config, clock, logger, metrics, noteError, readFigures, housekeeping, jobs, observing, stop },
      /** After the last line: sends on what CloudWatch has not got yet. */
      closeLog: log.close,
    };
  } catch (error) {
    await database.stop();
    await log.close();
    throw error;
  }
};

export type Wired = Awaited<ReturnType<typeof wire>>;
