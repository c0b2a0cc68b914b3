import { Readable } from 'node:stream';
import { z } from 'zod';
import { SealBroken } from '../platform/sealed-stream.ts';
import { type BackupId, isBackupId, manifestName } from './backup-names.ts';
import { type Place, readSealed, writeSealed } from './backup-objects.ts';

/** Of this program; a later one reads all that came before it. */
export const FORMAT = 1;
/** A manifest is some 20 kB: a table and an object a line. */
const MOST_BYTES = 10_000_000;

const count = z.int().nonnegative();
const word = z.string().regex(/^[a-z_]\w{0,62}$/);
const facts = z.object({ bytes: count, sha256: z.string().regex(/^[\da-f]{64}$/) });

const schema = z.object({
  format: z.literal(FORMAT),
  id: z.string().refine(isBackupId),
  madeAt: z.iso.datetime(),
  /** Of the program that made it. */
  version: z.string(),
  /** Major version of its PostgreSQL. */
  postgres: count,
  /** Where the photos were kept (STORAGE). */
  storage: z.enum(['local', 's3', 'mirror']),
  /** Names of the migrations that had run. */
  migrations: z.array(z.string().regex(/^\d{14}_\w+\.ts$/)),
  database: z.object({
    /** `rows`: an object with the rows of each table; `pg_dump`: one object in its format. */
    as: z.enum(['rows', 'pg_dump']),
    /** Major version of that pg_dump: an older pg_restore may not read it. */
    by: count.optional(),
    tables: z.array(z.object({ name: word, columns: z.array(word), rows: count, sum: z.string().regex(/^-?\d+$/) })),
    sequences: z.array(z.object({ name: word, value: z.string().regex(/^-?\d+$/) })),
  }),
  /** Everything but the copies of photos, which have their checksums in the list of the photos. */
  objects: z.array(z.object({ name: z.string(), stored: facts, content: facts })),
  photos: z.object({
    /** Whether copies of their files belong to the backup: they do where the files are on the local disk only. */
    copied: z.boolean(),
    photos: count,
    files: count,
    /** Of the sealed copies. */
    bytes: count,
    newFiles: count,
    /** Files that were deleted by their owners while the backup was made. */
    gone: count,
    /** Files that were lost or damaged before. */
    faults: count,
  }),
  jobs: count,
  /** Why the dump is not pg_dump's although the database is a server of one's own. */
  warning: z.enum(['no-pg-dump', 'old-pg-dump']).nullable(),
});

export type Manifest = z.infer<typeof schema> & { id: BackupId };

/** Thrown for a backup in a format that this program does not know yet. */
export class BackupOfNewer extends Error {
  constructor() {
    super('the backup was made by a newer version of the program');
    this.name = 'BackupOfNewer';
  }
}

const later = z.object({ format: z.int().gt(FORMAT) });

/** Writes it as the last object of its backup. */
export const writeManifest = async (place: Place, manifest: Manifest): Promise<void> => {
  await writeSealed(place, manifestName(manifest.id), Readable.from([Buffer.from(JSON.stringify(manifest))]));
};

/** The manifest of a backup; throws SealBroken when it is missing, altered, or sealed with another key, and BackupOfNewer. */
export const readManifest = async (place: Place, id: BackupId): Promise<Manifest> => {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of await readSealed(place, manifestName(id))) {
    bytes += (part as Buffer).length;
    if (bytes > MOST_BYTES) throw new SealBroken('altered');
    parts.push(part as Buffer);
  }
  const found: unknown = JSON.parse(Buffer.concat(parts).toString());
  if (later.safeParse(found).success) throw new BackupOfNewer();
  const manifest = schema.parse(found) as Manifest;
  if (manifest.id !== id) throw new SealBroken('altered');
  return manifest;
};
