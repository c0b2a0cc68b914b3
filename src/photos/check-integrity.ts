import type { Clock } from '../platform/clock.ts';
import type { Db } from '../platform/db.ts';
import { type Examined, makeExaminePhoto } from './examine-photo.ts';
import { countExpected, expectedPhotos } from './expected-photos.ts';
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
const ALL: ReadSome = { from: '', photos: Infinity };
const NOTHING: Mended = { fetched: [], queued: false };

/**
 * Holds the rows of photos, the files on disk and the objects in S3 against each other, with bounded memory and in few requests: the
 * bucket is listed once. With `repair`, what no row knows is removed, and what S3 has is fetched. Rejects when it is aborted, and with
 * StoreUnavailable when S3 is.
 */
export const makeCheckIntegrity = ({ db, files, sweepPhotos, clock }: Deps) => {
  const examinePhoto = makeExaminePhoto({ db, files });
  const mendPhoto = makeMendPhoto({ db, files });
  const mend = async (examined: Examined): Promise<Mended> =>
    examined.faults.length > 0 || examined.copy === 'lost' ? mendPhoto(examined) : NOTHING;

  return async ({ repair, read = ALL, tell, signal }: CheckOptions): Promise<Integrity> => {
    const orphans = await sweepPhotos.walk({ remove: repair, byPerson: repair, stopping: signal });
    const strays = await files.sweepTemporary({ remove: repair });
    const late = new Date(clock.now().getTime() - LATE_MS);
    const { found, note } = countIntegrity({ orphans, strays, repair, late });
    const total = await countExpected(db);
    const copiesOf = files.bucket && makeListedCopies(files.bucket.list());
    let toRead = read.photos;
    for await (const photo of expectedPhotos(db)) {
      signal?.throwIfAborted();
      const isRead = toRead > 0 && photo.key > read.from;
      if (isRead && (toRead -= 1) === 0) found.readUntil = photo.key;
      const examined = await examinePhoto(photo, { read: isRead, listed: await copiesOf?.(photo.key) });
      if (examined) note(examined, repair ? await mend(examined) : NOTHING);
      found.photos += 1;
      tell?.(found.photos, total);
    }
    return inOrder(found);
  };
};

/** With the ids in order: photos are met in the order of their keys, which are made at random. */
const inOrder = (found: Integrity): Integrity => {
  for (const ids of [found.missing, found.damaged, found.unbackedIds]) ids.sort((a, b) => a - b);
  return found;
};

export type CheckIntegrity = ReturnType<typeof makeCheckIntegrity>;
