import { randomBytes } from 'node:crypto';
import { mkdir, readFile, rm, link } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../platform/clock.ts';
import type { Db } from '../platform/db.ts';
import { syncFolder, writeDurably } from '../platform/durable-files.ts';
import { keyIdOf } from '../platform/sealed-stream.ts';

type Deps = {
  /** BACKUP_KEY: 32 bytes, or undefined. */
  given: Buffer | undefined;
  dataDir: string;
};

const FILE = 'backup-key';
const KEY_BYTES = 32;

/** Thrown when DATA_DIR/backup-key is not what was written there. */
export class BackupKeyDamaged extends Error {
  constructor() {
    super('The file backup-key in DATA_DIR is damaged: put back the key that was kept elsewhere, or delete the file.');
    this.name = 'BackupKeyDamaged';
  }
}

/** The key that backups are sealed with: the one that was given, or else the one that is kept in DATA_DIR. */
export const makeBackupKey = ({ given, dataDir }: Deps) => {
  const path = join(dataDir, FILE);

  /** The key, where there is one. */
  const find = async (): Promise<Buffer | undefined> => {
    if (given) return given;
    const text = await readFile(path, 'utf8').catch((error: unknown) => {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
      throw error;
    });
    if (text === undefined) return undefined;
    const key = Buffer.from(text.trim(), 'base64');
    if (key.length !== KEY_BYTES) throw new BackupKeyDamaged();
    return key;
  };

  /** The key; made where there is none. The name appears with its content only, and the first of several processes wins. */
  const get = async (): Promise<Buffer> => {
    const found = await find();
    if (found) return found;
    await mkdir(dataDir, { recursive: true });
    const fresh = join(dataDir, `.${FILE}-${randomBytes(8).toString('hex')}`);
    try {
      await writeDurably(fresh, Buffer.from(`${randomBytes(KEY_BYTES).toString('base64')}\n`));
      await link(fresh, path).catch((error: unknown) => {
        if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
      });
      await syncFolder(dataDir);
    } finally {
      await rm(fresh, { force: true });
    }
    const made = await find();
    if (!made) throw new BackupKeyDamaged();
    return made;
  };

  return { find, get, isGiven: given !== undefined };
};

export type BackupKey = ReturnType<typeof makeBackupKey>;

type KeepingDeps = {
  db: Db;
  clock: Clock;
  backupKey: BackupKey;
  /** Whether other machines may use the same database (DATABASE_URL): a key that is made is each machine's own. */
  mayBeOneOfMany: boolean;
};

/** Remembers that somebody keeps a made-up key elsewhere; of each key anew. */
export const makeKeyKeeping = ({ db, clock, backupKey, mayBeOneOfMany }: KeepingDeps) => ({
  /** Whether each machine makes a key of its own: none was given to all of them. */
  isOfEachMachine: mayBeOneOfMany && !backupKey.isGiven,

  /** Whether a loss of this machine would leave the key: it was given, or its keeping was confirmed. */
  isKept: async (): Promise<boolean> => {
    if (backupKey.isGiven) return true;
    const key = await backupKey.find();
    if (!key) return false;
    return (
      (await db('backup_keys')
        .where({ fingerprint: keyIdOf(key) })
        .first('fingerprint')) !== undefined
    );
  },

  /**
   * Somebody says that the key is kept elsewhere; `staffId` is null for the command line. False, and nothing is noted, when there is
   * no key yet: nobody can have seen it.
   */
  confirmKept: async (staffId: number | null = null, on: Db = db): Promise<boolean> => {
    const key = await backupKey.find();
    if (!key) return false;
    const fingerprint = keyIdOf(key);
    await on('backup_keys')
      .insert({ fingerprint, confirmed_at: clock.now(), confirmed_by: staffId })
      .onConflict('fingerprint')
      .ignore();
    return true;
  },
});

export type KeyKeeping = ReturnType<typeof makeKeyKeeping>;
