import type { WhyNotRestored } from '../backups/restore-backup.ts';
import type { BackupWarning } from '../backups/run-backup.ts';
import type { Said } from './command.ts';

export const warningSentences: Record<BackupWarning, string> = {
  'place-away': 'S3 did not take it: it is on this machine only. The next backup copies it; check BACKUP_S3_BUCKET.',
  'key-not-kept':
    'Nobody has confirmed yet that the key is kept elsewhere: if this machine is lost, the backup is worthless. "npm run cli -- backup:key" shows the key.',
  'key-of-each-machine':
    'BACKUP_KEY is not set, and with DATABASE_URL each machine makes a key of its own: give BACKUP_KEY to all of them. The nightly backup waits for that, or, where there is one machine only, for "npm run cli -- backup:key --confirm".',
  'no-pg-dump':
    'There is no pg_dump on this machine: the rows were saved by the service itself. Install the client programs of your PostgreSQL to have its own format.',
  'old-pg-dump':
    'The pg_dump on this machine is older than the server: the rows were saved by the service itself. Install client programs of the same version to have their own format.',
};

/** Why nothing was restored, and the way on. In each case everything is as it was. */
export const refusals: Record<WhyNotRestored, string> = {
  'no-backup': 'There is no such backup there: "npm run cli -- backup:list" shows those that there are.',
  altered:
    'The backup is not what was saved: something in it is missing, cut off or altered. Nothing was touched. "npm run cli -- backup:list" shows older ones.',
  'other-key':
    'The backup was made with another key: set BACKUP_KEY to the one that was kept when it was made. Nothing was touched.',
  'photos-there':
    'UPLOADS_DIR holds photos already. Nothing was touched. Set UPLOADS_DIR to an empty folder, or say --overwrite.',
  filled:
    'The database holds people or photos already. Nothing was touched. Give an empty one, or say --overwrite to put the backup in its place.',
  foreign: 'The database holds tables that are not the service’s. Nothing was touched. Give it a database of its own.',
  'in-use': 'Somebody is using the database: stop the service, its workers and its commands, and start again.',
  newer: 'The backup was made by a newer version of the program. Install that version or a later one, and start again.',
  'no-pg-restore':
    'The backup is in the format of pg_dump, and this machine has no pg_restore and psql: install the client programs of PostgreSQL (postgresql-client).',
};

export const ANOTHER_RUNS: Said = {
  text: 'Another one runs at this moment. Try again when it has ended.',
  json: { running: true },
  exit: 1,
};

const UNITS = ['bytes', 'kB', 'MB', 'GB', 'TB'];

/** A number of bytes for people, like `1.9 GB`. */
export const inSize = (bytes: number): string => {
  const step = Math.min(UNITS.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, bytes)) / 3)));
  return `${(bytes / 1000 ** step).toFixed(step === 0 ? 0 : 1)} ${UNITS[step] ?? ''}`;
};

export const inPlaces = (places: number): string => (places === 1 ? 'in one place' : `in ${places} places`);
