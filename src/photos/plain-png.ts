import { readFile } from 'node:fs/promises';

const FIRST_CHUNK = 8; // behind the signature
const AFTER_HEADER = 33; // behind IHDR, which always comes first and has one size
const FRAME_BYTES = 12; // length, type and checksum around a chunk's data
const MAX_OPTIONAL_BYTES = 1 << 20; // the largest honest one is a printer's colour profile

/**
 * The PNG at `path` with nothing but what is needed to draw its first frame: the path itself when there is no more in it,
 * else its bytes without the rest. libpng inflates every text chunk before it comes to the pixels (a file of 5 MB took
 * 2.7 GB), so they must not reach it. A broken PNG is passed on as broken as it is, for the decoder to refuse.
 */
export const plainPng = async (path: string): Promise<string | Buffer> => {
  const png = await readFile(path);
  let pixelsBegan = false;
  let lateOrientation: Buffer | undefined;
  let kept = FIRST_CHUNK;
  for (const { type, start, end } of chunksOf(png)) {
    if (!isWanted(type, end - start)) continue;
    pixelsBegan ||= type === 'IDAT';
    if (type === 'eXIf' && pixelsBegan) {
      lateOrientation = Buffer.from(png.subarray(start, end));
      continue;
    }
    png.copyWithin(kept, start, end); // in place: a second copy of every piece would cost more than the picture
    kept += end - start;
  }
  // Some writers put the orientation behind the pixels, where libpng does not look for it.
  if (lateOrientation)
    return Buffer.concat([png.subarray(0, AFTER_HEADER), lateOrientation, png.subarray(AFTER_HEADER, kept)]);
  return kept === png.length ? path : png.subarray(0, kept);
};

function* chunksOf(png: Buffer): Generator<{ type: string; start: number; end: number }> {
  let start = FIRST_CHUNK;
  while (start + FRAME_BYTES <= png.length) {
    const type = png.toString('latin1', start + 4, start + 8);
    const end = Math.min(start + FRAME_BYTES + png.readUInt32BE(start), png.length);
    yield { type, start, end };
    if (type === 'IEND') return;
    start = end;
  }
}

/** Critical chunks (a capital first letter) draw the picture; of the others only those that change its look. */
const isWanted = (type: string, bytes: number): boolean =>
  /^[A-Z]/.test(type) || (['tRNS', 'iCCP', 'eXIf'].includes(type) && bytes <= MAX_OPTIONAL_BYTES);
