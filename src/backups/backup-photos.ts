import { z } from 'zod';
import { readJsonLines } from '../platform/json-lines.ts';
import { type BackupId, nameIn } from './backup-names.ts';
import { type Place, readSealed } from './backup-objects.ts';

const hash = z.string().regex(/^[\da-f]{64}$/);
const line = z.object({
  id: z.int().positive(),
  key: z.string().regex(/^s[1-9]\d{0,15}\/([\da-f]{2})\/\1[\da-f]{30}$/),
  full: hash,
  thumb: hash,
  /** Version and checksum. */
  portrait: z.tuple([z.int().positive(), hash]).nullable(),
});
const lackLine = z.object({
  key: z.string(),
  file: z.string(),
  why: z.enum(['gone', 'missing', 'damaged', 'unwritable']),
});

/** A photo in the list of a backup. */
export type ListedPhoto = z.infer<typeof line>;
/**
 * A file that has no copy: its owner deleted it while the backup was made, it was lost or damaged before (or cannot be read), or the
 * disk does not take the copy.
 */
export type Lack = z.infer<typeof lackLine>;
type ListedFile = { file: string; sha256: string; lack: Lack['why'] | undefined };
/** With what the backup has of it. */
export type BackedUpPhoto = { id: number; key: string; files: ListedFile[] };

/** One JSON line a photo that has files, in the order of their keys (as bytes), so that lists can be walked side by side. */
export const PHOTOS_QUESTION = `select json_build_object('id', id, 'key', filename, 'full', sha256, 'thumb', thumb_sha256,
    'portrait', case when portrait_version is not null then json_build_array(portrait_version, portrait_sha256) end)
  from public.photos where files_deleted_at is null order by filename collate "C"`;

/** The files of a photo, with their checksums. */
export const filesOf = ({ full, thumb, portrait }: ListedPhoto): { file: string; sha256: string }[] => [
  { file: 'full', sha256: full },
  { file: 'thumb', sha256: thumb },
  ...(portrait ? [{ file: `portrait-${portrait[0]}`, sha256: portrait[1] }] : []),
];

export const photosName = (id: BackupId): string => nameIn(id, 'photos');
/** Written behind the photos themselves, in the same order. */
export const lacksName = (id: BackupId): string => nameIn(id, 'photos-without-copy');

/** The photos of a backup, in the order of their keys. */
export async function* readPhotoList(place: Place, id: BackupId): AsyncGenerator<ListedPhoto> {
  for await (const one of readJsonLines(await readSealed(place, photosName(id)))) yield line.parse(one);
}

/** The files without a copy, in the same order. */
export async function* readLacks(place: Place, id: BackupId): AsyncGenerator<Lack> {
  for await (const one of readJsonLines(await readSealed(place, lacksName(id)))) yield lackLine.parse(one);
}

/** Both lists, walked side by side. */
export async function* readPhotos(place: Place, id: BackupId): AsyncGenerator<BackedUpPhoto> {
  const lacks = readLacks(place, id);
  const nextLack = async (): Promise<Lack | undefined> => {
    const next = await lacks.next();
    return next.done === true ? undefined : next.value;
  };
  try {
    let lack = await nextLack();
    for await (const photo of readPhotoList(place, id)) {
      const files: ListedFile[] = [];
      for (const { file, sha256 } of filesOf(photo)) {
        const lacks = lack?.key === photo.key && lack.file === file;
        files.push({ file, sha256, lack: lacks ? lack?.why : undefined });
        if (lacks) lack = await nextLack();
      }
      yield { id: photo.id, key: photo.key, files };
    }
  } finally {
    await lacks.return(undefined);
  }
}
