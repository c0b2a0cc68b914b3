// A photo's journey ⑧: back up (for now: hold rows and files against each other)
import { createHash } from 'node:crypto';
import type { Db } from '../platform/db.ts';
import type { PhotoFiles, StorageKey } from './photo-files.ts';
import type { SweepPhotos } from './sweep-photos.ts';

type Deps = { db: Db; files: PhotoFiles; sweepPhotos: SweepPhotos };
type Row = { id: string; filename: string; sha256: string; thumb_sha256: string };

/** What `doctor` counts; a sound installation has 0/0/0. */
type Integrity = {
  photos: number;
  orphanFiles: number;
  rowsWithoutFile: number;
  checksumMismatches: number;
  /** Strays that `repair` removed; they are not counted as orphans any more. */
  swept: number;
  /** Ids of the photos behind the last two counts, at most 100 of each. */
  missing: number[];
  damaged: number[];
};

const BATCH = 500;

/** Holds the rows of photos and their files against each other, checksums included. With `repair`, strays are removed. */
export const makeCheckIntegrity =
  ({ db, files, sweepPhotos }: Deps) =>
  async ({ repair }: { repair: boolean }): Promise<Integrity> => {
    const strays = (await sweepPhotos.walk({ remove: repair })) + (await files.sweepTemporary({ remove: repair }));
    const found = await checkRows(db, files);
    return { ...found, orphanFiles: repair ? 0 : strays, swept: repair ? strays : 0 };
  };

const checkRows = async (db: Db, files: PhotoFiles) => {
  const found = {
    photos: 0,
    rowsWithoutFile: 0,
    checksumMismatches: 0,
    missing: [] as number[],
    damaged: [] as number[],
  };
  for (let after = '0'; ;) {
    const rows = await db('photos')
      .where('id', '>', after)
      .whereNull('files_deleted_at')
      .orderBy('id')
      .limit(BATCH)
      .select<Row[]>('id', 'filename', 'sha256', 'thumb_sha256');
    for (const row of rows) {
      found.photos += 1;
      const state = await checkFiles(files, row);
      if (state === 'missing' && (await stillThere(db, row.id))) {
        found.rowsWithoutFile += 1;
        if (found.missing.length < 100) found.missing.push(Number(row.id));
      }
      if (state === 'damaged') {
        found.checksumMismatches += 1;
        if (found.damaged.length < 100) found.damaged.push(Number(row.id));
      }
    }
    const last = rows.at(-1);
    if (!last) return found;
    after = last.id;
  }
};

const checkFiles = async (files: PhotoFiles, row: Row): Promise<'sound' | 'missing' | 'damaged'> => {
  const full = await files.read(row.filename as StorageKey, 'full');
  const thumb = await files.read(row.filename as StorageKey, 'thumb');
  if (!full || !thumb) return 'missing';
  return sha256(full) === row.sha256 && sha256(thumb) === row.thumb_sha256 ? 'sound' : 'damaged';
};

/** A photo may be deleted while we look: the row goes first, then the file. */
const stillThere = async (db: Db, id: string): Promise<boolean> =>
  (await db('photos').where({ id }).whereNull('files_deleted_at').first('id')) !== undefined;

const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
