import type { Trx } from '../platform/db.ts';
import type { Portrait, PortraitSource } from './photo.ts';
import type { Turn } from './portrait-crop.ts';

/** The columns of `photos` that tell of the portrait; all are null, or none is. */
export type PortraitRow = {
  portrait_version: number | null;
  portrait_sha256: string | null;
  portrait_turn: Turn | null;
  portrait_x: number | null;
  portrait_y: number | null;
  portrait_size: number | null;
  portrait_source: PortraitSource | null;
};

export const toPortrait = (row: PortraitRow): Portrait | null =>
  row.portrait_version === null
    ? null
    : ({
        version: row.portrait_version,
        sha256: row.portrait_sha256,
        crop: { turn: row.portrait_turn, x: row.portrait_x, y: row.portrait_y, size: row.portrait_size },
        source: row.portrait_source,
      } as Portrait); // the constraint photos_portrait: all or none

export const portraitColumns = ({ version, sha256, crop, source }: Portrait): PortraitRow => ({
  portrait_version: version,
  portrait_sha256: sha256,
  portrait_turn: crop.turn,
  portrait_x: crop.x,
  portrait_y: crop.y,
  portrait_size: crop.size,
  portrait_source: source,
});

/** Says which portrait is the current one; its file must be in place. */
export const setPortrait = async (trx: Trx, photoId: number, portrait: Portrait): Promise<void> => {
  await trx('photos').where({ id: photoId }).update(portraitColumns(portrait));
};
