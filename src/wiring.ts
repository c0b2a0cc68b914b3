import { makeChores } from './jobs/chores.ts';
import { makeHousekeeping } from './jobs/housekeeping.ts';
import { jobKinds, makeHandlers } from './jobs/registry.ts';
import { type Decoder, makeDecoder } from './photos/decoder.ts';
import { type Clock, systemClock } from './platform/clock.ts';
import { openDatabase } from './platform/database.ts';
import type { Handlers, JobKinds } from './platform/job.ts';
import { type Logger, makeLogger } from './platform/logger.ts';
import { makeQueue } from './platform/queue.ts';
import { makeQueueWorker } from './platform/queue-worker.ts';
import type { Config } from './shared/config.ts';
import { type Features, wireFeatures } from './wiring-features.ts';
import { openPhotoStore } from './wiring-store.ts';

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
  /** How often jobs are asked for, where it is not the queue's own pace. */
  pollSeconds?: number;
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
  ...pace
}: Handed) => {
  const database = await openDatabase({ config, logger });
  const { db, connection, owner } = database;
  try {
    const queue = makeQueue({ db, kinds });
    await queue.prepare();
    const photoStore = await openPhotoStore({ config, clock, logger });
    const features = wireFeatures({ config, clock, logger, db, queue, decoder, photoStore, owner });
    await features.claimUploads();
    if (takesPhotos) await features.files.prepare();
    const { SCHOOL_NAME: name, SCHOOL_PHONE: phone, SCHOOL_TIME_ZONE: timeZone } = config;
    if (firstSchool) await features.makeFirstSchool({ name, phone, timeZone });
    const housekeeping = makeHousekeeping({ db, logger, clock, chores: makeChores(features) });
    const jobs = makeQueueWorker({ db, connection, kinds, handlers: handlersOf(features), logger, ...pace });
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
