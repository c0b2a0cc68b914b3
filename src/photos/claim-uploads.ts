import { link, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Db } from '../platform/db.ts';
import { syncFolder, writeDurably } from '../platform/durable-files.ts';
import type { Logger } from '../platform/logger.ts';
import { StoreUnavailable } from '../platform/object-store.ts';
import type { PhotoFiles } from './photo-files.ts';
import type { StorageKey } from './photo-keys.ts';

/** Thrown when UPLOADS_DIR holds the photos of another database: sweeping it would delete them all. */
export class UploadsOfAnother extends Error {}

const EMPTY =
  'UPLOADS_DIR is empty, but the database knows photos: is the volume mounted, is the path right? ' +
  '(docs/operations.md says what to do when they are lost.)';

const COPIES_LEFT =
  'photos have copies in S3, but S3_BUCKET is not set: copies of photos that are deleted stay there. Set S3_BUCKET and run ' +
  '"npm run cli -- storage:move --to local", which removes them, before you take it away.';
/** So many photos must be in S3 before an empty folder is believed. */
const SAMPLE = 20;

type Deps = {
  db: Db;
  files: Pick<PhotoFiles, 'disk' | 'bucket' | 'mode' | 'prepare' | 'temporaryPath'>;
  uploadsDir: string;
  /** The same for the buckets of photos and backups, where there are any. */
  claimBuckets?: ((() => Promise<void>) | undefined)[];
  logger?: Logger;
};

/**
 * Makes sure that database and UPLOADS_DIR belong together, before anything sweeps: both hold the installation's id.
 * A folder without an id is taken when it holds photos that this database knows (a restored backup), or is as empty as
 * the database: an empty one where photos should be is a volume that is not mounted.
 */
export const makeClaimUploads =
  ({ claimBuckets = [], logger, ...deps }: Deps) =>
  async (): Promise<void> => {
    for (const claimBucket of claimBuckets)
      await claimBucket?.().catch((error: unknown) => {
        if (!(error instanceof StoreUnavailable)) throw error;
        logger?.warn({ err: error }, 'S3 is away; what needs it waits until it answers');
      });
    await claimFolder(deps);
    if (deps.files.mode === 'local' && !deps.files.bucket && (await hasCopies(deps.db))) logger?.warn(COPIES_LEFT);
  };

/** Whether some photo has a copy in S3. */
const hasCopies = async (db: Db): Promise<boolean> =>
  (await db('photos').whereNotNull('backed_up_at').whereNull('files_deleted_at').first('id')) !== undefined;

const claimFolder = async ({ db, files, uploadsDir }: Omit<Deps, 'claimBuckets' | 'logger'>): Promise<void> => {
  const file = join(uploadsDir, 'installation-id');
  const row = await db('installation').first<{ id: string } | undefined>('id');
  if (!row) throw new Error('the table installation has no row');
  const kept = await readFile(file, 'utf8').catch((error: unknown) => {
    if (isCode(error, 'ENOENT')) return undefined;
    throw error;
  });
  if (kept?.trim() === row.id) return;
  if (kept === undefined && (await isOurs(db, files))) {
    await files.prepare();
    await leaveId(file, files.temporaryPath(), row.id);
    return;
  }
  throw new UploadsOfAnother(
    'UPLOADS_DIR holds the photos of another database: set UPLOADS_DIR or the database so that they belong together.',
  );
};

const isOurs = async (db: Db, files: Deps['files']): Promise<boolean> => {
  const keys: string[] = [];
  for await (const file of files.disk.list()) if (keys.push(file.key) >= 200) break;
  if (keys.length === 0) {
    const known = await db('photos').whereNull('files_deleted_at').first<{ id: string } | undefined>('id');
    if (known && !(await mayBeEmpty(db, files))) throw new UploadsOfAnother(EMPTY);
    return true;
  }
  return (await db('photos').whereIn('filename', keys).first('id')) !== undefined;
};

/**
 * Photos may all be in S3: because that is their place, or because they have not been moved from there yet. A bucket that was left
 * from a mirror of long ago does not have them all.
 */
const mayBeEmpty = async (db: Db, { mode, bucket }: Deps['files']): Promise<boolean> => {
  if (mode !== 'local' || !bucket) return mode === 's3';
  const sample = await db('photos')
    .whereNull('files_deleted_at')
    .orderBy('filename') // made by chance
    .limit(SAMPLE)
    .select<{ filename: StorageKey }[]>('filename');
  const found = await Promise.all(sample.map(({ filename }) => bucket.has(filename, 'full')));
  return !found.includes(false);
};

/** The name appears only with its content: a crash or a full disk must not leave an id that is nobody's. */
const leaveId = async (file: string, temporary: string, id: string): Promise<void> => {
  try {
    await writeDurably(temporary, Buffer.from(`${id}\n`));
    await link(temporary, file).catch((error: unknown) => copeWith(error, temporary, file));
    await syncFolder(dirname(file));
  } finally {
    await rm(temporary, { force: true });
  }
};

/** Another process of the same installation wrote it meanwhile; or the mount has no hard links, so it is renamed. */
const copeWith = async (error: unknown, temporary: string, file: string): Promise<void> => {
  if (isCode(error, 'EEXIST')) return;
  if (!isCode(error, 'EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS')) throw error;
  await rename(temporary, file);
};

const isCode = (error: unknown, ...codes: string[]): boolean =>
  error instanceof Error && 'code' in error && codes.includes(String(error.code));
