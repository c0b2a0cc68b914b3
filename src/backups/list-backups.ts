import type { ObjectStore } from '../platform/object-store.ts';
import { type BackupId, backupOf, manifestName, setsPrefix } from './backup-names.ts';

/** A backup as its place shows it, without a key. */
export type ListedBackup = {
  id: BackupId;
  /** Of its own objects, without the photos that it shares with others. */
  bytes: number;
  /** False: it was never finished, or is being made now. */
  isWhole: boolean;
  /** When the last of its objects was written. */
  writtenAt: Date;
  names: string[];
};

/** The backups of a place, the newest first; a few dozens with a few dozens of objects each. */
export const listBackups = async (store: ObjectStore): Promise<ListedBackup[]> => {
  const found = new Map<BackupId, ListedBackup>();
  for await (const { key, bytes, modifiedAt } of store.list(setsPrefix())) {
    const id = backupOf(key);
    if (!id) continue;
    const backup = found.get(id) ?? { id, bytes: 0, isWhole: false, writtenAt: modifiedAt, names: [] };
    if (modifiedAt > backup.writtenAt) backup.writtenAt = modifiedAt;
    backup.bytes += bytes;
    backup.names.push(key);
    if (key === manifestName(id)) backup.isWhole = true;
    found.set(id, backup);
  }
  return [...found.values()].sort((a, b) => (a.id < b.id ? 1 : -1));
};

/** Those that can be restored. */
export const wholeBackups = async (store: ObjectStore): Promise<ListedBackup[]> =>
  (await listBackups(store)).filter(({ isWhole }) => isWhole);
