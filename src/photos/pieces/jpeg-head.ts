import type { HuffmanSpec } from './jpeg-huffman.ts';
import type { JpegIndex } from './jpeg-index.ts';
import { STANDARD_TABLES } from './jpeg-standard-tables.ts';
import type { Quantization } from './jpeg-tables.ts';

/** The names of ITU-T T.81, table B.1. */
const [SOI, DQT, SOF0, SOF1, DHT, SOS] = [0xd8, 0xdb, 0xc0, 0xc1, 0xc4, 0xda];

/** How one component is written. */
type Written = { id: number; h: number; v: number; quantization: number; huffman: number };

export type HeadPlan = { components: readonly Written[]; tables: readonly Quantization[] };

/** A component without a scan is all zeros: whatever they are multiplied by. */
const ONES: Quantization = { isWide: false, values: Buffer.alloc(64, 1) };

/**
 * Which tables the components have in the new file. Those that are quantized as the first one have the Huffman tables for
 * luminance with it, the others those for chrominance: as encoders do for Y, Cb, Cr and for C, M, Y, K.
 */
export const planHead = ({ frame, quantization }: JpegIndex, shrink: { h: number; v: number }): HeadPlan => {
  const tables: Quantization[] = [];
  const components = frame.components.map(({ id, h, v }, i) => {
    const table = quantization[i] ?? ONES;
    if (!tables.includes(table)) tables.push(table);
    const place = tables.indexOf(table);
    return { id, h: h / shrink.h, v: v / shrink.v, quantization: place, huffman: Math.min(place, 1) };
  });
  return { components, tables };
};

/** All of the new file that comes before its entropy-coded bytes. */
export const writeHead = ({ frame, kept }: JpegIndex, { components, tables }: HeadPlan): Buffer => {
  const sides = Buffer.alloc(5, 8); // 8 bits a sample
  sides.writeUInt16BE(frame.height, 1);
  sides.writeUInt16BE(frame.width, 3);
  const isWide = tables.some((table) => table.isWide); // which baseline must not be: T.81, B.2.4.1
  const inFrame = components.flatMap(({ id, h, v, quantization }) => [id, (h << 4) | v, quantization]);
  const inScan = components.flatMap(({ id, huffman }) => [id, huffman * 0x11]);
  return Buffer.concat([
    Buffer.from([0xff, SOI]),
    ...kept,
    ...tables.map((table, i) => segment(DQT, [table.isWide ? 0x10 | i : i], table.values)),
    segment(isWide ? SOF1 : SOF0, sides, [components.length], inFrame),
    ...STANDARD_TABLES.flatMap(({ dc, ac }, i) => [huffman(i, dc), huffman(0x10 | i, ac)]),
    segment(SOS, [components.length], inScan, [0, 63, 0]),
  ]);
};

const huffman = (place: number, { counts, symbols }: HuffmanSpec): Buffer => segment(DHT, [place], counts, symbols);

const segment = (marker: number, ...parts: readonly ArrayLike<number>[]): Buffer => {
  const body = Buffer.concat(parts.map((part) => Uint8Array.from(part)));
  const head = Buffer.from([0xff, marker, 0, 0]);
  head.writeUInt16BE(body.length + 2, 2);
  return Buffer.concat([head, body]);
};
