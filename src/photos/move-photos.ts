import { hash } from 'node:crypto';
import type { Db } from '../platform/db.ts';
import type { Logger } from '../platform/logger.ts';
import type { Progress } from '../platform/long-work.ts';
import { ObjectDamaged } from '../platform/read-object.ts';
import { settleAll } from '../platform/settle-all.ts';
import { type ExpectedPhoto, expectedNow } from './expected-photos.ts';
import type { PhotoFiles } from './photo-files.ts';
import type { PhotoFile } from './photo-keys.ts';
import type { PhotoPlace, StoredFile } from './photo-place.ts';
import { type EnqueueRemoval } from './remove-copies.ts';
import { isOfOneFile, makeUnreadableFiles } from './unreadable-files.ts';

type Deps = { db: Db; files: PhotoFiles; enqueueRemoval: EnqueueRemoval; logger: Logger };

/** `left`: what no row knows (the sweep's), and what is damaged or cannot be read (the doctor's): neither is moved nor removed. */
type Moved = { moved: number; left: number };
type Outcome = keyof Moved;

/** S3 answers in 30 to 100 ms, and each file has two or three questions. */
const AT_ONCE = 8;
const BATCH = 200;

/**
 * Moves the files of photos from the place that is not STORAGE's any more to the one that is, while the service runs: readers look at
 * both. A file leaves its old place when the new one holds the bytes that the row tells of, read back from there. What is moved is no
 * longer in the old place: so it goes on where it was stopped. Bounded memory: it follows the listing of the old place.
 */
export const makeMovePhotos = ({ db, files, enqueueRemoval, logger }: Deps) => {
  const tellUnreadable = makeUnreadableFiles({ logger });

  /** Puts the bytes in the new place, over what may be there, and reads them back. */
  const bring = async (to: PhotoPlace, { key, file }: StoredFile, bytes: Buffer): Promise<void> => {
    if (to === files.disk) {
      if ((await to.read(key, file))?.equals(bytes)) return;
      await files.replace(key, file, bytes);
    } else {
      const staged = await files.stageBytes(bytes);
      await to.keep([{ file, path: staged.path }], key).finally(() => files.discard([staged]));
    }
    if (!(await to.read(key, file))?.equals(bytes)) throw new Error('a moved file is not what was sent');
  };

  /** Whether the row still tells of these bytes. Before they leave S3 it says that they have no copy there any more. */
  const mayLeave = (from: PhotoPlace, { key, file }: StoredFile, sha256: string): Promise<boolean> =>
    db.transaction(async (trx) => {
      const now = await expectedNow(trx, { filename: key }, { lock: true });
      if (!now || hashOf(now, file) !== sha256) return false;
      if (from === files.bucket)
        await trx('photos')
          .where({ id: now.id })
          .whereRaw('(backed_up_at is not null or unbacked_since is null)')
          .update({ backed_up_at: null, unbacked_since: trx.fn.now() });
      return true;
    });

  const moveFile = async (from: PhotoPlace, to: PhotoPlace, one: StoredFile): Promise<Outcome> => {
    const { key, file } = one;
    const photo = await expectedNow(db, { filename: key });
    const sha256 = photo && hashOf(photo, file);
    if (!photo || sha256 === undefined) return 'left';
    const unreadable = (error: unknown): undefined => {
      if (error instanceof ObjectDamaged) return undefined;
      if (!isOfOneFile(error)) throw error;
      tellUnreadable(photo.id, error);
      return undefined;
    };
    const bytes = await from.read(key, file).catch(unreadable);
    if (!bytes || hash('sha256', bytes) !== sha256) return 'left';
    await bring(to, one, bytes);
    // Deleted, or replaced, meanwhile: then whoever did that may have looked before our copy was there.
    if (await mayLeave(from, one, sha256)) await from.remove(key, [file]);
    else await removeEverywhere(one);
    return 'moved';
  };

  const removeEverywhere = async ({ key, file }: StoredFile): Promise<void> => {
    await files.remove(key, [file]);
    await db.transaction((trx) => enqueueRemoval(trx, [{ key, files: [file] }]));
  };

  return async ({ tell, signal }: Progress): Promise<Moved> => {
    const { first: to, second: from } = files;
    if (!from) throw new Error('there is only one place');
    const outcome: Moved = { moved: 0, left: 0 };
    const total = await countFiles(db);
    const moveBatch = async (batch: StoredFile[]): Promise<void> => {
      const line = [...batch];
      const work = async (): Promise<void> => {
        for (let next = line.shift(); next && !signal.aborted; next = line.shift()) {
          outcome[await moveFile(from, to, next)] += 1;
          tell(outcome.moved + outcome.left, total);
        }
      };
      await settleAll(Array.from({ length: AT_ONCE }, work));
      signal.throwIfAborted();
    };
    let batch: StoredFile[] = [];
    for await (const file of from.list()) {
      signal.throwIfAborted();
      batch.push(file);
      if (batch.length < BATCH) continue;
      await moveBatch(batch);
      batch = [];
    }
    await moveBatch(batch);
    return outcome;
  };
};

/** What the row says of a file; undefined for one that it does not know. */
const hashOf = ({ files }: ExpectedPhoto, file: PhotoFile): string | undefined =>
  files.find(([name]) => name === file)?.[1];

const countFiles = async (db: Db): Promise<number> => {
  const { rows } = await db.raw<{ rows: [{ n: number }] }>(
    'select (2 * count(*) + count(portrait_version))::int as n from photos where files_deleted_at is null',
  );
  return rows[0].n;
};
