import type { Db, Trx } from '../platform/db.ts';
import { checkLimits } from './check-limits.ts';

type Asked = { id: number; schoolId: number; parentId: number; sourceSha256: string; print: string | undefined };

/** Places that are looked at in each band; the newest first. Pictures alike in a quarter of their print, but not in the rest, are rare. */
const LOOKED_AT = 40;
const MOST_TWINS = 20;

/**
 * Photos of other parents of the same school that show the very same picture: the same file, or one whose print differs in a
 * few bits. Two prints of 128 bits that differ in three have one of their four quarters in common, and nearly always where they
 * differ in eight; so each quarter is looked up in an index, and what is found is compared in full.
 */
export const findTwins = async (query: Db, asked: Asked): Promise<number[]> => {
  const { id, schoolId, parentId, sourceSha256, print } = asked;
  const pieces = piecesOf(asked);
  const { rows } = await query.raw<{ rows: { id: string }[] }>(
    `with near as (
       select found.photo_id
       from unnest(:bands::smallint[], :values::int[]) as piece (band, value)
       cross join lateral (
         select photo_id from photo_prints
         where school_id = :school and band = piece.band and value = piece.value
         order by photo_id desc limit :looked
       ) found
     )
     select photos.id from photos
     where photos.id in (select photo_id from near) and photos.id <> :id and photos.parent_id <> :parent
       and photos.files_deleted_at is null
       and (photos.source_sha256 = :source or bit_count(photos.print # :print::bit(128)) <= :most)
     order by photos.id limit :twins`,
    {
      ...{ id, school: schoolId, parent: parentId, source: sourceSha256, looked: LOOKED_AT, twins: MOST_TWINS },
      ...{ print: print === undefined ? null : bitsOf(print), most: checkLimits.printBits },
      bands: pieces.map(({ band }) => band),
      values: pieces.map(({ value }) => value),
    },
  );
  return rows.map((row) => Number(row.id));
};

/** Keeps what `findTwins` looks for. */
export const keepPrint = async (trx: Trx, asked: Asked): Promise<void> => {
  const { id, schoolId, print } = asked;
  if (print !== undefined)
    await trx('photos')
      .where({ id })
      .update({ print: bitsOf(print) });
  await trx('photo_prints')
    .insert(piecesOf(asked).map((piece) => ({ ...piece, photo_id: id, school_id: schoolId })))
    .onConflict()
    .ignore();
};

/** Hex to the text of a bit string. */
const bitsOf = (hex: string): string =>
  Array.from(hex, (digit) => Number.parseInt(digit, 16).toString(2).padStart(4, '0')).join('');

/** Band 0 is of what was sent, 1 to 4 are the quarters of the print; each as a signed number of 32 bits. */
const piecesOf = ({ sourceSha256, print = '' }: Asked): { band: number; value: number }[] =>
  [sourceSha256.slice(0, 8), ...(print.match(/.{8}/g) ?? [])].map((hex, band) => ({
    band,
    value: Number.parseInt(hex, 16) | 0,
  }));
