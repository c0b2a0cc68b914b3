import { type Frame, isFrameMarker, readFrame } from './jpeg-frame.ts';
import { noProgress, type Progress, readScanHeader, type Scan, UNKNOWN } from './jpeg-scan-header.ts';
import { EOI, findScanEnd, readSegment, type Segment, SOI, SOS } from './jpeg-segments.ts';
import { noTables, type Quantization, setTables, type Tables } from './jpeg-tables.ts';

/** Where everything is in a JPEG. */
export type JpegIndex = {
  frame: Frame;
  scans: readonly Scan[];
  /** By component: the table that was in force when its first scan began. */
  quantization: readonly (Quantization | undefined)[];
  /** JFIF, Exif, ICC and Adobe: whole segments with their markers, in their order. */
  kept: readonly Buffer[];
  /** It ends before it has said everything. */
  isCut: boolean;
  /** It ends with the marker that says so. */
  hasEnd: boolean;
};

/** Each scan costs a walk over the picture; honest scripts have some ten. */
const MAX_SCANS = 200;

/** A colour profile has at most 255. */
const MAX_KEPT = 1000;

/** APP0, APP1, APP2 and APP14. */
const KEPT: readonly number[] = [0xe0, 0xe1, 0xe2, 0xee];

type State = {
  jpeg: Buffer;
  tables: Tables;
  frame: Frame | undefined;
  progress: Progress;
  scans: Scan[];
  quantization: (Quantization | undefined)[];
  kept: Buffer[];
};

/**
 * Reads every segment of `jpeg`, and nothing of what is coded between them. Throws when there is no picture in it, when it is of
 * a kind that is not read (readFrame), when a segment is malformed, and for more than 200 scans.
 */
export const indexJpeg = (jpeg: Buffer): JpegIndex => {
  if (jpeg[0] !== 0xff || jpeg[1] !== SOI) throw new Error('no JPEG');
  const state: State = {
    ...{ jpeg, tables: noTables(), frame: undefined, progress: new Uint8Array(0) },
    ...{ scans: [], quantization: [], kept: [] },
  };
  let segment = readSegment(jpeg, 2);
  while (segment && segment.marker !== EOI) segment = readSegment(jpeg, take(state, segment));
  const { frame, scans, progress, quantization, kept } = state;
  if (!frame || scans.length === 0) throw new Error('a JPEG without a scan');
  const isCut = segment === undefined && progress.some((bit) => bit !== 0);
  // A component without a scan is grey. libjpeg smooths over what has no last bit; that too means that something is missing.
  const lacks = frame.components.some((_, i) => progress[64 * i] === UNKNOWN);
  return { frame, scans, quantization, kept, isCut: isCut || lacks, hasEnd: segment !== undefined };
};

/** Takes in one segment; where to look for the next. */
const take = (state: State, { marker, start, end }: Segment): number => {
  const { jpeg, tables } = state;
  const body = jpeg.subarray(start, end);
  if (marker === SOS) return takeScan(state, body, end);
  if (isFrameMarker(marker)) {
    if (state.frame) throw new Error('a second frame');
    state.frame = readFrame(marker, body);
    state.progress = noProgress(state.frame);
  } else if (KEPT.includes(marker)) {
    if (state.kept.length === MAX_KEPT) throw new Error('too many segments');
    if (state.scans.length === 0) state.kept.push(jpeg.subarray(start - 4, end)); // with its marker and length
  } else setTables(tables, marker, body);
  return end;
};

const takeScan = (
  { jpeg, frame, tables, progress, scans, quantization }: State,
  body: Buffer,
  start: number,
): number => {
  if (!frame) throw new Error('a scan before the frame');
  if (scans.length === MAX_SCANS) throw new Error('too many scans');
  const scan = readScanHeader(body, frame, tables, progress);
  for (const { component } of scan.parts) {
    const place = frame.components[component]?.quantization ?? 0;
    quantization[component] ??= tables.quantization[place];
    if (!quantization[component]) throw new Error('a component without its quantization table');
  }
  const end = findScanEnd(jpeg, start);
  scans.push({ ...scan, start, end });
  return end;
};
