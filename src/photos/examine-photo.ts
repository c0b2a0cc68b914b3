import { hash } from 'node:crypto';
import type { Db } from '../platform/db.ts';
import { StoreUnavailable } from '../platform/object-store.ts';
import { type ExpectedPhoto, expectedNow } from './expected-photos.ts';
import type { PhotoFiles } from './photo-files.ts';
import type { PhotoFile, StorageKey } from './photo-keys.ts';
import type { PhotoPlace } from './photo-place.ts';

type Deps = {
  db: Db;
  files: PhotoFiles;
  /** Undefined where there is none, or where it does not answer and only the disk is looked at. */
  bucket: PhotoFiles['bucket'];
};

/** A file that is not where or what it should be. `elsewhere`: the other place has it, and it is sound there. */
type FileFault = { file: PhotoFile; state: 'missing' | 'altered'; elsewhere: boolean };

/** What was found of one photo. `copy`: what a mirror has of it; undefined without one. */
export type Examined = {
  photo: ExpectedPhoto;
  faults: FileFault[];
  copy: 'sound' | 'waiting' | 'lost' | undefined;
};

/** How a photo is looked at: whether its files are read and their checksums compared, and what the bucket lists of it. */
export type Look = { read: boolean; listed: Set<PhotoFile> | undefined };

/**
 * Holds one photo's row and files against each other: those where photos are kept, and the copies of a mirror. A photo may be deleted, or
 * get another portrait, while we look (the row changes first, then the files): whatever seems wrong is looked at again with what
 * the row says then.
 */
export const makeExaminePhoto = ({ db, files, bucket }: Deps) => {
  const { disk, first, mode } = files;

  /** Whether the file is there, and what it should be if it is read. */
  const stateOf = async (place: PhotoPlace, key: StorageKey, file: PhotoFile, sha256: string, look: Look) => {
    if (!look.read) {
      const has = place === disk ? await disk.has(key, file) : (look.listed?.has(file) ?? false);
      return has ? 'sound' : 'missing';
    }
    const bytes = await place.read(key, file).catch((error: unknown) => {
      if (error instanceof StoreUnavailable) throw error;
      return 'altered' as const; // ObjectDamaged, or a disk that cannot read it: no reason to look at no other
    });
    if (bytes === undefined) return 'missing';
    return bytes !== 'altered' && hash('sha256', bytes) === sha256 ? 'sound' : 'altered';
  };

  /** Whether the other place has it, sound; always read, for it is about to be relied upon. */
  const isElsewhere = async (key: StorageKey, file: PhotoFile, sha256: string): Promise<boolean> => {
    const other = first === disk ? bucket : disk;
    return (
      other !== undefined && (await stateOf(other, key, file, sha256, { read: true, listed: undefined })) === 'sound'
    );
  };

  const faultsOf = async ({ key, files: expected }: ExpectedPhoto, look: Look): Promise<FileFault[]> => {
    const faults: FileFault[] = [];
    for (const [file, sha256] of expected) {
      const state = await stateOf(first, key, file, sha256, look);
      if (state !== 'sound') faults.push({ file, state, elsewhere: await isElsewhere(key, file, sha256) });
    }
    // While photos are moved, some are in the other place alone: they are served from there, and nothing is wrong.
    return mode === 'mirror' ? faults : faults.filter(({ state, elsewhere }) => state === 'altered' || !elsewhere);
  };

  const copyOf = async (
    { key, files: expected, unbackedSince }: ExpectedPhoto,
    look: Look,
  ): Promise<Examined['copy']> => {
    if (mode !== 'mirror' || !bucket) return undefined;
    if (unbackedSince) return 'waiting';
    for (const [file, sha256] of expected)
      if ((await stateOf(bucket, key, file, sha256, look)) !== 'sound') return 'lost';
    return 'sound';
  };

  const examine = async (photo: ExpectedPhoto, look: Look): Promise<Examined> => ({
    photo,
    faults: await faultsOf(photo, look),
    copy: await copyOf(photo, look),
  });

  return async (photo: ExpectedPhoto, look: Look): Promise<Examined | undefined> => {
    for (let examined = await examine(photo, look), tries = 0; ; tries += 1) {
      if (examined.faults.length === 0 && examined.copy !== 'lost') return examined;
      const now = await expectedNow(db, { id: photo.id });
      if (!now) return undefined;
      if (tries > 0 && now.portraitVersion === examined.photo.portraitVersion) return examined;
      // The listing may be a page old: what it lacks is asked for by name.
      const listed = bucket && look.listed && new Set(await bucket.filesOf(now.key));
      examined = await examine(now, { ...look, listed });
    }
  };
};
