import type { Clock } from '../platform/clock.ts';
import type { Db } from '../platform/db.ts';
import { StoreUnavailable } from '../platform/object-store.ts';
import { type Examined, type Look, makeExaminePhoto } from './examine-photo.ts';
import { countExpected, type ExpectedPhoto, expectedPhotos } from './expected-photos.ts';
import { countIntegrity, type Integrity } from './integrity.ts';
import { makeListedCopies } from './listed-copies.ts';
import { makeMendPhoto, type Mended } from './mend-photo.ts';
import type { PhotoFiles } from './photo-files.ts';
import type { SweepPhotos } from './sweep-photos.ts';

type Deps = { db: Db; files: PhotoFiles; sweepPhotos: SweepPhotos; clock: Clock };

export type CheckOptions = {
  repair: boolean;
  /** So many photos are read and their checksums compared, those after the key `from`; of the others the files must be there. */
  read?: ReadSome;
  /** How many photos were looked at, and of how many. */
  tell?: (done: number, total: number) => void;
  signal?: AbortSignal;
};
export type ReadSome = { from: string; photos: number };

/** A copy that waits for so long is late; until then it is a backlog that drains. */
const LATE_MS = 60 * 60 * 1000;
/** So many photos are looked at at once: each waits for the disk or for S3 most of the time. */
const AT_ONCE = 8;
const ALL: ReadSome = { from: '', photos: Infinity };
const NOTHING: Mended = { fetched: [], queued: false };

/**
 * Holds the rows of photos, the files on disk and the objects in S3 against each other, with bounded memory and in few requests: the
 * bucket is listed once. With `repair`, what no row knows is removed, and what the other place has is put back. An S3 that does not
 * answer leaves the disk to be looked at (`storeAway`). Rejects when it is aborted; and with StoreUnavailable when photos are kept
 * in S3 alone and it is away.
 */
export const makeCheckIntegrity = ({ db, files, sweepPhotos, clock }: Deps) => {
  const mendPhoto = makeMendPhoto({ db, files });
  const mend = async (examined: Examined): Promise<Mended> =>
    examined.faults.length > 0 || examined.copy === 'lost' ? mendPhoto(examined) : NOTHING;

  /** Everything with the bucket, or without it. */
  const check = async (
    { repair, read = ALL, tell, signal }: CheckOptions,
    bucket: PhotoFiles['bucket'],
  ): Promise<Integrity> => {
    const storeAway = bucket === undefined && files.bucket !== undefined;
    const orphans = storeAway
      ? { unknown: 0, removed: 0 }
      : await sweepPhotos.walk({ remove: repair, byPerson: repair, stopping: signal });
    const strays = await files.sweepTemporary({ remove: repair });
    const late = new Date(clock.now().getTime() - LATE_MS);
    const { found, note } = countIntegrity({ orphans, strays, repair, late, storeAway });
    const examinePhoto = makeExaminePhoto({ db, files, bucket });
    const total = await countExpected(db);
    const looks = makeLooks(read, bucket);
    for await (const photos of inBatches(expectedPhotos(db))) {
      signal?.throwIfAborted();
      const examining = [];
      for (const photo of photos) examining.push(examinePhoto(photo, await looks.next(photo)));
      for (const examined of await Promise.all(examining))
        if (examined) note(examined, repair ? await mend(examined) : NOTHING);
      found.photos += photos.length;
      tell?.(found.photos, total);
    }
    return inOrder({ ...found, readUntil: looks.readUntil() });
  };

  return async (options: CheckOptions): Promise<Integrity> => {
    try {
      return await check(options, files.bucket);
    } catch (error) {
      if (!(error instanceof StoreUnavailable) || files.mode === 's3') throw error;
      return check(options, undefined);
    }
  };
};

export type CheckIntegrity = ReturnType<typeof makeCheckIntegrity>;

/** How each photo is looked at, in the order of their keys. */
const makeLooks = (read: ReadSome, bucket: PhotoFiles['bucket']) => {
  const copiesOf = bucket && makeListedCopies(bucket.list());
  let toRead = read.photos;
  let readUntil = '';
  return {
    next: async ({ key }: ExpectedPhoto): Promise<Look> => {
      const isRead = toRead > 0 && key > read.from;
      if (isRead && (toRead -= 1) === 0) readUntil = key;
      return { read: isRead, listed: await copiesOf?.(key) };
    },
    /** The last that was read when not all were; '' when there were no more. */
    readUntil: (): string => readUntil,
  };
};

async function* inBatches(photos: AsyncGenerator<ExpectedPhoto>): AsyncGenerator<ExpectedPhoto[]> {
  let batch: ExpectedPhoto[] = [];
  for await (const photo of photos) {
    batch.push(photo);
    if (batch.length < AT_ONCE) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

/** With the ids in order: photos are met in the order of their keys, which are made at random. */
const inOrder = (found: Integrity): Integrity => {
  for (const ids of [found.missing, found.damaged, found.unbackedIds]) ids.sort((a, b) => a - b);
  return found;
};
