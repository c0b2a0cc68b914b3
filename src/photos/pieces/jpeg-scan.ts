import { type BitReader, dropBits, isDry, makeBitReader } from './jpeg-bit-reader.ts';
import {
  type Band,
  readAcFirst,
  readAcMore,
  readAcSequential,
  readDcFirst,
  readDcMore,
  type ScanPart,
} from './jpeg-blocks.ts';
import { type HuffmanSpec, makeHuffmanDecoder } from './jpeg-huffman.ts';
import type { McuGrid, Plane } from './jpeg-planes.ts';
import type { Scan } from './jpeg-scan-header.ts';
import { findMarker, RST0 } from './jpeg-segments.ts';

/** A scan that is read as far as the rows that were asked for. */
type ScanCursor = {
  scan: Scan;
  reader: BitReader;
  parts: readonly ScanPart[];
  band: Band;
  /** MCUs until a restart marker; Infinity without them. */
  left: number;
  /** Of the next restart marker: 0 to 7. */
  number: number;
  isDamaged: boolean;
};

const MAX_DC_SIZE = 15; // what libraries take; honest ones have at most 11 (T.81, F.1.2.1)

/** Throws when a Huffman table is malformed. */
export const openScan = (jpeg: Buffer, scan: Scan, planes: readonly Plane[]): ScanCursor => ({
  scan,
  reader: makeBitReader(jpeg, scan.start, scan.end),
  parts: scan.parts.map(({ component, dc, ac }) => {
    const plane = planes[component];
    if (!plane) throw new Error('a scan of a component that is not in the frame');
    return { plane, dc: scan.from === 0 && !scan.isMore ? dcDecoder(dc) : undefined, ac: decoder(ac), prediction: 0 };
  }),
  band: { from: Math.max(1, scan.from), to: scan.to, bit: scan.bit, quietBlocks: 0 },
  ...{ left: scan.restartInterval || Infinity, number: 0, isDamaged: false },
});

const decoder = (spec: HuffmanSpec | undefined) => spec && makeHuffmanDecoder(spec);

const dcDecoder = (spec: HuffmanSpec | undefined) => {
  if (spec?.symbols.some((size) => size > MAX_DC_SIZE)) throw new Error('a Huffman table of too large differences');
  return decoder(spec);
};

/** Reads what the scan has of the MCU row `row` into its planes. */
export const readRow = (cursor: ScanCursor, grid: McuGrid, row: number): void => {
  const [part] = cursor.parts;
  if (!part) return;
  if (cursor.parts.length > 1) {
    readMcus(cursor, grid.across, (first, count) => readInterleaved(cursor, first, count));
    return;
  }
  // By itself a component comes block by block, without those that only fill an MCU (T.81, A.2.2).
  const { plane } = part;
  const { v } = plane.component;
  for (let y = 0; y < v && row * v + y < plane.down; y += 1)
    readMcus(cursor, plane.across, (first, count) => readBlocks(cursor, part, y * plane.stride + first, count));
};

/** `count` MCUs in the pieces that restart markers make of them. */
const readMcus = (cursor: ScanCursor, count: number, read: (first: number, count: number) => void): void => {
  for (let first = 0; first < count;) {
    if (isOver(cursor)) return;
    if (cursor.left === 0) restart(cursor);
    const piece = Math.min(cursor.left, count - first);
    read(first, piece);
    first += piece;
    cursor.left -= piece;
  }
};

/** Nothing more can come: what is missing stays 0. */
const isOver = ({ reader }: ScanCursor): boolean => isDry(reader) && reader.at >= reader.end - 1;

const readBlocks = (cursor: ScanCursor, part: ScanPart, block: number, count: number): void => {
  const { scan, reader, band } = cursor;
  const end = block + count;
  if (!scan.isProgressive || scan.from === 0) {
    for (; block < end && !isDry(reader); block += 1) readBlock(cursor, part, block);
  } else if (!part.ac) return;
  else if (scan.isMore) readAcMore(reader, part.plane, part.ac, band, block, end);
  else readAcFirst(reader, part.plane, part.ac, band, block, end);
};

const readInterleaved = (cursor: ScanCursor, first: number, count: number): void => {
  for (let mcu = first; mcu < first + count; mcu += 1) {
    if (isDry(cursor.reader)) return;
    for (const part of cursor.parts) {
      const { stride, component } = part.plane;
      for (let y = 0; y < component.v; y += 1)
        for (let x = 0; x < component.h; x += 1) readBlock(cursor, part, y * stride + mcu * component.h + x);
    }
  }
};

/** A block of a sequential scan, or the DC value of one. */
const readBlock = ({ scan, reader }: ScanCursor, part: ScanPart, block: number): void => {
  if (scan.isMore) readDcMore(reader, part.plane, block, scan.bit);
  else if (part.dc) readDcFirst(reader, part, part.dc, block, scan.bit);
  if (!scan.isProgressive && part.ac) readAcSequential(reader, part.plane, part.ac, block);
};

const restart = (cursor: ScanCursor): void => {
  const { reader, parts, band, scan, number } = cursor;
  if (isDry(reader)) cursor.isDamaged = true;
  dropBits(reader);
  for (const part of parts) part.prediction = 0;
  band.quietBlocks = 0;
  cursor.left = scan.restartInterval;
  cursor.number = (number + 1) & 7;
  const { at, isExpected } = findRestart(reader, number);
  reader.at = at;
  if (!isExpected) cursor.isDamaged = true;
};

/**
 * Where to go on behind restart marker `number`: ITU-T T.81, E.2.4. Where another one comes, as libraries do: one of the two before
 * it is passed over, before one of the two behind it the part is missing, and any other is taken for it.
 */
const findRestart = ({ bytes, at, end }: BitReader, number: number): { at: number; isExpected: boolean } => {
  for (let from = at; ;) {
    const code = findMarker(bytes, from, end);
    if (code >= end) return { at: end, isExpected: false };
    const ahead = ((bytes[code] ?? 0) - RST0 - number) & 7; // there are no other markers within a scan
    if (ahead === 0) return { at: code + 1, isExpected: bytes[at] === 0xff };
    if (ahead === 1 || ahead === 2) return { at: code - 1, isExpected: false };
    from = code + 1;
    if (ahead < 6) return { at: from, isExpected: false };
  }
};

/** Whether everything that was coded was there and meant something, once all rows have been read. */
export const isWhole = ({ reader, isDamaged }: ScanCursor): boolean => {
  let rest = reader.at - Math.max(0, (reader.count - reader.padded) >> 3);
  while (rest < reader.end && reader.bytes[rest] === 0xff) rest += 1;
  return !isDamaged && !reader.isBroken && !isDry(reader) && rest >= reader.end;
};
