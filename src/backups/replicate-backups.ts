import { dirname } from 'node:path';
import { Readable } from 'node:stream';
import type { ObjectStore } from '../platform/object-store.ts';
import { keyIdOf, SealBroken } from '../platform/sealed-stream.ts';
import type { Progress } from '../platform/long-work.ts';
import { BackupOfNewer, type Manifest, readManifest } from './backup-manifest.ts';
import { type BackupId, manifestName, photoName, photosPrefix } from './backup-names.ts';
import { checkSealed, copySealedPhoto, keyIdOfObject, type Place, type SealedFacts } from './backup-objects.ts';
import { readPhotos } from './backup-photos.ts';
import { isSoundPhoto, sha256Of } from './copy-photos.ts';
import { wholeBackups } from './list-backups.ts';
import { isUnreadable } from './unreadable.ts';

type How = Pick<Progress, 'signal'> & {
  /** Whether what is there is read and checked, too: something was found altered lately. */
  thorough: boolean;
};
/** `count`: how many backups of `from` are in `to` now; `faulty`: names of objects that could not be copied, for they are not what was saved. */
type Replicated = { count: number; faults: number; faulty: string[] };
type Around = { from: Place; to: Place; thorough: boolean; signal: AbortSignal };
type PhotoCopy = { name: string; sha256: string; isThere: boolean };

const AT_ONCE = 8;
const NAMES_TOLD = 100;

/**
 * Copies the backups that `from` holds and `store` lacks, as they are, the newest first; each with its photos, and its manifest last,
 * which is left out when anything of it could not be copied. What is copied is unsealed and checked before it takes a place. Backups of
 * another key are left out: their lists cannot be read.
 */
export const replicateBackups = async (
  from: Place,
  store: ObjectStore,
  { signal, thorough }: How,
): Promise<Replicated> => {
  const there = new Set((await wholeBackups(store)).map(({ id }) => id));
  const replicated: Replicated = { count: 0, faults: 0, faulty: [] };
  const around = { from, to: { ...from, store }, thorough, signal };
  for (const { id } of await wholeBackups(from.store)) {
    signal.throwIfAborted();
    if (!there.has(id) || thorough) {
      if ((await keyIdOfObject(from, manifestName(id))) !== keyIdOf(from.key)) continue;
      const faulty = await replicateOne(id, around);
      replicated.faults += faulty.length;
      replicated.faulty.push(...faulty.slice(0, NAMES_TOLD - replicated.faulty.length));
      if (faulty.length > 0) continue;
    }
    replicated.count += 1;
  }
  return replicated;
};

/** Gives the names of what could not be copied. */
const replicateOne = async (id: BackupId, around: Around): Promise<string[]> => {
  const { from, to, thorough, signal } = around;
  const manifest = await orIfBroken(readManifest(from, id), undefined);
  if (!manifest) return [manifestName(id)];
  const faulty: string[] = [];
  for (const object of manifest.objects) {
    signal.throwIfAborted();
    if (!(await copyObject(object, around))) faulty.push(object.name);
  }
  if (faulty.length > 0) return faulty; // the list of the photos may be among them
  const copy = async (photo: PhotoCopy): Promise<void> => {
    if (photo.isThere && !(thorough && !(await isSoundPhoto(to, photo.name, photo.sha256)))) return;
    if (!(await copyPhoto(photo, around)) && faulty.length < NAMES_TOLD) faulty.push(photo.name);
  };
  if (manifest.photos.copied) await Readable.from(photosOf(id, around)).forEach(copy, { concurrency: AT_ONCE, signal });
  signal.throwIfAborted();
  if (faulty.length === 0) await copyManifest(manifest, around);
  return faulty;
};

/** Whether an object of the manifest is in the other place now; the store takes only what has the hash that was written down. */
const copyObject = async (object: SealedFacts, { from, to }: Around): Promise<boolean> => {
  const isSame = (found: SealedFacts | undefined) => JSON.stringify(found) === JSON.stringify(object);
  const { bytes } = (await to.store.head(object.name)) ?? {};
  if (bytes === object.stored.bytes && isSame(await orIfBroken(checkSealed(to, object.name), undefined))) return true;
  if (!isSame(await orIfBroken(checkSealed(from, object.name), undefined))) return false;
  const opened = await from.store.open(object.name);
  if (!opened) return false;
  await to.store.putStream(object.name, opened.body, object.stored);
  return true;
};

const copyPhoto = ({ name, sha256 }: PhotoCopy, { from, to }: Around): Promise<boolean> =>
  orIfBroken(
    copySealedPhoto(from, to.store, name, (bytes) => sha256Of(bytes) === sha256),
    false,
  );

const copyManifest = async ({ id }: Manifest, { from, to }: Around): Promise<void> => {
  const isRight = () => true; // it was read and checked as a whole
  if (!(await copySealedPhoto(from, to.store, manifestName(id), isRight))) throw new SealBroken('altered');
};

/** The copies of a backup's photos, and whether the other place has them in the same length; it is asked folder by folder. */
async function* photosOf(id: BackupId, { from, to }: Around): AsyncGenerator<PhotoCopy> {
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
      sizes = { here: await sizesIn(from.store, folder), there: await sizesIn(to.store, folder) };
    }
    for (const { file, sha256, lack } of photo.files) {
      const name = photoName(keyId, photo.key, { file, sha256 });
      const there = sizes.there.get(name);
      if (!lack) yield { name, sha256, isThere: there !== undefined && there === sizes.here.get(name) };
    }
  }
}

const orIfBroken = async <T, const E>(reading: Promise<T>, instead: E): Promise<T | E> => {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof SealBroken || error instanceof BackupOfNewer || isUnreadable(error)) return instead;
    throw error;
  }
};
