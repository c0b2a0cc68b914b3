import type { Parent } from '../parents/parent.ts';
import type { Db } from '../platform/db.ts';
import { recordEvent } from '../platform/event-log.ts';
import type { PhotoFiles } from './photo-files.ts';
import type { PhotoRecords } from './photo-records.ts';

type Deps = { db: Db; photos: PhotoRecords; files: PhotoFiles };
type Size = 'full' | 'thumb';

/** The bytes of a picture for those who may see it; undefined for all others, and where there is none. */
export const makeShowPhoto = ({ db, photos, files }: Deps) => ({
  /** Only the parent's own. */
  forParent: async (parent: Parent, photoId: number, size: Size): Promise<Buffer | undefined> => {
    const photo = await photos.findOfParent(parent.id, photoId);
    return photo && files.read(photo.filename, size);
  },
  /** Only of the school where they work now; a look at the full picture is written to the event log. */
  forStaff: async (staffId: number, schoolId: number, photoId: number, size: Size): Promise<Buffer | undefined> => {
    const photo = await photos.find(schoolId, photoId);
    if (!photo) return undefined;
    if (size === 'full') {
      const about = { schoolId, parentId: photo.parentId, photoId };
      await db.transaction((trx) =>
        recordEvent(trx, { ...about, actor: { kind: 'staff', staffId }, kind: 'photo.shown' }),
      );
    }
    return files.read(photo.filename, size);
  },
});

export type ShowPhoto = ReturnType<typeof makeShowPhoto>;
