import { Readable } from 'node:stream';
import { keyIdOf, SealBroken } from '../platform/sealed-stream.ts';
import type { Progress } from '../platform/long-work.ts';
import { type Manifest, readManifest } from './backup-manifest.ts';
import { type BackupId, photoName } from './backup-names.ts';
import { checkSealed, type Place, readPhoto } from './backup-objects.ts';
import { type BackedUpPhoto, readPhotos } from './backup-photos.ts';
import { sha256Of } from './copy-photos.ts';
import { isUnreadable } from './unreadable.ts';

/** What is not as it was saved: the name of an object that is altered, cut off or missing. */
type Verified = { manifest: Manifest | undefined; files: number; faults: number; faulty: string[] };

/** Names of so many faulty objects are told; all are counted. */
const NAMES_TOLD = 100;
const AT_ONCE = 8;

/**
 * Decrypts everything that belongs to a backup and compares it with what its manifest and its list of photos say. A backup whose
 * manifest cannot be read has one fault and no manifest. Rejects with SealBroken 'other-key' when it was sealed with another key, and with
 * BackupOfNewer.
 */
export const verifyBackup = async (place: Place, id: BackupId, { tell, signal }: Progress): Promise<Verified> => {
  const found: Verified = { manifest: undefined, files: 0, faults: 0, faulty: [] };
  const fault = (name: string): void => {
    found.faults += 1;
    if (found.faulty.length < NAMES_TOLD) found.faulty.push(name);
  };
  const manifest = await orUndefined(readManifest(place, id));
  if (!manifest) {
    fault('manifest');
    return found;
  }
  found.manifest = manifest;
  tell(0, manifest.objects.length + manifest.photos.files);
  for (const expected of manifest.objects) {
    signal.throwIfAborted();
    const facts = await orUndefined(checkSealed(place, expected.name));
    if (JSON.stringify(facts) !== JSON.stringify(expected)) fault(expected.name);
    tell((found.files += 1));
  }
  if (!manifest.photos.copied || found.faults > 0) return found; // the list itself may be what is altered
  for await (const name of checkPhotos(place, id, signal)) {
    if (name.fault) fault(name.name);
    tell((found.files += 1));
  }
  if (found.files !== manifest.objects.length + manifest.photos.files) fault('photos');
  return found;
};

async function* checkPhotos(place: Place, id: BackupId, signal: AbortSignal) {
  const keyId = keyIdOf(place.key);
  const check = async (photo: BackedUpPhoto) => {
    const checked: { name: string; fault: boolean }[] = [];
    for (const { file, sha256, lack } of photo.files) {
      if (lack) continue;
      const name = photoName(keyId, photo.key, { file, sha256 });
      const bytes = await orUndefined(readPhoto(place, name));
      checked.push({ name, fault: bytes === undefined || sha256Of(bytes) !== sha256 });
    }
    return checked;
  };
  const all = Readable.from(readPhotos(place, id)).map(check, { concurrency: AT_ONCE, signal });
  for await (const checked of all as AsyncIterable<Awaited<ReturnType<typeof check>>>) yield* checked;
}

/** What was read; undefined when it is not what was sealed. */
const orUndefined = async <T>(reading: Promise<T>): Promise<T | undefined> => {
  try {
    return await reading;
  } catch (error) {
    const isNone = error instanceof SyntaxError || (error instanceof Error && error.name === 'ZodError');
    if (isNone || isUnreadable(error) || (error instanceof SealBroken && error.reason === 'altered')) return undefined;
    throw error;
  }
};
