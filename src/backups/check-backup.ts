import type { LongWorks, Progress } from '../platform/long-work.ts';
import { type ObjectStore, StoreUnavailable } from '../platform/object-store.ts';
import { SealBroken } from '../platform/sealed-stream.ts';
import type { BackupKey } from './backup-key.ts';
import { BackupOfNewer, readManifest } from './backup-manifest.ts';
import type { BackupId } from './backup-names.ts';
import type { Place } from './backup-objects.ts';
import { wholeBackups } from './list-backups.ts';
import type { Rehearsed, RehearseBackup } from './rehearse-backup.ts';
import type { Asked } from './run-backup.ts';
import { verifyBackup } from './verify-backup.ts';

type Deps = {
  longWork: LongWorks;
  backupKey: BackupKey;
  /** DATA_DIR/backups. */
  local: ObjectStore;
  /** In BACKUP_S3_BUCKET. */
  remote: ObjectStore | undefined;
  rehearseBackup: RehearseBackup;
};
/** `faults` of all places; names of those in S3 begin with `S3: `. */
type CheckedBackup = { id: BackupId; files: number; faults: number; faulty: string[]; reason?: 'other-key' | 'newer' };

/** Thrown when there is no backup, or none of that id. */
export class NoBackup extends Error {}

/** Work on backups that are there; one of a kind at a time. Both take the newest unless told which, and reject with NoBackup. */
export const makeCheckBackup = ({ longWork, backupKey, local, remote, rehearseBackup }: Deps) => {
  const find = async (id: BackupId | undefined) => {
    const key = await backupKey.find();
    for (const store of remote ? [local, remote] : [local]) {
      const whole = await wholeBackups(store);
      const found = id ?? whole[0]?.id;
      if (key && found && whole.some((one) => one.id === found)) return { place: { store, key }, id: found };
    }
    throw new NoBackup('there is no such backup');
  };

  return {
    /** Decrypts everything in both places and compares it; altered and missing objects are counted and named, not thrown. */
    verify: (asked: Asked & { id?: BackupId | undefined } = {}) =>
      longWork.run(
        'backup-verify',
        async (progress) => {
          const { place, id } = await find(asked.id);
          const first = await checkPlace(place, id, progress);
          const isBoth = remote !== undefined && place.store === local;
          const second = isBoth
            ? await checkRemote({ ...place, store: remote }, id, progress)
            : { faults: 0, faulty: [] };
          const faults = first.faults + second.faults;
          const value: CheckedBackup = { id, ...first, faults, faulty: [...first.faulty, ...second.faulty] };
          return {
            ...value,
            detail: { id, files: first.files, faults, ...(isBoth ? { faults_s3: second.faults } : {}) },
          };
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

type Checked = Pick<CheckedBackup, 'files' | 'faults' | 'faulty' | 'reason'>;

const checkPlace = async (place: Place, id: BackupId, progress: Progress): Promise<Checked> => {
  try {
    const { files, faults, faulty } = await verifyBackup(place, id, progress);
    return { files, faults, faulty };
  } catch (error) {
    if (!(error instanceof SealBroken || error instanceof BackupOfNewer)) throw error;
    const reason = error instanceof BackupOfNewer ? 'newer' : 'other-key';
    return { files: 0, faults: 1, faulty: ['manifest'], reason };
  }
};

/** An S3 that does not answer, or has it not, is one fault: what is here was checked all the same. */
const checkRemote = async (place: Place, id: BackupId, progress: Progress): Promise<Omit<Checked, 'files'>> => {
  const { faults, faulty } = await checkPlace(place, id, progress).catch((error: unknown) => {
    if (!(error instanceof StoreUnavailable)) throw error;
    return { faults: 1, faulty: ['it does not answer'] };
  });
  return { faults, faulty: faulty.map((name) => `S3: ${name}`) };
};

export type CheckBackup = ReturnType<typeof makeCheckBackup>;
