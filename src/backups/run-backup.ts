import type { Clock } from '../platform/clock.ts';
import type { Logger } from '../platform/logger.ts';
import type { LongWorkDetail, LongWorks } from '../platform/long-work.ts';
import { type ObjectStore, StoreUnavailable } from '../platform/object-store.ts';
import type { Manifest } from './backup-manifest.ts';
import type { BackupId } from './backup-names.ts';
import type { BackupKey, KeyKeeping } from './backup-key.ts';
import { type Lack, readLacks, readPhotoList } from './backup-photos.ts';
import type { Place } from './backup-objects.ts';
import { pruneBackups, pruneSets, SPARED_MS } from './prune-backups.ts';
import { replicateBackups } from './replicate-backups.ts';
import type { SweepLeftovers } from './sweep-leftovers.ts';
import type { WriteBackup } from './write-backup.ts';

type Deps = {
  longWork: LongWorks;
  backupKey: BackupKey;
  keeping: KeyKeeping;
  writeBackup: WriteBackup;
  /** DATA_DIR/backups. */
  local: ObjectStore;
  sweepLeftovers: SweepLeftovers;
  /** In BACKUP_S3_BUCKET. */
  remote: ObjectStore | undefined;
  keep: { days: number; count: number };
  clock: Clock;
  logger: Logger;
};
/** By whom; `stopping` ends it. */
export type Asked = { startedBy?: number | null; stopping?: AbortSignal };
/**
 * `place-away`: it is here, but not in S3; `key-not-kept`: a loss of this machine would make it worthless; `key-of-each-machine`: and
 * other machines with this database would make keys of their own.
 */
export type BackupWarning = 'place-away' | 'key-not-kept' | 'key-of-each-machine' | NonNullable<Manifest['warning']>;
type MadeBackup = {
  manifest: Manifest;
  places: number;
  warning: BackupWarning | null;
  lacking: string[];
  notCopied: { faults: number; faulty: string[] };
};

/** So many damaged photos are named. */
const NAMED = 100;

/**
 * Makes a backup in DATA_DIR/backups, copies what S3 lacks there, and removes what is not kept any more in both. When S3 is away the
 * backup is made all the same, and copied by the next one.
 */
export const makeRunBackup =
  ({ longWork, backupKey, keeping, writeBackup, local, sweepLeftovers, remote, keep, clock, logger }: Deps) =>
  (asked: Asked = {}) =>
    longWork.run(
      'backup',
      async (progress) => {
        const place: Place = { store: local, key: await backupKey.get() };
        const rule = { ...keep, now: clock.now() };
        await pruneSets(local, rule); // first: the halves of those that were killed may be what fills the disk
        await sweepLeftovers();
        const verified = await longWork.latest('backup-verify', 'done');
        const thorough = Number(verified?.detail['faults'] ?? 0) > 0;
        const manifest = await writeBackup(place, { ...progress, thorough });
        await pruneBackups(place, rule);
        let places = 1;
        let isAway = false;
        let notCopied: Pick<Awaited<ReturnType<typeof replicateBackups>>, 'faults' | 'faulty'> = {
          faults: 0,
          faulty: [],
        };
        if (remote) {
          try {
            const replicated = await replicateBackups(place, remote, { ...progress, thorough });
            places += Number(replicated.count > 0);
            notCopied = replicated;
            await pruneBackups({ ...place, store: remote }, { ...rule, sparedMs: SPARED_MS });
          } catch (error) {
            if (!(error instanceof StoreUnavailable)) throw error;
            logger.error(
              { err: error, reason: error.reason },
              'the backup is on this machine only: S3 does not take it',
            );
            isAway = true;
          }
        }
        const notKept = keeping.isOfEachMachine ? 'key-of-each-machine' : 'key-not-kept';
        const warning = (isAway && 'place-away') || (!(await keeping.isKept()) && notKept) || manifest.warning;
        const made: MadeBackup = { manifest, places, warning, lacking: await nameLacking(place, manifest), notCopied };
        return { ...made, detail: detailOf(made) };
      },
      asked,
    );

export type RunBackup = ReturnType<typeof makeRunBackup>;

/** Ids, counts and codes, for the status page and the metrics. */
const detailOf = ({ manifest, places, warning, notCopied }: MadeBackup): LongWorkDetail => {
  const { id, objects, photos } = manifest;
  return {
    id: id satisfies BackupId,
    database_bytes: objects.reduce((sum, { stored }) => sum + stored.bytes, 0),
    photo_files: photos.files,
    photo_bytes: photos.bytes,
    new_files: photos.newFiles,
    places,
    faults: photos.faults + notCopied.faults,
    ...(notCopied.faults > 0 ? { faults_s3: notCopied.faults } : {}),
    warning,
  };
};

/** The photos that were lost or damaged before, like `photo 41: full is damaged`. */
const nameLacking = async (place: Place, { id, photos }: Manifest): Promise<string[]> => {
  if (photos.faults === 0) return [];
  const lacks = new Map<string, Lack>();
  for await (const lack of readLacks(place, id)) {
    if (lack.why !== 'gone') lacks.set(lack.key, lack);
    if (lacks.size >= NAMED) break;
  }
  const named: string[] = [];
  for await (const photo of readPhotoList(place, id)) {
    const lack = lacks.get(photo.key);
    if (lack) named.push(`photo ${photo.id}: ${lack.file} is ${lack.why}`);
    if (named.length === lacks.size) break;
  }
  return named;
};
