import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Db } from '../platform/db.ts';
import { writeDurably } from '../platform/durable-files.ts';
import type { PhotoFiles } from './photo-files.ts';

/** Thrown when UPLOADS_DIR holds the photos of another database: sweeping it would delete them all. */
export class UploadsOfAnother extends Error {}

type Deps = { db: Db; files: Pick<PhotoFiles, 'list'>; uploadsDir: string };

/**
 * Makes sure that database and UPLOADS_DIR belong together, before anything sweeps: both hold the installation's id.
 * A folder without an id is taken when it is empty or holds photos that this database knows (a restored backup).
 */
export const makeClaimUploads =
  ({ db, files, uploadsDir }: Deps) =>
  async (): Promise<void> => {
    const file = join(uploadsDir, 'installation-id');
    const row = await db('installation').first<{ id: string } | undefined>('id');
    if (!row) throw new Error('the table installation has no row');
    const kept = await readFile(file, 'utf8').catch((error: unknown) => {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
      throw error;
    });
    if (kept?.trim() === row.id) return;
    if (kept === undefined && (await isOurs(db, files))) {
      await writeDurably(file, Buffer.from(`${row.id}\n`)).catch(ignoreExisting);
      return;
    }
    throw new UploadsOfAnother(
      'UPLOADS_DIR holds the photos of another database: set UPLOADS_DIR or the database so that they belong together.',
    );
  };

const isOurs = async (db: Db, files: Deps['files']): Promise<boolean> => {
  const keys: string[] = [];
  for await (const file of files.list()) if (keys.push(file.key) >= 200) break;
  if (keys.length === 0) return true;
  return (await db('photos').whereIn('filename', keys).first('id')) !== undefined;
};

/** Another process of the same installation wrote it meanwhile. */
const ignoreExisting = (error: unknown): void => {
  if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
};
