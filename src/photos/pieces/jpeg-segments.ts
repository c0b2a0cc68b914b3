/** A marker of ITU-T T.81, table B.1, and where the bytes behind its length begin and end. */
export type Segment = { marker: number; start: number; end: number };

export const SOI = 0xd8;
export const EOI = 0xd9;
export const SOS = 0xda;
const TEM = 0x01;
export const RST0 = 0xd0;
const RST7 = 0xd7;

const isRestart = (marker: number): boolean => marker >= RST0 && marker <= RST7;

/**
 * The place of the code of the next marker at or behind `at` and before `end` (that is: behind its 0xFF), or `end`. What is no
 * marker is passed over, as libraries do.
 */
export const findMarker = (jpeg: Buffer, at: number, end: number): number => {
  while (at < end) {
    const mark = jpeg.indexOf(0xff, at);
    if (mark < 0 || mark >= end) return end;
    at = mark + 1;
    while (at < end && jpeg[at] === 0xff) at += 1;
    if (at < end && jpeg[at] !== 0) return at;
  }
  return end;
};

/** Where the entropy-coded bytes from `at` on end: at the 0xFF of the first marker that is no restart, or with the file. */
export const findScanEnd = (jpeg: Buffer, at: number): number => {
  for (;;) {
    at = findMarker(jpeg, at, jpeg.length);
    if (at >= jpeg.length) return jpeg.length;
    if (!isRestart(jpeg[at] ?? 0)) return at - 1;
  }
};

/** The segment whose marker comes first at or behind `at`; undefined at the end of the file, and when it is cut. Throws for a length of less than itself. */
export const readSegment = (jpeg: Buffer, at: number): Segment | undefined => {
  const code = findMarker(jpeg, at, jpeg.length);
  const marker = jpeg[code];
  if (marker === undefined) return undefined;
  if (marker === TEM || marker === SOI || marker === EOI || isRestart(marker))
    return { marker, start: code + 1, end: code + 1 };
  if (code + 3 > jpeg.length) return undefined;
  const length = jpeg.readUInt16BE(code + 1);
  if (length < 2) throw new Error('a segment that is shorter than its length');
  const end = code + 1 + length;
  return end > jpeg.length ? undefined : { marker, start: code + 3, end };
};
