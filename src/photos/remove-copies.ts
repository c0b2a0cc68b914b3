import type { Db, Trx } from '../platform/db.ts';
import type { Enqueue } from '../platform/queue.ts';
import type { PhotoFiles } from './photo-files.ts';
import { type PhotoFile, portraitFile, type StorageKey } from './photo-keys.ts';

/** Files of a photo that is deleted, or of which one was replaced. */
export type GoneFiles = { key: StorageKey; files: PhotoFile[] };

/** What a photo with that portrait has. */
export const filesWith = (portraitVersion: number | null | undefined): PhotoFile[] => [
  'full',
  'thumb',
  ...(portraitVersion ? [portraitFile(portraitVersion)] : []),
];

type Deps = { files: Pick<PhotoFiles, 'bucket'>; enqueue: Enqueue };

/** Queues the removal of files in S3 in the transaction after which no row knows them; nothing where there is no S3. */
export const makeEnqueueRemoval =
  ({ files, enqueue }: Deps) =>
  async (trx: Trx, gone: GoneFiles[]): Promise<void> => {
    if (!files.bucket) return;
    for (const { key, files: names } of gone) await enqueue(trx, 'photo-removal', { key, files: names });
  };

export type EnqueueRemoval = ReturnType<typeof makeEnqueueRemoval>;

/**
 * Removes files in S3, with every version where the role may. All of them are named, also those that are not there any more: a
 * removal that broke off may have left versions that no listing shows. What the row knows now stays, and nobody changes that
 * meanwhile. Throws where there is no S3 any more: the job waits for it.
 */
export const makeRemoveCopies =
  ({ db, files }: { db: Db; files: Pick<PhotoFiles, 'bucket'> }) =>
  async ({ key, files: names }: GoneFiles): Promise<void> => {
    const { bucket } = files;
    if (!bucket) throw new Error('copies in S3 are to be removed, but S3_BUCKET is not set');
    await db.transaction(async (trx) => {
      const row = await trx('photos')
        .where({ filename: key })
        .whereNull('files_deleted_at')
        .forUpdate()
        .first<{ portrait_version: number | null } | undefined>('portrait_version');
      const known = row ? filesWith(row.portrait_version) : [];
      const gone = names.filter((name) => !known.includes(name));
      if (gone.length > 0) await bucket.remove(key, gone);
    });
  };

export type RemoveCopies = ReturnType<typeof makeRemoveCopies>;
