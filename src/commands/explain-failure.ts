import { BackupKeyDamaged } from '../backups/backup-key.ts';
import { BackupOfNewer } from '../backups/backup-manifest.ts';
import { BackupsOfAnother } from '../backups/claimed-backups.ts';
import { NoBackup } from '../backups/check-backup.ts';
import { RehearsalFailed } from '../backups/rehearse-backup.ts';
import { UploadsOfAnother } from '../photos/claim-uploads.ts';
import { LoadDiffers } from '../platform/database-load.ts';
import { EmbeddedPostgresUnavailable } from '../platform/embedded-postgres.ts';
import { WorkTakenAway } from '../platform/long-work.ts';
import { StoreUnavailable } from '../platform/object-store.ts';
import { ProgramFailed } from '../platform/postgres-programs.ts';
import { SchemaBehind } from '../platform/schema-state.ts';
import { SealBroken } from '../platform/sealed-stream.ts';
import { RestoreUnfinished } from '../platform/unfinished-restore.ts';
import { ConfigError } from '../shared/config.ts';
import { refusals } from './backup-sentences.ts';

/** What the system or PostgreSQL says by a code, and what to do about it. */
const sentences: Record<string, string> = {
  EADDRINUSE: 'Another program listens on this port already. Set PORT to a free one.',
  EACCES: 'A folder or a port is not allowed for this user: check DATA_DIR, UPLOADS_DIR and PORT.',
  ECONNREFUSED: 'The database at DATABASE_URL does not answer.',
  ENOTFOUND: 'The database at DATABASE_URL does not answer.',
  STORE_AWAY: 'S3 does not answer: check S3_ENDPOINT, S3_REGION and the network.',
  STORE_DENIED: 'S3 refuses us: check the bucket, the credentials and the rights of their role, and S3_KMS_KEY_ID.',
  STORE_FULL: 'S3 has no room left for us.',
  '28P01': 'The database refuses the user or the password of DATABASE_URL.',
  '28000': 'The database refuses the user or the password of DATABASE_URL.',
  '3D000': 'The database that DATABASE_URL names does not exist.',
  '42501': 'The role of MIGRATION_DATABASE_URL (or DATABASE_URL) may not change the schema.',
};

const SCHEMA_BEHIND =
  'The database is older than this program, and the role of DATABASE_URL may not change it: run "migrate" of src/cli.ts with MIGRATION_DATABASE_URL first.';

/** A start that failed for a reason that a person can mend: the sentence that says how; undefined for surprises. */
export const explainFailure = (error: unknown): string | undefined => {
  if (error instanceof ConfigError) return `The environment has faults:\n${error.message}`;
  if (error instanceof EmbeddedPostgresUnavailable || error instanceof UploadsOfAnother) return error.message;
  if (error instanceof WorkTakenAway) return TAKEN_AWAY;
  if (error instanceof SchemaBehind) return SCHEMA_BEHIND;
  const ofBackup = explainBackup(error);
  if (ofBackup !== undefined) return ofBackup;
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return sentences[code];
};

const TAKEN_AWAY =
  'The database was not told of this work for minutes, so that it was given up: run the command again.';

/** What may be wrong with backups. */
const explainBackup = (error: unknown): string | undefined => {
  const isItsOwnSentence = [BackupKeyDamaged, BackupsOfAnother, RestoreUnfinished].some(
    (kind) => error instanceof kind,
  );
  if (error instanceof Error && isItsOwnSentence) return error.message;
  if (error instanceof LoadDiffers)
    return 'What was loaded is not what was saved. Nothing was changed: try an older backup.';
  if (error instanceof NoBackup) return refusals['no-backup'];
  if (error instanceof BackupOfNewer) return refusals.newer;
  if (error instanceof SealBroken) return refusals[error.reason];
  if (error instanceof ProgramFailed)
    return `${error.message}: nothing was changed. Are its programs of the server's version?`;
  if (error instanceof RehearsalFailed) {
    const why = Object.hasOwn(refusals, error.why) ? refusals[error.why as keyof typeof refusals] : NO_ROOM;
    return `The rehearsal failed. ${why}`;
  }
  return error instanceof StoreUnavailable ? storeSentences[error.reason] : undefined;
};

const NO_ROOM = 'The disk that holds DATA_DIR has no room for it: it takes as much as the photos and the database.';
const storeSentences: Record<StoreUnavailable['reason'], string> = {
  denied: 'The place of the objects refuses us: check the rights of the folder or the credentials for S3.',
  full: 'The place of the objects is full: free some space and try again.',
  away: 'The place of the objects does not answer: try again later.',
};
