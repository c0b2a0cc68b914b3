import { makeClaimedStore } from '../platform/claimed-store.ts';
import type { Db } from '../platform/db.ts';
import type { ObjectStore } from '../platform/object-store.ts';
import { UploadsOfAnother } from './claim-uploads.ts';
import { makePhotoBucket } from './photo-bucket.ts';

const BATCH = 1000;
const BUCKET_OF_ANOTHER =
  'The bucket holds the photos of another database: set S3_BUCKET, S3_PREFIX or the database so that they belong together.';

type Deps = { db: Db; store: ObjectStore };

/** A bucket of photos in which nothing is put, listed or removed before it is sure that it belongs to this database, as UPLOADS_DIR does (claim-uploads.ts). */
export const makeClaimedPhotos = (deps: Deps) =>
  makeClaimedStore({
    ...deps,
    mayTake: () => mayTake(deps),
    refusal: () => new UploadsOfAnother(BUCKET_OF_ANOTHER),
    hidesList: true,
  });

/**
 * A bucket without an id is taken when it holds no photos, or photos that this database knows. In one that holds none no photo has a
 * copy, whatever the rows say: they were copied to another one, or this one was emptied.
 */
const mayTake = async ({ db, store }: Deps): Promise<boolean> => {
  const content = await contentOf(db, store);
  if (content === 'nothing') await forgetCopies(db); // before the id is there, so that a crash between makes it happen again
  return content !== 'of another';
};

const contentOf = async (db: Db, store: ObjectStore): Promise<'nothing' | 'ours' | 'of another'> => {
  const keys: string[] = [];
  for await (const { key } of makePhotoBucket({ store }).list()) if (keys.push(key) >= 200) break;
  if (keys.length === 0) return 'nothing';
  return (await db('photos').whereIn('filename', keys).first('id')) ? 'ours' : 'of another';
};

/** Every photo that had a copy waits for one again; in short updates. */
const forgetCopies = async (db: Db): Promise<void> => {
  for (let last: string | undefined = '0'; last !== undefined;) {
    const found: { id: string }[] = await db('photos')
      .where('id', '>', last)
      .whereNull('files_deleted_at')
      .whereRaw('(backed_up_at is not null or unbacked_since is null)')
      .orderBy('id')
      .limit(BATCH)
      .select('id');
    const ids = found.map(({ id }) => id);
    await db('photos')
      .whereIn('id', ids)
      .update({ backed_up_at: null, unbacked_since: db.raw('coalesce(unbacked_since, now())') });
    last = ids.at(-1);
  }
};
