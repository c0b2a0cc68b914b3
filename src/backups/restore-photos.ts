import { Readable } from 'node:stream';
import type { Progress } from '../platform/long-work.ts';
import { keyIdOf, SealBroken } from '../platform/sealed-stream.ts';
import { type BackupId, photoName } from './backup-names.ts';
import { type Place, readPhoto } from './backup-objects.ts';
import { type BackedUpPhoto, readPhotos } from './backup-photos.ts';
import { sha256Of } from './copy-photos.ts';

/** Where photos are put. */
export type PhotoTarget = {
  read: (key: string, file: string) => Promise<Buffer | undefined>;
  /** Puts all files of a photo in place, durably; rejects with EEXIST when one's place is taken. */
  keep: (key: string, files: { file: string; bytes: Buffer }[]) => Promise<void>;
  remove: (key: string, file: string) => Promise<void>;
};

const AT_ONCE = 8;

/**
 * Puts the photos of a backup in place, and reads each back for its checksum. What is there already and right stays, so a restore that was
 * killed goes on; a file of that name with another content is replaced. Gives how many files are there. A photo of which the full
 * picture or the thumbnail was deleted meanwhile is left out.
 */
export const restorePhotos = async (
  place: Place,
  id: BackupId,
  target: PhotoTarget,
  { tell, signal }: Progress,
): Promise<number> => {
  const keyId = keyIdOf(place.key);
  /** The bytes of a file that is not in place yet. */
  const absentBytes = async (key: string, file: string, sha256: string): Promise<Buffer | undefined> => {
    const there = await target.read(key, file);
    if (there && sha256Of(there) === sha256) return undefined;
    if (there) await target.remove(key, file);
    const bytes = await readPhoto(place, photoName(keyId, key, { file, sha256 }));
    if (!bytes || sha256Of(bytes) !== sha256) throw new SealBroken('altered');
    return bytes;
  };
  const restoreOne = async ({ key, files }: BackedUpPhoto): Promise<number> => {
    if (files.some(({ file, lack }) => lack === 'gone' && !file.startsWith('portrait'))) return 0;
    const wanted = files.filter(({ lack }) => lack === undefined);
    const absent: { file: string; bytes: Buffer }[] = [];
    for (const { file, sha256 } of wanted) {
      const bytes = await absentBytes(key, file, sha256);
      if (bytes) absent.push({ file, bytes });
    }
    if (absent.length > 0) await target.keep(key, absent);
    for (const { file, bytes } of absent) {
      const kept = await target.read(key, file);
      if (kept?.equals(bytes) !== true) throw new Error('a photo that was put in place reads back differently');
    }
    return wanted.length;
  };
  let restored = 0;
  const all = Readable.from(readPhotos(place, id)).map(restoreOne, { concurrency: AT_ONCE, signal });
  for await (const files of all as AsyncIterable<number>) tell((restored += files));
  return restored;
};
