/** The embedded database cannot run here. The message is one sentence that tells a person what to do. */
export class EmbeddedPostgresUnavailable extends Error {
  override name = 'EmbeddedPostgresUnavailable';
}

export const OWN_SERVER = 'or set DATABASE_URL to a PostgreSQL server of your own';

/** A path as it can be pasted into a shell. */
export const quoted = (path: string): string =>
  /^[\w@%+=:,./-]+$/.test(path) ? path : `'${path.replaceAll("'", String.raw`'\''`)}'`;

/** What the operating system said (an errno of Node's file functions) as such a sentence; anything else as it came. */
export const inWords = (error: unknown, dir: string): Error => {
  const { code, path = dir } = error as NodeJS.ErrnoException;
  switch (code) {
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
    case 'ERR_SQLITE_ERROR': // only the lock file is opened through SQLite
      return new EmbeddedPostgresUnavailable(
        `The database cannot write to ${quoted(path)}: give it to the user who runs the service, set DATA_DIR to another folder, ${OWN_SERVER}.`,
        { cause: error },
      );
    case 'ENOSPC':
    case 'EDQUOT':
      return diskFull(dir, error);
    case 'ENOTDIR':
    case 'EEXIST':
      return new EmbeddedPostgresUnavailable(
        `${quoted(path)} is in the way of the database: DATA_DIR (${quoted(dir)}) must be a folder.`,
        { cause: error },
      );
    case undefined:
    default:
      return error instanceof Error ? error : new Error(String(error));
  }
};

/** The disk under DATA_DIR is full. */
export const diskFull = (dir: string, cause?: unknown): EmbeddedPostgresUnavailable =>
  new EmbeddedPostgresUnavailable(
    `The disk that holds ${quoted(dir)} is full: free some space (a new database takes 60 MB) and start again.`,
    { cause },
  );
