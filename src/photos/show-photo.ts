import type { Parent } from '../parents/parent.ts';
import type { Db } from '../platform/db.ts';
import { recordEvent } from '../platform/event-log.ts';
import type { Photo } from './photo.ts';
import { type PhotoFiles, portraitFile } from './photo-files.ts';
import type { PhotoRecords } from './photo-records.ts';

type Deps = { db: Db; photos: PhotoRecords; files: PhotoFiles };
type Size = 'full' | 'thumb' | 'portrait';

/** The bytes of a picture for those who may see it; undefined for all others, and where there is none. */
export const makeShowPhoto = ({ db, photos, files }: Deps) => {
  /** A photo without a portrait shows its thumbnail, and so does one whose portrait is replaced in this very moment. */
  const read = async ({ filename, portrait }: Photo, size: Size): Promise<Buffer | undefined> => {
    if (size !== 'portrait') return files.read(filename, size);
    return (portrait && (await files.read(filename, portraitFile(portrait.version)))) ?? files.read(filename, 'thumb');
  };
  return {
    /** Only the parent's own. */
    forParent: async (parent: Parent, photoId: number, size: Size): Promise<Buffer | undefined> => {
      const photo = await photos.findOfParent(parent.id, photoId);
      return photo && read(photo, size);
    },
    /**
     * Only of the school where they work now. A look at the full picture is written to the event log. So is a picture that
     * a browser loads `ahead` of being shown, by another word: it is no look yet, but it left the house.
     */
    forStaff: async (
      { id: staffId, schoolId }: { id: number; schoolId: number },
      photoId: number,
      size: Size,
      { ahead = false } = {},
    ): Promise<Buffer | undefined> => {
      const photo = await photos.find(schoolId, photoId);
      if (!photo) return undefined;
      if (size === 'full') {
        const about = { schoolId, parentId: photo.parentId, photoId };
        const kind = ahead ? 'photo.loaded-ahead' : 'photo.shown';
        await db.transaction((trx) => recordEvent(trx, { ...about, actor: { kind: 'staff', staffId }, kind }));
      }
      return read(photo, size);
    },
  };
};

export type ShowPhoto = ReturnType<typeof makeShowPhoto>;
