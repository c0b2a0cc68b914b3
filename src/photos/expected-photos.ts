import type { Db } from '../platform/db.ts';
import { type PhotoFile, portraitFile, type StorageKey } from './photo-keys.ts';

/** What a photo's row says of its files. */
export type ExpectedPhoto = {
  id: number;
  key: StorageKey;
  /** Each file with its SHA-256. */
  files: [PhotoFile, string][];
  portraitVersion: number | null;
  /** Since when the files have no copy in S3; null: they have one. */
  unbackedSince: Date | null;
  /** When the picture was copied to S3; its portrait may be newer. */
  backedUpAt: Date | null;
};

type Row = {
  id: string;
  filename: StorageKey;
  sha256: string;
  thumb_sha256: string;
  portrait_version: number | null;
  portrait_sha256: string | null;
  unbacked_since: Date | null;
  backed_up_at: Date | null;
};

const BATCH = 500;
const COLUMNS = [
  'id',
  'filename',
  'sha256',
  'thumb_sha256',
  'portrait_version',
  'portrait_sha256',
  'unbacked_since',
  'backed_up_at',
] as const;

/** Every photo that should have its files, in the order of the keys' bytes, as S3 lists them; bounded memory, short queries. */
export async function* expectedPhotos(db: Db): AsyncGenerator<ExpectedPhoto> {
  for (let after = ''; ;) {
    const rows = await db('photos')
      .whereNull('files_deleted_at')
      .whereRaw('filename collate "C" > ?', [after])
      .orderByRaw('filename collate "C"')
      .limit(BATCH)
      .select<Row[]>(COLUMNS);
    for (const row of rows) yield toExpected(row);
    const last = rows.at(-1);
    if (!last) return;
    after = last.filename;
  }
}

/** What the row says now; undefined when the photo was deleted, or its files were, meanwhile. `lock`: nobody else changes it. */
export const expectedNow = async (
  db: Db,
  which: { id: number } | { filename: StorageKey },
  { lock = false } = {},
): Promise<ExpectedPhoto | undefined> => {
  const row = await db('photos')
    .where(which)
    .whereNull('files_deleted_at')
    .modify((query) => {
      if (lock) void query.forUpdate();
    })
    .first<Row | undefined>(COLUMNS);
  return row && toExpected(row);
};

/** How many there are. */
export const countExpected = async (db: Db): Promise<number> => {
  const [row] = await db('photos').whereNull('files_deleted_at').count<{ count: string }[]>('id');
  return Number(row?.count ?? 0);
};

const toExpected = (row: Row): ExpectedPhoto => ({
  id: Number(row.id),
  key: row.filename,
  files: [
    ['full', row.sha256],
    ['thumb', row.thumb_sha256],
    ...(row.portrait_version === null || row.portrait_sha256 === null
      ? []
      : [[portraitFile(row.portrait_version), row.portrait_sha256] satisfies [PhotoFile, string]]),
  ],
  portraitVersion: row.portrait_version,
  unbackedSince: row.unbacked_since,
  backedUpAt: row.backed_up_at,
});
