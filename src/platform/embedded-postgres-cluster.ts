import { execFile } from 'node:child_process';
import { closeSync, existsSync, fsyncSync, mkdtempSync, openSync, readFileSync, readdirSync } from 'node:fs';
import { renameSync, rmSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { SERVER_ENV, type Binaries } from './embedded-postgres-binaries.ts';
import { giveTo, type Folders } from './embedded-postgres-folders.ts';
import { diskFull, EmbeddedPostgresUnavailable, OWN_SERVER, quoted } from './embedded-postgres-unavailable.ts';

// The C locale of PostgreSQL itself, the same on every machine; names are sorted by an ICU collation in the queries.
const LOCALE = ['--encoding=UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'];

/**
 * Sees to it that `folders.data` is a database cluster of the programs' `major` version, and makes one if there is none.
 * Only for the holder of the lock in `folders.lock`. Throws a sentence for another major, foreign files and a full disk.
 */
export const ensureCluster = async (
  folders: Folders,
  { binaries, major, durable }: { binaries: Binaries; major: string; durable: boolean },
): Promise<void> => {
  removeHalves(folders);
  const version = clusterVersion(folders.data);
  if (version === undefined) await makeCluster(folders, { binaries, durable });
  else if (version !== major) throw otherMajor(folders.data, { version, major });
  giveTo(folders.user, folders.data); // a restored backup may be root's
};

/** The major version of the cluster in `data`; undefined when the folder is missing or empty. */
const clusterVersion = (data: string): string | undefined => {
  const path = join(data, 'PG_VERSION');
  if (existsSync(path)) return readFileSync(path, 'utf8').trim();
  if (!existsSync(data) || readdirSync(data).length === 0) return undefined;
  throw new EmbeddedPostgresUnavailable(
    `${quoted(data)} holds files but no database: move them elsewhere and start again.`,
  );
};

const otherMajor = (data: string, { version, major }: { version: string; major: string }) =>
  new EmbeddedPostgresUnavailable(
    `The data in ${quoted(data)} is of PostgreSQL ${version} and this is PostgreSQL ${major}: an upgrade is a dump with the version before and a restore into an empty DATA_DIR.`,
  );

const HALF = 'postgres.new-';

/** Folders of an initdb whose service was killed. It may still be at work there; then the next start removes the rest. */
const removeHalves = ({ root }: Folders): void => {
  for (const name of readdirSync(root).filter((entry) => entry.startsWith(HALF))) {
    try {
      rmSync(join(root, name), { recursive: true, force: true });
    } catch {
      continue;
    }
  }
};

/** initdb works in a folder of its own that takes its place at the end: a crash in the middle leaves no half cluster. */
const makeCluster = async (
  { root, data, user }: Folders,
  { binaries, durable }: { binaries: Binaries; durable: boolean },
): Promise<void> => {
  const fresh = mkdtempSync(join(root, HALF));
  giveTo(user, fresh);
  const sync = durable ? [] : ['--no-sync'];
  const options = ['-D', fresh, '-U', 'owner', '--auth=trust', ...LOCALE, ...sync];
  try {
    await promisify(execFile)(binaries.initdb, options, { ...user, env: SERVER_ENV, cwd: root });
  } catch (error) {
    rmSync(fresh, { recursive: true, force: true, maxRetries: 5 });
    throw initdbFailed(root, error);
  }
  if (existsSync(data)) rmdirSync(data); // empty, as clusterVersion saw
  renameSync(fresh, data);
  if (durable) syncFolder(root); // else a power cut could undo the rename after rows were committed
};

const initdbFailed = (root: string, error: unknown): EmbeddedPostgresUnavailable => {
  const { stderr = '', message } = error as Error & { stderr?: string };
  if (stderr.includes('No space left on device')) return diskFull(root, error);
  const said = /(?:error|FATAL|initdb):\s*(.+)/.exec(stderr)?.[1] ?? message;
  return new EmbeddedPostgresUnavailable(
    `initdb could not make a database in ${quoted(root)} (${said}): start the service as another user, set DATA_DIR to another folder, ${OWN_SERVER}.`,
    { cause: error },
  );
};

const syncFolder = (path: string): void => {
  const folder = openSync(path, 'r');
  fsyncSync(folder);
  closeSync(folder);
};
