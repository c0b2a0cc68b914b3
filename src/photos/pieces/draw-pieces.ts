// What drawing a picture piece by piece has in common, whatever the pieces are coded in.
import type { Turn } from './heif-layout.ts';
import { openPixels, type Picture } from '../image-library.ts';
import { withProfile } from '../png-profile.ts';
import type { makeShrinkCanvas } from './shrink-canvas.ts';

type Size = { width: number; height: number };
type Rectangle = Size & { left: number; top: number };

/** So much larger than the result the canvas is: the library's filter does the rest, and needs some pixels to choose from. */
const ROOM = 1.5;
/** Pictures of a grid begin at multiples of 64 pixels, and mostly of more (ISO/IEC 23000-22, 7.3.11.4.2). */
const MOST_HALVINGS = 3;

/** How much smaller a picture of that size becomes before it is `side` pixels large or less: by a power of two. */
const factorFor = ({ width, height }: Size, side: number): number => {
  const byRoom = Math.floor(Math.log2(Math.max(width, height) / side / ROOM));
  const byMemory = Math.ceil(Math.log2((width * height) / CANVAS_PIXELS) / 2);
  return 2 ** Math.min(MOST_HALVINGS, Math.max(0, byRoom, byMemory));
};

/** 36 MB. Where a larger picture would leave the filter more to choose from, it has less. */
export const CANVAS_PIXELS = 6_000_000;

/**
 * The canvas for a picture of that size, and where a piece of it belongs there. A picture of one piece is drawn as large as it is
 * wanted, for there is no seam.
 */
export const planPieces = (picture: Size & { placed: readonly unknown[] }, side: number) => {
  const isWhole = picture.placed.length === 1;
  const factor = isWhole ? Math.max(1, Math.max(picture.width, picture.height) / side) : factorFor(picture, side);
  const round = isWhole ? Math.round : Math.ceil;
  return {
    width: Math.max(1, round(picture.width / factor)),
    height: Math.max(1, round(picture.height / factor)),
    partOf: (piece: Rectangle): Rectangle => {
      const [left, top] = [Math.round(piece.left / factor), Math.round(piece.top / factor)];
      const right = Math.round((piece.left + piece.width) / factor);
      const bottom = Math.round((piece.top + piece.height) / factor);
      return { left, top, width: Math.max(1, right - left), height: Math.max(1, bottom - top) };
    },
  };
};

type Canvas = ReturnType<typeof makeShrinkCanvas>;

/**
 * What the canvas shows as a PNG of at most `side` pixels, upright, with its profile, for compressImage to go on with; it is not packed.
 */
export const finishPieces = async (
  canvas: Canvas,
  { turns, profile }: { turns: readonly Turn[]; profile: Buffer | undefined },
  side: number,
): Promise<Buffer> => {
  const info = { width: canvas.width, height: canvas.height, channels: 3 } as const;
  const inside = { fit: 'inside', withoutEnlargement: true } as const;
  const small = openPixels({ data: canvas.finish(), info }).resize(side, side, inside);
  const upright = await turn(small, turns);
  const png = await upright.png({ compressionLevel: 0 }).toBuffer();
  return profile ? withProfile(png, profile) : png;
};

/** The library turns and mirrors in an order of its own: each step by itself. */
const turn = async (picture: Picture, turns: readonly Turn[]): Promise<Picture> => {
  let turned = picture;
  for (const step of turns) {
    const { data, info } = await apply(turned, step).raw().toBuffer({ resolveWithObject: true });
    turned = openPixels({ data, info });
  }
  return turned;
};

const apply = (picture: Picture, step: Turn): Picture => {
  if (step.kind === 'mirror') return step.axis === 0 ? picture.flip() : picture.flop();
  return picture.rotate(-90 * step.angle);
};
