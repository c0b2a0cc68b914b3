import { Readable } from 'node:stream';
import type { Db } from '../platform/db.ts';
import type { ObjectStore } from '../platform/object-store.ts';
import { readObject } from '../platform/read-object.ts';
import { UploadsOfAnother } from './claim-uploads.ts';
import { makePhotoBucket } from './photo-bucket.ts';

const ID = 'installation-id';
const BATCH = 1000;
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

/**
 * A bucket without an id is taken when it holds no photos, or photos that this database knows. In one that holds none no photo has a
 * copy, whatever the rows say: they were copied to another one, or this one was emptied.
 */
const takeOrRefuse = async ({ db, store }: Deps): Promise<void> => {
  const row = await db('installation').first<{ id: string } | undefined>('id');
  if (!row) throw new Error('the table installation has no row');
  const kept = (await readObject(store, ID, { maxBytes: 100 }))?.toString().trim();
  if (kept === row.id) return;
  const content = kept === undefined ? await contentOf(db, store) : 'of another';
  if (content === 'of another') throw new UploadsOfAnother(BUCKET_OF_ANOTHER);
  if (content === 'nothing') await forgetCopies(db); // before the id is there, so that a crash between makes it happen again
  await store.putStream(ID, Readable.from([Buffer.from(`${row.id}\n`)]));
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
