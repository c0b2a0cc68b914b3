import { Readable } from 'node:stream';
import type { Db } from '../platform/db.ts';
import type { ObjectStore } from '../platform/object-store.ts';
import { readObject } from '../platform/read-object.ts';
import { UploadsOfAnother } from './claim-uploads.ts';
import { makePhotoBucket } from './photo-bucket.ts';

const ID = 'installation-id';
const BUCKET_OF_ANOTHER =
  'The bucket holds the photos of another database: set S3_BUCKET, S3_PREFIX or the database so that they belong together.';

type Deps = { db: Db; store: ObjectStore };

/**
 * A store in which nothing is put, listed or removed before it is sure that what it holds belongs to this database: both hold the
 * installation's id, as UPLOADS_DIR does (claim-uploads.ts). `claim` makes sure; what failed is tried again by the next one.
 */
export const makeClaimedStore = ({ db, store }: Deps): { store: ObjectStore; claim: () => Promise<void> } => {
  let claimed: Promise<void> | undefined;
  const claim = (): Promise<void> => {
    const claiming = (claimed ??= takeOrRefuse({ db, store }));
    claiming.catch(() => (claimed = undefined));
    return claiming;
  };
  const after =
    <Args extends unknown[], T>(act: (...args: Args) => Promise<T>) =>
    async (...args: Args): Promise<T> => {
      await claim();
      return act(...args);
    };
  return {
    claim,
    store: {
      ...store,
      put: after(store.put),
      putStream: after(store.putStream),
      remove: after(store.remove),
      async *list(prefix) {
        await claim();
        yield* store.list(prefix);
      },
    },
  };
};

/** A bucket without an id is taken when it holds no photos, or photos that this database knows. */
const takeOrRefuse = async ({ db, store }: Deps): Promise<void> => {
  const row = await db('installation').first<{ id: string } | undefined>('id');
  if (!row) throw new Error('the table installation has no row');
  const kept = (await readObject(store, ID, { maxBytes: 100 }))?.toString().trim();
  if (kept === row.id) return;
  if (kept !== undefined || !(await isOurs(db, store))) throw new UploadsOfAnother(BUCKET_OF_ANOTHER);
  await store.putStream(ID, Readable.from([Buffer.from(`${row.id}\n`)]));
};

const isOurs = async (db: Db, store: ObjectStore): Promise<boolean> => {
  const keys: string[] = [];
  for await (const { key } of makePhotoBucket({ store }).list()) if (keys.push(key) >= 200) break;
  return keys.length === 0 || (await db('photos').whereIn('filename', keys).first('id')) !== undefined;
};
