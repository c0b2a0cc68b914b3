/** Names a backup by its moment and eight random hexadecimal digits: `20261126T020000Z-1a2b3c4d`. Sorted, they are in order of time. */
export type BackupId = string & { readonly brand: 'BackupId' };

const ID = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z-[\da-f]{8}$/;

/** `random` is 4 bytes: two backups of one second do not meet. */
export const makeBackupId = (now: Date, random: Buffer): BackupId =>
  `${now.toISOString().replace(/[-:]|\.\d+/g, '')}-${random.toString('hex')}` as BackupId;

export const isBackupId = (text: string): text is BackupId => ID.test(text);

/** When it was begun. */
export const timeOf = (id: BackupId): Date => new Date(id.replace(ID, '$1-$2-$3T$4:$5:$6Z'));

/** What the names of all objects of backups begin with, or of one backup. */
export const setsPrefix = (id?: BackupId): string => (id ? `sets/${id}/` : 'sets/');

/** An object of one backup, like `database/parents`. */
export const nameIn = (id: BackupId, part: string): string => `${setsPrefix(id)}${part}.sealed`;

/** Written last: a backup without it is none. */
export const manifestName = (id: BackupId): string => nameIn(id, 'manifest');

/** The backup that an object belongs to; undefined for one of the photos, which all backups share. */
export const backupOf = (name: string): BackupId | undefined => {
  const id = /^sets\/([^/]+)\//.exec(name)?.[1] ?? '';
  return isBackupId(id) ? id : undefined;
};

/** What the names of photos begin with. Those that were sealed with another key are elsewhere. */
export const photosPrefix = (keyId: string, folder = ''): string => `photos/${keyId}/${folder}`;

/**
 * A photo's file, `storageKey` being `s<school>/<2 hex>/<32 hex>`. The first 16 digits of its hash are in the name, so that a copy never
 * changes: after a restore a portrait may get a version number again that another picture had.
 */
export const photoName = (
  keyId: string,
  storageKey: string,
  { file, sha256 }: { file: string; sha256: string },
): string => `${photosPrefix(keyId)}${storageKey}.${file}.${sha256.slice(0, 16)}.sealed`;

/** The storage key and file of a photo's copy. */
export const photoOf = (name: string): { keyId: string; key: string; file: string } | undefined => {
  const [, keyId, key, file] = /^photos\/([\da-f]{8})\/([^.]+)\.([^.]+)\.[\da-f]{16}\.sealed$/.exec(name) ?? [];
  return keyId !== undefined && key !== undefined && file !== undefined ? { keyId, key, file } : undefined;
};
