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
 * Mends what can be mended of a photo: files that are missing or altered where photos are kept, and sound in the other place, are put
 * back; copies of a mirror that are lost are queued to be made again. Holds the row meanwhile, so that a photo that is deleted does not come back.
 */
export const makeMendPhoto =
  ({ db, files }: Deps) =>
  async ({ photo, faults, copy }: Examined): Promise<Mended> => {
    const fetchable = faults.filter(({ elsewhere }) => elsewhere);
    if (fetchable.length > 0) await files.prepare();
    return db.transaction(async (trx) => {
      const now = await expectedNow(trx, { id: photo.id }, { lock: true });
      if (!now) return { fetched: [], queued: false };
      if (copy === 'lost')
        await trx('photos').where({ id: photo.id }).update({ backed_up_at: null, unbacked_since: trx.fn.now() });
      const fetched: PhotoFile[] = [];
      for (const { file } of fetchable) {
        const sha256 = now.files.find(([name]) => name === file)?.[1];
        const bytes = await (files.first === files.disk ? files.bucket : files.disk)?.read(photo.key, file);
        if (!bytes || sha256 === undefined || hash('sha256', bytes) !== sha256) continue;
        if (files.first === files.disk) await files.replace(photo.key, file, bytes);
        else
          await files.bucket?.put(photo.key, file, files.disk.pathOf(photo.key, file), { bytes: bytes.length, sha256 });
        fetched.push(file);
      }
      return { fetched, queued: copy === 'lost' };
    });
  };
