import { type BitWriter, endBits, makeBitWriter } from './jpeg-bit-writer.ts';
import { MAX_BLOCK_BYTES, type PlaneWriter, standardEncoders, writeBlock, writeFiller } from './jpeg-block-writer.ts';
import type { Frame } from './jpeg-frame.ts';
import { type HeadPlan, planHead, writeHead } from './jpeg-head.ts';
import { indexJpeg } from './jpeg-index.ts';
import { clearPlane, makePlanes, type McuGrid, mcuGridOf, type Plane } from './jpeg-planes.ts';
import { isWhole, openScan, readRow } from './jpeg-scan.ts';
import { MAX_MCU_BLOCKS } from './jpeg-scan-header.ts';
import { MAX_PIXELS } from '../picture-size.ts';

/** What a JPEG of 50 megapixels and of the best quality may come to. */
const MAX_BYTES = 128 * 1024 * 1024;

/** Sides for which an MCU row is some MB at most; 50 megapixels in a wider picture are no photo. */
const MAX_SIDE = 16_384;

/**
 * The picture of `jpeg`, a progressive one or one of several scans, as a JPEG of a single sequential scan: the same coefficients,
 * tables, profile and orientation. libjpeg holds every coefficient of the former, 400 MB for 50 megapixels in CMYK, and a row of
 * the latter. All scans are read side by side, so that here too there is but a row; the output is at most 128 MB.
 *
 * `damaged`: some of it was missing or meant nothing; as with libjpeg those parts are grey or coarse. Throws for what is no JPEG,
 * is lossless, arithmetic or of 12 bits, has a malformed segment, an illegal script of scans or more than 200, or is too large.
 */
export const baselineJpeg = (jpeg: Buffer): { jpeg: Buffer; damaged: boolean } => {
  const index = indexJpeg(jpeg);
  const { frame, scans, isCut } = index;
  if (frame.width * frame.height > MAX_PIXELS || Math.max(frame.width, frame.height) > MAX_SIDE)
    throw new Error('too large a JPEG');
  const grid = mcuGridOf(frame);
  const planes = makePlanes(frame, grid);
  const cursors = scans.map((scan) => openScan(jpeg, scan, planes));
  const shrink = commonFactors(frame);
  const plan = planHead(index, shrink);
  const written = mcuGridOf({ ...frame, components: plan.components });
  const head = writeHead(index, plan);
  const blocks = planes.reduce((sum, { stride, component }) => sum + stride * component.v * grid.down, 0);
  // Pages of it that are never written to are never there.
  const out = Buffer.allocUnsafeSlow(Math.min(MAX_BYTES, head.length + (blocks + 1) * MAX_BLOCK_BYTES));
  if (head.length > MAX_BYTES / 2) throw new Error('too large a head');
  const bits = makeBitWriter(out);
  bits.at = head.copy(out);
  const encoders = standardEncoders();
  const writers = planes.map((plane, i): PlaneWriter => {
    const tables = encoders[plan.components[i]?.huffman ?? 0];
    if (!tables) throw new Error('no tables');
    return { plane, encoders: tables, prediction: 0, isClamped: false };
  });
  for (let row = 0; row < grid.down; row += 1) {
    planes.forEach(clearPlane);
    for (const cursor of cursors) readRow(cursor, grid, row);
    for (let part = 0; part < shrink.v; part += 1) writeMcus(bits, writers, plan, { written, row, part, shrink });
  }
  endBits(bits);
  out.writeUInt16BE(0xffd9, bits.at); // EOI
  const damaged = isCut || writers.some(({ isClamped }) => isClamped) || !cursors.every(isWhole);
  return { jpeg: out.subarray(0, bits.at + 2), damaged };
};

/**
 * By what the sampling factors can be divided. Done where it must be: a single scan has MCUs of at most ten blocks, and one of a
 * single component has MCUs of one block (ITU-T T.81, A.2.2 and B.2.3). The picture is the same.
 */
const commonFactors = ({ components }: Frame): { h: number; v: number } => {
  const common = (factors: number[]) => [4, 3, 2].find((n) => factors.every((factor) => factor % n === 0)) ?? 1;
  const blocks = components.reduce((sum, { h, v }) => sum + h * v, 0);
  if (components.length > 1 && blocks <= MAX_MCU_BLOCKS) return { h: 1, v: 1 };
  const shrink = { h: common(components.map(({ h }) => h)), v: common(components.map(({ v }) => v)) };
  if (components.length > 1 && blocks / (shrink.h * shrink.v) > MAX_MCU_BLOCKS)
    throw new Error('an MCU of too many blocks');
  return shrink;
};

type Place = { written: McuGrid; row: number; part: number; shrink: { h: number; v: number } };

/** Writes one row of the new file's MCUs: the `part`-th in the row of the old one's. */
const writeMcus = (
  bits: BitWriter,
  writers: readonly PlaneWriter[],
  { components }: HeadPlan,
  { written, row, part, shrink }: Place,
): void => {
  if (row * shrink.v + part >= written.down) return;
  for (let mcu = 0; mcu < written.across; mcu += 1)
    for (let i = 0; i < writers.length; i += 1) {
      const [writer, shape] = [writers[i], components[i]];
      if (!writer || !shape) continue;
      for (let y = part * shape.v; y < (part + 1) * shape.v; y += 1)
        for (let x = mcu * shape.h; x < (mcu + 1) * shape.h; x += 1) writeAt(bits, writer, x, y, row);
    }
};

const writeAt = (bits: BitWriter, writer: PlaneWriter, x: number, y: number, row: number): void => {
  if (bits.at + MAX_BLOCK_BYTES > bits.bytes.length) throw new Error('too large a JPEG as baseline');
  const { plane } = writer;
  if (isOutside(plane, x, row * plane.component.v + y)) writeFiller(bits, writer);
  else writeBlock(bits, writer, y * plane.stride + x);
};

const isOutside = ({ across, down }: Plane, x: number, y: number): boolean => x >= across || y >= down;
