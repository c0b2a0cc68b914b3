import { createHash } from 'node:crypto';
import type { Db } from '../platform/db.ts';
import type { PhotoFiles } from './photo-files.ts';
import { portraitFile, type StorageKey } from './photo-keys.ts';
import type { SweepPhotos } from './sweep-photos.ts';

type Deps = { db: Db; files: PhotoFiles; sweepPhotos: SweepPhotos };
type Row = {
  id: string;
  filename: StorageKey;
  sha256: string;
  thumb_sha256: string;
  portrait_version: number | null;
  portrait_sha256: string | null;
};

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
const COLUMNS = ['id', 'filename', 'sha256', 'thumb_sha256', 'portrait_version', 'portrait_sha256'];

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
      .select<Row[]>(COLUMNS);
    for (const row of rows) {
      found.photos += 1;
      const state = await checkRow(db, files, row);
      if (state === 'missing') {
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

type State = 'sound' | 'missing' | 'damaged';

/** A photo may be deleted, or get another portrait, while we look: the row changes first, then the files. */
const checkRow = async (db: Db, files: PhotoFiles, row: Row): Promise<State> => {
  const state = await checkFiles(files, row);
  if (state !== 'missing') return state;
  const now = await db('photos').where({ id: row.id }).whereNull('files_deleted_at').first<Row | undefined>(COLUMNS);
  if (!now) return 'sound';
  return now.portrait_version === row.portrait_version ? 'missing' : checkRow(db, files, now);
};

const checkFiles = async (files: PhotoFiles, row: Row): Promise<State> => {
  const expected = [
    ['full', row.sha256] as const,
    ['thumb', row.thumb_sha256] as const,
    ...(row.portrait_version === null ? [] : [[portraitFile(row.portrait_version), row.portrait_sha256] as const]),
  ];
  let state: State = 'sound';
  for (const [file, hash] of expected) {
    const bytes = await files.read(row.filename, file);
    if (!bytes) return 'missing';
    if (sha256(bytes) !== hash) state = 'damaged';
  }
  return state;
};

const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
