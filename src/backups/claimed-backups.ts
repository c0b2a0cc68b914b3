import { Readable } from 'node:stream';
import type { Db } from '../platform/db.ts';
import type { ObjectStore } from '../platform/object-store.ts';
import { readObject } from '../platform/read-object.ts';
import { keyIdOf } from '../platform/sealed-stream.ts';
import type { BackupKey } from './backup-key.ts';
import { manifestName } from './backup-names.ts';
import { keyIdOfObject } from './backup-objects.ts';
import { wholeBackups } from './list-backups.ts';

const ID = 'installation-id';

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

/**
 * A store of backups in which nothing is put or removed before it is sure that it belongs to this installation: both hold its id. It may
 * be read all the same. `claim` makes sure; what failed is tried again by the next one.
 */
export const makeClaimedBackups = (deps: Deps): { store: ObjectStore; claim: () => Promise<void> } => {
  const { store } = deps;
  let claimed: Promise<void> | undefined;
  const claim = (): Promise<void> => {
    const claiming = (claimed ??= takeOrRefuse(deps));
    claiming.catch(() => (claimed = undefined));
    return claiming;
  };
  const after =
    <Args extends unknown[], T>(act: (...args: Args) => Promise<T>) =>
    async (...args: Args): Promise<T> => {
      await claim();
      return act(...args);
    };
  return {
    claim,
    store: { ...store, put: after(store.put), putStream: after(store.putStream), remove: after(store.remove) },
  };
};

/** A place without an id is taken when it holds no backups, or when the newest was sealed with our key. */
const takeOrRefuse = async ({ db, store, backupKey }: Deps): Promise<void> => {
  const row = await db('installation').first<{ id: string } | undefined>('id');
  if (!row) throw new Error('the table installation has no row');
  const kept = (await readObject(store, ID, { maxBytes: 100 }))?.toString().trim();
  if (kept === row.id) return;
  if (kept !== undefined || !(await isOurs(store, backupKey))) throw new BackupsOfAnother();
  await store.putStream(ID, Readable.from([Buffer.from(`${row.id}\n`)]));
};

const isOurs = async (store: ObjectStore, backupKey: BackupKey): Promise<boolean> => {
  const [newest] = await wholeBackups(store);
  if (!newest) return true;
  const key = await backupKey.find();
  return key !== undefined && (await keyIdOfObject({ store }, manifestName(newest.id))) === keyIdOf(key);
};
