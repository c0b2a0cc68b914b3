// Large AVIFs, decoded a piece at a time: the library holds all of a picture, with 11 bytes of notes for each of its pixels.
import { freeMemory } from '../../platform/free-memory.ts';
import { openAv1 } from './av1-picture.ts';
import { writeAvif } from './avif-file.ts';
import { CANVAS_PIXELS, finishPieces } from './draw-pieces.ts';
import { type HeifItem, readLayout } from './heif-layout.ts';
import { openPicture } from '../image-library.ts';
import { makeShrinkCanvas, MAX_FACTOR } from './shrink-canvas.ts';

/** Fewer pieces are fewer starts of a decoder; larger ones take more memory. */
const PIECE_PIXELS = 8_000_000;

/**
 * How the picture of the file in `avif` comes apart; only headers are read. `width` and `height` are as it is stored, before it is
 * turned upright; pieces are rectangles in it (those of a grid may reach beyond its right and lower edge), made of whole tiles, as
 * many as `piecePixels` hold, but at least one. Throws an Error with the reason when the file is broken, or cannot be taken apart:
 * transparent, cropped, layered, animated or stretched pictures.
 */
export const openAvif = (avif: Buffer, piecePixels = PIECE_PIXELS) => {
  const { width, height, placed, first, ...layout } = readLayout(avif, (item) => openItem(item, piecePixels));
  const { bits, subX, subY } = first.sequence.colours;
  if (placed.some(({ picture }) => picture.sequence.colours.bits !== bits))
    throw new Error('a grid of unlike pictures');
  const pieces = placed.flatMap(({ left, top, picture }) =>
    picture.pieces
      .map((piece) => ({
        ...{ left: left + piece.left, top: top + piece.top, width: piece.width, height: piece.height },
        /** The piece as an AVIF file of its own. */
        write: (): Buffer =>
          writeAvif({
            ...{ width: piece.width, height: piece.height, sequence: picture.sequence },
            ...{ colours: layout.code, data: piece.write() },
          }),
      }))
      .filter((piece) => piece.left < width && piece.top < height),
  );
  /** Of all pictures: those that a grid names again are written again. */
  const bytes = placed.reduce((sum, { picture }) => sum + picture.bytes, 0);
  return { width, height, bits, isSubsampled: subX === 1 && subY === 1, pieces, bytes, ...layout };
};

const openItem = ({ type, properties, data, ...said }: HeifItem, piecePixels: number) => {
  if (type !== 'av01') throw new Error('a picture that is not AV1');
  const configuration = properties.find((property) => property.type === 'av1C')?.content.subarray(4) ?? Buffer.alloc(0);
  return openAv1(data(), configuration, { ...said, piecePixels });
};

/** The library's own first step leaves twice what it needs for its filter. */
const ROOM = 2;
/**
 * The picture of `file` as a PNG of at most `side` pixels, upright, in 8 bits and the colours that it had, with the
 * profile that it had, for compressImage to go on with; it is not packed. Holds one piece at a time. Throws as openAvif does, and
 * when a piece cannot be decoded.
 */
export const drawAvif = async (file: Buffer, side: number, piecePixels = PIECE_PIXELS): Promise<Buffer> => {
  const { width, height, bits, pieces, ...layout } = openAvif(file, piecePixels);
  const shrink = Math.max(1, Math.max(width, height) / side);
  const factor = Math.max(Math.floor(shrink / ROOM), Math.ceil(Math.sqrt((width * height) / CANVAS_PIXELS)));
  const canvas = makeShrinkCanvas(width, height, Math.min(factor, MAX_FACTOR));
  for (const piece of pieces) {
    const avif = piece.write();
    const rgb = await decode(avif, bits > 8, piece);
    canvas.add({ ...piece, rgb });
    freeMemory(rgb, avif);
  }
  return finishPieces(canvas, layout, side);
};

const decode = async (avif: Buffer, isDeep: boolean, size: { width: number; height: number }): Promise<Buffer> => {
  const picture = openPicture(avif, { failOn: 'error', isDeep, ignoreProfile: true });
  const { data, info } = await picture.toColourspace('srgb').raw().toBuffer({ resolveWithObject: true });
  if (info.width !== size.width || info.height !== size.height || info.channels !== 3)
    throw new Error('a piece of another size');
  return data;
};
