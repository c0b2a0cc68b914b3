import { makeClaimedStore } from '../platform/claimed-store.ts';
import type { Db } from '../platform/db.ts';
import type { ObjectStore } from '../platform/object-store.ts';
import { keyIdOf } from '../platform/sealed-stream.ts';
import type { BackupKey } from './backup-key.ts';
import { manifestName } from './backup-names.ts';
import { keyIdOfObject } from './backup-objects.ts';
import { wholeBackups } from './list-backups.ts';

/** Thrown when the bucket holds the backups of another installation: pruning it would delete them. */
export class BackupsOfAnother extends Error {
  constructor() {
    super(
      'BACKUP_S3_BUCKET holds the backups of another installation: set BACKUP_S3_BUCKET or S3_PREFIX so that each has its own. ' +
        '(After a restore docs/operations.md says what --take-over is for.)',
    );
    this.name = 'BackupsOfAnother';
  }
}

type Deps = { db: Db; store: ObjectStore; backupKey: BackupKey };

/** A store of backups in which nothing is put or removed before it is sure that it belongs to this installation. It may be read all the same. */
export const makeClaimedBackups = ({ db, store, backupKey }: Deps) =>
  makeClaimedStore({
    ...{ db, store, hidesList: false },
    mayTake: () => isOurs(store, backupKey),
    refusal: () => new BackupsOfAnother(),
  });

/** A place without an id is taken when it holds no backups, or when the newest was sealed with our key. */
const isOurs = async (store: ObjectStore, backupKey: BackupKey): Promise<boolean> => {
  const [newest] = await wholeBackups(store);
  if (!newest) return true;
  const key = await backupKey.find();
  return key !== undefined && (await keyIdOfObject({ store }, manifestName(newest.id))) === keyIdOf(key);
};
