import { dirname } from 'node:path';
import { Readable } from 'node:stream';
import type { ObjectStore } from '../platform/object-store.ts';
import { keyIdOf } from '../platform/sealed-stream.ts';
import type { Progress } from '../platform/long-work.ts';
import { readManifest } from './backup-manifest.ts';
import { manifestName, photoName, photosPrefix } from './backup-names.ts';
import { keyIdOfObject, type Place } from './backup-objects.ts';
import { readPhotos } from './backup-photos.ts';
import { type ListedBackup, wholeBackups } from './list-backups.ts';

const AT_ONCE = 8;

/**
 * Copies the backups that `from` holds and `to` lacks, as they are, the newest first; each with its photos, and its manifest last.
 * Those of another key are left out: their lists cannot be read. Gives how many there are in `to` now that are in `from` too.
 */
export const replicateBackups = async (
  from: Place,
  to: ObjectStore,
  { signal }: Pick<Progress, 'signal'>,
): Promise<number> => {
  const there = new Set((await wholeBackups(to)).map(({ id }) => id));
  let count = 0;
  for (const backup of await wholeBackups(from.store)) {
    signal.throwIfAborted();
    if (!there.has(backup.id)) {
      if ((await keyIdOfObject(from, manifestName(backup.id))) !== keyIdOf(from.key)) continue;
      await replicateOne(from, to, backup, signal);
    }
    count += 1;
  }
  return count;
};

const replicateOne = async (from: Place, to: ObjectStore, backup: ListedBackup, signal: AbortSignal): Promise<void> => {
  const last = manifestName(backup.id);
  const { photos } = await readManifest(from, backup.id);
  const copy = async (name: string): Promise<void> => {
    const opened = await from.store.open(name);
    if (opened) await to.putStream(name, opened.body);
  };
  const missing = photos.copied ? missingPhotos(from, to, backup) : Readable.from([]);
  await Readable.from(missing).forEach(copy, { concurrency: AT_ONCE, signal });
  for (const name of backup.names) if (name !== last) await copy(name);
  signal.throwIfAborted();
  await copy(last);
};

/** The photos that the other place lacks, or has with another length; it is asked folder by folder. */
async function* missingPhotos(from: Place, to: ObjectStore, { id }: ListedBackup): AsyncGenerator<string> {
  const keyId = keyIdOf(from.key);
  const sizesIn = async (store: ObjectStore, folder: string): Promise<Map<string, number>> => {
    const sizes = new Map<string, number>();
    for await (const { key, bytes } of store.list(photosPrefix(keyId, `${folder}/`))) sizes.set(key, bytes);
    return sizes;
  };
  let folder = '';
  let sizes = { here: new Map<string, number>(), there: new Map<string, number>() };
  for await (const photo of readPhotos(from, id)) {
    if (dirname(photo.key) !== folder) {
      folder = dirname(photo.key);
      sizes = { here: await sizesIn(from.store, folder), there: await sizesIn(to, folder) };
    }
    for (const { file, sha256, lack } of photo.files) {
      const name = photoName(keyId, photo.key, { file, sha256 });
      if (!lack && sizes.there.get(name) !== sizes.here.get(name)) yield name;
    }
  }
}
