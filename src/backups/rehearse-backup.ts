import { randomBytes } from 'node:crypto';
import { chmod, mkdir, readdir, rm, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import type { Progress } from '../platform/long-work.ts';
import type { BackupId } from './backup-names.ts';
import type { Place } from './backup-objects.ts';
import type { RestoreBackup } from './restore-backup.ts';

/** A database and a folder for photos of their own below `dir`, which nobody else uses. */
export type OpenScratch = (dir: string) => Promise<{ restore: RestoreBackup; stop: () => Promise<void> }>;
type Deps = {
  dataDir: string;
  openScratch: OpenScratch;
  /** Ends what a rehearsal that was killed left running in `dir`. */
  endLeft: (dir: string) => Promise<void>;
};
export type Rehearsed = { id: BackupId; seconds: number; rows: number; files: number };

/** Thrown when a backup that was rehearsed could not be restored; `why` is a code of `WhyNotRestored`, or `no-room`. */
export class RehearsalFailed extends Error {
  readonly why: string;
  constructor(why: string) {
    super(`the rehearsal failed: ${why}`);
    this.name = 'RehearsalFailed';
    this.why = why;
  }
}

const PREFIX = 'rehearsal-';
/** A cluster without data, its log and the rows unpacked: beside the photos themselves. */
const ROOM_BYTES = 500_000_000;

/** Restores a backup, the newest unless told which, into a scratch place below DATA_DIR, which is removed again; and says how long it took. */
export const makeRehearseBackup =
  ({ dataDir, openScratch, endLeft }: Deps) =>
  async (place: Place, { id, bytes, ...progress }: Progress & { id?: BackupId; bytes: number }): Promise<Rehearsed> => {
    await sweep(dataDir, endLeft);
    const { bavail, bsize } = await statfs(dataDir);
    if (bavail * bsize < bytes + ROOM_BYTES) throw new RehearsalFailed('no-room');
    const began = performance.now();
    const dir = join(dataDir, `${PREFIX}${randomBytes(4).toString('hex')}`);
    try {
      await mkdir(dir, { mode: 0o711 });
      await letDatabaseThrough(dataDir);
      const scratch = await openScratch(dir);
      try {
        const restored = await scratch.restore(place, { ...progress, id, overwrite: false, takeOver: false });
        if (!restored.ok) throw new RehearsalFailed(restored.reason);
        const { manifest, files } = restored.value;
        const rows = manifest.database.tables.reduce((sum, table) => sum + table.rows, 0);
        return { id: manifest.id, seconds: Math.ceil((performance.now() - began) / 1000), rows, files };
      } finally {
        await scratch.stop();
      }
    } finally {
      await rm(dir, { recursive: true, force: true, maxRetries: 5 });
    }
  };

export type RehearseBackup = ReturnType<typeof makeRehearseBackup>;

/** Root runs the database as somebody else, who may pass through DATA_DIR, but neither list nor read it. */
const letDatabaseThrough = async (dataDir: string): Promise<void> => {
  const { mode } = await stat(dataDir);
  if (process.getuid?.() === 0 && (mode & 0o001) === 0) await chmod(dataDir, (mode & 0o777) | 0o001);
};

const sweep = async (dataDir: string, endLeft: Deps['endLeft']): Promise<void> => {
  for (const name of (await readdir(dataDir)).filter((one) => one.startsWith(PREFIX))) {
    await endLeft(join(dataDir, name, 'data'));
    await rm(join(dataDir, name), { recursive: true, force: true, maxRetries: 5 });
  }
};
