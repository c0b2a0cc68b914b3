import { link, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Db } from '../platform/db.ts';
import { syncFolder, writeDurably } from '../platform/durable-files.ts';
import type { PhotoFiles } from './photo-files.ts';

/** Thrown when UPLOADS_DIR holds the photos of another database: sweeping it would delete them all. */
export class UploadsOfAnother extends Error {}

const EMPTY =
  'UPLOADS_DIR is empty, but the database knows photos: is the volume mounted, is the path right? ' +
  '(docs/operations.md says what to do when they are lost.)';

type Deps = { db: Db; files: Pick<PhotoFiles, 'list' | 'prepare' | 'temporaryPath'>; uploadsDir: string };

/**
 * Makes sure that database and UPLOADS_DIR belong together, before anything sweeps: both hold the installation's id.
 * A folder without an id is taken when it holds photos that this database knows (a restored backup), or is as empty as
 * the database: an empty one where photos should be is a volume that is not mounted.
 */
export const makeClaimUploads =
  ({ db, files, uploadsDir }: Deps) =>
  async (): Promise<void> => {
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
  for await (const file of files.list()) if (keys.push(file.key) >= 200) break;
  if (keys.length === 0) {
    const known = await db('photos').whereNull('files_deleted_at').first<{ id: string } | undefined>('id');
    if (known) throw new UploadsOfAnother(EMPTY);
    return true;
  }
  return (await db('photos').whereIn('filename', keys).first('id')) !== undefined;
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
