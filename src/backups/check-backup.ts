import type { LongWorks } from '../platform/long-work.ts';
import type { ObjectStore } from '../platform/object-store.ts';
import { SealBroken } from '../platform/sealed-stream.ts';
import type { BackupKey } from './backup-key.ts';
import { readManifest } from './backup-manifest.ts';
import type { BackupId } from './backup-names.ts';
import { wholeBackups } from './list-backups.ts';
import type { Rehearsed, RehearseBackup } from './rehearse-backup.ts';
import type { Asked } from './run-backup.ts';
import { verifyBackup } from './verify-backup.ts';

type Deps = {
  longWork: LongWorks;
  backupKey: BackupKey;
  /** DATA_DIR/backups, or the bucket where there is nothing. */
  stores: ObjectStore[];
  rehearseBackup: RehearseBackup;
};
type CheckedBackup = { id: BackupId; files: number; faults: number; faulty: string[]; reason?: 'other-key' };

/** Thrown when there is no backup, or none of that id. */
export class NoBackup extends Error {}

/** Work on backups that are there; one of a kind at a time. Both take the newest unless told which, and reject with NoBackup. */
export const makeCheckBackup = ({ longWork, backupKey, stores, rehearseBackup }: Deps) => {
  const find = async (id: BackupId | undefined) => {
    const key = await backupKey.find();
    for (const store of stores) {
      const whole = await wholeBackups(store);
      const found = id ?? whole[0]?.id;
      if (key && found && whole.some((one) => one.id === found)) return { place: { store, key }, id: found };
    }
    throw new NoBackup('there is no such backup');
  };

  return {
    /** Decrypts everything and compares it; altered and missing objects are counted and named, not thrown. */
    verify: (asked: Asked & { id?: BackupId | undefined } = {}) =>
      longWork.run(
        'backup-verify',
        async (progress) => {
          const { place, id } = await find(asked.id);
          const checked = await verifyBackup(place, id, progress).catch((error: unknown) => {
            if (!(error instanceof SealBroken)) throw error;
            return { files: 0, faults: 1, faulty: ['manifest'], reason: 'other-key' as const };
          });
          const { files, faults, faulty } = checked;
          const reason = 'reason' in checked ? { reason: checked.reason } : {};
          const value: CheckedBackup = { id, files, faults, faulty, ...reason };
          return { ...value, detail: { id, files, faults } };
        },
        asked,
      ),

    /** Restores it into a scratch place and compares. Rejects with RehearsalFailed when that does not work. */
    rehearse: (asked: Asked & { id?: BackupId | undefined } = {}) =>
      longWork.run(
        'backup-rehearsal',
        async (progress) => {
          const { place, id } = await find(asked.id);
          const { objects, photos } = await readManifest(place, id);
          const bytes = photos.bytes + objects.reduce((sum, { content }) => sum + content.bytes, 0) * 3;
          const value: Rehearsed = await rehearseBackup(place, { ...progress, id, bytes });
          return { ...value, detail: { ...value, faults: 0 } };
        },
        asked,
      ),
  };
};

export type CheckBackup = ReturnType<typeof makeCheckBackup>;
