import type { Examined } from './examine-photo.ts';
import type { Mended } from './mend-photo.ts';
import type { Swept } from './sweep-photos.ts';

/** What `doctor` counts of photos; a sound installation has 0/0/0 in `orphanFiles`, `rowsWithoutFile` and `checksumMismatches`. */
export type Integrity = {
  photos: number;
  /** Files that no row knows, `strays` included. */
  orphanFiles: number;
  /** Temporary files that crashes left behind. */
  strays: number;
  rowsWithoutFile: number;
  checksumMismatches: number;
  /** Of the last two, those of which the other place has a sound copy, so that a repair can put it back. */
  mendable: number;
  /** Photos whose copy in S3 is due for more than an hour, or was lost there. */
  unbacked: number;
  /** What a repair did, which is not counted above any more: orphans removed, photos put back from the other place, copies queued. */
  swept: number;
  fetched: number;
  queued: number;
  /** Ids of the photos behind the counts, at most 100 of each. */
  missing: number[];
  damaged: number[];
  unbackedIds: number[];
  /** S3 did not answer: copies were not looked at, nor what no row knows. */
  storeAway: boolean;
  /** The key of the last photo whose files were read, when not all were; '' when there were no more. */
  readUntil: string;
};

const MOST_IDS = 100;

/** Adds up what is found of photos, one after the other. `late`: a copy that has been due since before is late. */
export const countIntegrity = ({ orphans, strays, repair, late, storeAway }: Start) => {
  const found: Integrity = {
    ...{ photos: 0, rowsWithoutFile: 0, checksumMismatches: 0, mendable: 0, unbacked: 0, fetched: 0, queued: 0 },
    ...{ strays: repair ? 0 : strays, orphanFiles: orphans.unknown - orphans.removed + (repair ? 0 : strays) },
    ...{
      swept: orphans.removed + (repair ? strays : 0),
      missing: [],
      damaged: [],
      unbackedIds: [],
      readUntil: '',
      storeAway,
    },
  };
  const noteFiles = ({ photo, faults }: Examined, { fetched }: Mended): void => {
    const left = faults.filter(({ file }) => !fetched.includes(file));
    if (fetched.length > 0) found.fetched += 1;
    if (left.length === 0) return;
    const isMissing = left.some(({ state }) => state === 'missing');
    if (isMissing) found.rowsWithoutFile += 1;
    else found.checksumMismatches += 1;
    name(isMissing ? found.missing : found.damaged, photo.id);
    if (left.every(({ elsewhere }) => elsewhere)) found.mendable += 1;
  };
  const noteCopy = ({ photo, copy }: Examined, { queued }: Mended): void => {
    if (queued) found.queued += 1;
    const isLate = copy === 'waiting' && photo.unbackedSince !== null && photo.unbackedSince < late;
    if (!isLate && (copy !== 'lost' || queued)) return;
    found.unbacked += 1;
    name(found.unbackedIds, photo.id);
  };
  return {
    found,
    note: (examined: Examined, mended: Mended): void => {
      noteFiles(examined, mended);
      noteCopy(examined, mended);
    },
  };
};

type Start = { orphans: Swept; strays: number; repair: boolean; late: Date; storeAway: boolean };

const name = (ids: number[], id: number): void => {
  if (ids.length < MOST_IDS) ids.push(id);
};
