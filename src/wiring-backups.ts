import { randomBytes } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import packageJson from '../package.json' with { type: 'json' };
import { makeBackupKey, makeKeyKeeping } from './backups/backup-key.ts';
import { makeBackupState } from './backups/backup-state.ts';
import { makeClaimedBackups } from './backups/claimed-backups.ts';
import { makeCheckBackup } from './backups/check-backup.ts';
import { makeDumpDatabase } from './backups/dump-database.ts';
import { makeIsKnownFile } from './backups/known-file.ts';
import { listBackups } from './backups/list-backups.ts';
import { makeRehearseBackup, type OpenScratch } from './backups/rehearse-backup.ts';
import { makeRestoreBackup, type RestoreTarget } from './backups/restore-backup.ts';
import type { PhotoTarget } from './backups/restore-photos.ts';
import { makeRunBackup } from './backups/run-backup.ts';
import { makeSweepLeftovers } from './backups/sweep-leftovers.ts';
import { makeWriteBackup } from './backups/write-backup.ts';
import { jobKinds } from './jobs/registry.ts';
import { orIfMissing } from './photos/or-if-missing.ts';
import { makePhotoFiles, type PhotoFiles } from './photos/photo-files.ts';
import type { PhotoFile, StorageKey } from './photos/photo-keys.ts';
import { type Clock, systemClock } from './platform/clock.ts';
import { openServer } from './platform/database.ts';
import type { Db } from './platform/db.ts';
import { canRunEmbeddedPostgres, endEmbeddedPostgres } from './platform/embedded-postgres.ts';
import { instanceName } from './platform/instance.ts';
import { type Logger } from './platform/logger.ts';
import type { LongWorks } from './platform/long-work.ts';
import type { ObjectStore } from './platform/object-store.ts';
import { makeLocalObjectStore } from './platform/object-store-local.ts';
import { findPostgresPrograms } from './platform/postgres-programs.ts';
import { enqueueAnew } from './platform/queue.ts';
import { type Config, settingsOf } from './shared/config.ts';

type Ground = {
  config: Config;
  clock: Clock;
  logger: Logger;
  db: Db;
  /** The database's owner. */
  owner: { url: string; sslCa: string | undefined };
  files: Pick<PhotoFiles, 'read' | 'disk'>;
  longWork: LongWorks;
  places: BackupPlaces;
};

/** Making, checking and rehearsing backups, beside the service that runs. */
export const wireBackups = ({ config, clock, logger, db, owner, files, longWork, places }: Ground) => {
  const backupKey = makeBackupKey({ given: config.BACKUP_KEY, dataDir: config.DATA_DIR });
  const isOwnServer = config.DATABASE_URL !== undefined;
  const keeping = makeKeyKeeping({ db, clock, backupKey, mayBeOneOfMany: isOwnServer });
  const { local } = places;
  const claimed = places.remote && makeClaimedBackups({ db, store: places.remote, backupKey });
  const remote = claimed?.store;
  const dumpDatabase = makeDumpDatabase({
    ...{ connection: owner, isOwnServer, findPrograms: findPostgresPrograms },
  });
  const source = {
    read: (key: string, file: string) => files.read(key as StorageKey, file as PhotoFile),
    size: makeSizeOfFile(files.disk),
    isKnown: makeIsKnownFile({ db }),
  };
  const about = { storage: config.STORAGE, version: packageJson.version, settings: settingsOf(config) };
  const writeBackup = makeWriteBackup({ connection: owner, dumpDatabase, source, ...about, clock, randomBytes });
  const rehearseBackup = makeRehearseBackup({
    ...{ dataDir: config.DATA_DIR, openScratch: openScratchOf(config, logger), endLeft: endEmbeddedPostgres },
  });
  const sweepLeftovers = makeSweepLeftovers({ dir: localDir(config), clock });
  const keep = { days: config.BACKUP_KEEP_DAYS, count: config.BACKUP_KEEP_COUNT };
  const { verify, rehearse } = makeCheckBackup({
    ...{ longWork, backupKey, local, remote, rehearseBackup },
  });
  return {
    run: makeRunBackup({
      ...{ longWork, backupKey, keeping, writeBackup, local, sweepLeftovers, remote, keep, clock, logger },
    }),
    verify,
    rehearse,
    /** Makes sure that the bucket, where there is one, holds no other installation's backups; rejects with BackupsOfAnother. */
    claim: async (): Promise<void> => claimed?.claim(),
    /** The backups of each place, the newest first. */
    list: async () => ({
      local: await listBackups(local),
      remote: remote ? await listBackups(remote) : undefined,
    }),
    state: makeBackupState({ longWork, keeping, clock }),
    key: backupKey,
    ...keeping,
    /** Whether the nightly backup runs: the key outlives this machine. */
    isOn: keeping.isKept,
    /** Whether the weekly rehearsal runs: there is a backup, too, and a database for it. */
    canRehearse: async (): Promise<boolean> =>
      canRunEmbeddedPostgres() && (await keeping.isKept()) && (await longWork.latest('backup', 'done')) !== undefined,
  };
};

export type Backups = ReturnType<typeof wireBackups>;

const localDir = ({ DATA_DIR }: Config): string => join(DATA_DIR, 'backups');

export type BackupPlaces = { local: ObjectStore; remote: ObjectStore | undefined };

/** Where backups are kept: on this machine and, when there is a bucket for it, in S3. Only then is the SDK loaded. */
export const openBackupPlaces = async (config: Config): Promise<BackupPlaces> => {
  const local = makeLocalObjectStore(localDir(config));
  if (config.BACKUP_S3_BUCKET === undefined) return { local, remote: undefined };
  const { makeS3ObjectStore } = await import('./platform/object-store-s3.ts');
  const remote = makeS3ObjectStore({
    ...{ bucket: config.BACKUP_S3_BUCKET, prefix: `${config.S3_PREFIX}backups/` },
    ...{ endpoint: config.S3_ENDPOINT, region: config.S3_REGION, kmsKeyId: config.S3_KMS_KEY_ID },
  });
  return { local, remote };
};

/** Restoring into the database and the uploads folder of `config`, which the service must not use meanwhile; `stop` ends it. */
export const wireRestore = async ({ config, logger }: { config: Config; logger: Logger }) => {
  const server = await openServer({ config, logger });
  const target: RestoreTarget = {
    database: { connection: server.owner, appRole: server.appRole, enqueue: enqueueAnew(jobKinds) },
    photos: photoTarget(makePhotoFiles({ uploadsDir: config.UPLOADS_DIR, instance: instanceName() })),
    uploadsDir: config.UPLOADS_DIR,
    clock: systemClock,
  };
  return { restore: makeRestoreBackup(target), stop: server.stop };
};

/** By a look at the disk: photos are copied into backups where they are kept there. */
const makeSizeOfFile =
  (disk: PhotoFiles['disk']) =>
  async (key: string, file: string): Promise<number | undefined> =>
    (await orIfMissing(stat(disk.pathOf(key as StorageKey, file as PhotoFile)), undefined))?.size;

const photoTarget = (files: PhotoFiles): PhotoTarget & RestoreTarget['photos'] => ({
  read: (key, file) => files.read(key as StorageKey, file as PhotoFile),
  remove: (key, file) => files.remove(key as StorageKey, [file as PhotoFile]),
  prepare: async () => {
    await files.prepare();
    await files.sweepTemporary(); // what a restore that was killed left behind
  },
  any: async () => {
    for await (const _ of files.list()) return true;
    return false;
  },
  keep: async (key, bytesOf) => {
    const staged: { file: PhotoFile; path: string }[] = [];
    try {
      for (const { file, bytes } of bytesOf)
        staged.push({ file: file as PhotoFile, ...(await files.stageBytes(bytes)) });
      await files.keep(staged, key as StorageKey);
    } finally {
      await files.discard(staged);
    }
  },
});

/** A rehearsal takes the embedded database, whatever the service uses. */
const openScratchOf =
  (config: Config, logger: Logger): OpenScratch =>
  (dir) => {
    const elsewhere = { DATABASE_URL: undefined, MIGRATION_DATABASE_URL: undefined, DATABASE_SSL_CA: undefined };
    const places = { DATA_DIR: join(dir, 'data'), UPLOADS_DIR: join(dir, 'uploads'), STORAGE: 'local' as const };
    return wireRestore({ config: { ...config, ...elsewhere, ...places }, logger });
  };
