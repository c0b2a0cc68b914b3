import { hash } from 'node:crypto';
import type { Db } from '../platform/db.ts';
import type { Examined } from './examine-photo.ts';
import { expectedNow } from './expected-photos.ts';
import type { PhotoFiles } from './photo-files.ts';
import type { PhotoFile } from './photo-keys.ts';

/** Which files were fetched, and whether copies were queued. */
export type Mended = { fetched: PhotoFile[]; queued: boolean };

type Deps = { db: Db; files: PhotoFiles };

/**
 * Mends what can be mended of a photo of which a mirror has a copy: files that are missing or altered here are fetched, copies that are lost are
 * queued to be made again. Holds the row meanwhile, so that a photo that is deleted does not come back.
 */
export const makeMendPhoto =
  ({ db, files }: Deps) =>
  async ({ photo, faults, copy }: Examined): Promise<Mended> => {
    const fetchable = faults.filter(({ elsewhere }) => elsewhere && files.mode !== 's3');
    if (fetchable.length > 0) await files.prepare();
    return db.transaction(async (trx) => {
      const now = await expectedNow(trx, photo.id, { lock: true });
      if (!now) return { fetched: [], queued: false };
      if (copy === 'lost')
        await trx('photos').where({ id: photo.id }).update({ backed_up_at: null, unbacked_since: trx.fn.now() });
      const fetched: PhotoFile[] = [];
      for (const { file } of fetchable) {
        const sha256 = now.files.find(([name]) => name === file)?.[1];
        const bytes = await files.bucket?.read(photo.key, file);
        if (!bytes || hash('sha256', bytes) !== sha256) continue;
        await files.replace(photo.key, file, bytes);
        fetched.push(file);
      }
      return { fetched, queued: copy === 'lost' };
    });
  };
