import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../platform/clock.ts';
import { makeDurableFolders, syncFolder, writeDurably } from '../platform/durable-files.ts';
import type { Progress } from '../platform/long-work.ts';
import { SealBroken } from '../platform/sealed-stream.ts';
import type { Result } from '../shared/result.ts';
import { BackupOfNewer, type Manifest } from './backup-manifest.ts';
import type { BackupId } from './backup-names.ts';
import type { Place } from './backup-objects.ts';
import { wholeBackups } from './list-backups.ts';
import { type DatabaseTarget, restoreDatabase, type WhyNotDatabase } from './restore-database.ts';
import { type PhotoTarget, restorePhotos } from './restore-photos.ts';
import { verifyBackup } from './verify-backup.ts';

export type RestoreTarget = {
  database: DatabaseTarget;
  photos: PhotoTarget & {
    /** Whether there are any. */
    any: () => Promise<boolean>;
    prepare: () => Promise<void>;
  };
  uploadsDir: string;
  clock: Clock;
};
type Asked = Progress & { id: BackupId | undefined; overwrite: boolean; takeOver: boolean };
type Restored = { manifest: Manifest; files: number };
export type WhyNotRestored = WhyNotDatabase | 'no-backup' | 'altered' | 'other-key' | 'photos-there';

/** Bears the id of the backup that is being put there, so that a restore that was killed may go on. */
const MARKER = 'restore-unfinished';
/** Ties UPLOADS_DIR to its database; the service leaves it there when both belong together. */
const INSTALLATION = 'installation-id';

/**
 * Restores a backup, the newest whole one unless told which: everything is read and checked before anything is touched; then come
 * the photos, which harm nobody, and at last the database in one transaction. Counts and checksums are compared on the way.
 */
export const makeRestoreBackup =
  ({ database, photos, uploadsDir, clock }: RestoreTarget) =>
  async (
    place: Place,
    { id: asked, overwrite, takeOver, ...progress }: Asked,
  ): Promise<Result<Restored, WhyNotRestored>> => {
    const whole = await wholeBackups(place.store);
    const id = asked ?? whole[0]?.id;
    if (id === undefined || !whole.some((one) => one.id === id)) return { ok: false, reason: 'no-backup' };
    const manifest = await wholeManifest(place, id, progress);
    if (!manifest.ok) return manifest;
    const marker = join(uploadsDir, MARKER);
    const isOurs = (await readFile(marker, 'utf8').catch(() => '')).trim() === id;
    const { copied } = manifest.value.photos;
    if (copied && !overwrite && !isOurs && (await photos.any())) return { ok: false, reason: 'photos-there' };

    let files = 0;
    const putPhotos = async (): Promise<void> => {
      await makeDurableFolders(uploadsDir).ensure(uploadsDir);
      await rm(marker, { force: true });
      await writeDurably(marker, Buffer.from(`${id}\n`));
      await syncFolder(uploadsDir);
      await photos.prepare();
      progress.tell(0, manifest.value.photos.files);
      if (copied) files = await restorePhotos(place, id, photos, progress);
    };
    const how = { overwrite, takeOver, now: clock.now(), signal: progress.signal, before: putPhotos };
    const restored = await restoreDatabase(place, manifest.value, database, how);
    if (!restored.ok) return restored;
    // The next start sees by the photos that they belong to the database, and leaves its id. Where none were put, the folder's id stays.
    if (copied) await rm(join(uploadsDir, INSTALLATION), { force: true });
    await rm(marker, { force: true });
    await syncFolder(uploadsDir);
    return { ok: true, value: { manifest: manifest.value, files } };
  };

export type RestoreBackup = ReturnType<typeof makeRestoreBackup>;

const wholeManifest = async (
  place: Place,
  id: BackupId,
  progress: Progress,
): Promise<Result<Manifest, 'altered' | 'other-key' | 'newer'>> => {
  try {
    const { manifest, faults } = await verifyBackup(place, id, progress);
    return manifest && faults === 0 ? { ok: true, value: manifest } : { ok: false, reason: 'altered' };
  } catch (error) {
    if (error instanceof BackupOfNewer) return { ok: false, reason: 'newer' };
    if (error instanceof SealBroken) return { ok: false, reason: error.reason };
    throw error;
  }
};
