import type { Parent } from '../parents/parent.ts';
import type { Db } from '../platform/db.ts';
import { recordEvent } from '../platform/event-log.ts';
import { objectKey } from './photo-bucket.ts';
import type { Photo } from './photo.ts';
import type { PhotoFiles } from './photo-files.ts';
import { type PhotoFile, placeOf, portraitFile } from './photo-keys.ts';
import type { PhotoRecords } from './photo-records.ts';

type Deps = {
  db: Db;
  photos: PhotoRecords;
  files: PhotoFiles;
  /** Gives an address that works for a minute; undefined: browsers get the bytes from us. */
  addressOf?: ((objectKey: string) => Promise<string>) | undefined;
  /** A proxy sends what is on the disk: it is told where (ACCEL_REDIRECT). */
  handsOver?: boolean;
};
type Size = 'full' | 'thumb' | 'portrait';
/** `embedded`: an `<img>` asks, which follows to wherever the picture is. */
type How = { embedded?: boolean };

/** Either the bytes, or the address in S3 where they are for a minute, or their place below the disk's folder of photos. */
export type Picture = { jpeg: Buffer } | { address: string } | { place: string };

/** A picture for those who may see it; undefined for all others, and where there is none. */
export const makeShowPhoto = ({ db, photos, files, addressOf, handsOver = false }: Deps) => {
  const find = async (
    { filename }: Photo,
    file: PhotoFile,
    { embedded = false }: How,
  ): Promise<Picture | undefined> => {
    if (embedded && addressOf && (await files.bucket?.has(filename, file)))
      return { address: await addressOf(objectKey(filename, file)) };
    if (handsOver && (await files.disk.has(filename, file))) return { place: placeOf(filename, file) };
    const jpeg = await files.read(filename, file);
    return jpeg && { jpeg };
  };
  /** A photo without a portrait shows its thumbnail, and so does one whose portrait is replaced in this very moment. */
  const show = async (photo: Photo, size: Size, how: How): Promise<Picture | undefined> => {
    if (size !== 'portrait') return find(photo, size, how);
    const { portrait } = photo;
    return (portrait && (await find(photo, portraitFile(portrait.version), how))) ?? find(photo, 'thumb', how);
  };
  return {
    /** Only the parent's own. */
    forParent: async (parent: Parent, photoId: number, size: Size, how: How = {}): Promise<Picture | undefined> => {
      const photo = await photos.findOfParent(parent.id, photoId);
      return photo && show(photo, size, how);
    },
    /**
     * Only of the school where they work now. A look at the full picture is written to the event log. So is a picture that
     * a browser loads `ahead` of being shown, by another word: it is no look yet, but it left the house.
     */
    forStaff: async (
      { id: staffId, schoolId }: { id: number; schoolId: number },
      photoId: number,
      size: Size,
      { ahead = false, ...how }: How & { ahead?: boolean } = {},
    ): Promise<Picture | undefined> => {
      const photo = await photos.find(schoolId, photoId);
      if (!photo) return undefined;
      if (size === 'full') {
        const about = { schoolId, parentId: photo.parentId, photoId };
        const kind = ahead ? 'photo.loaded-ahead' : 'photo.shown';
        await db.transaction((trx) => recordEvent(trx, { ...about, actor: { kind: 'staff', staffId }, kind }));
      }
      return show(photo, size, how);
    },
  };
};

export type ShowPhoto = ReturnType<typeof makeShowPhoto>;
