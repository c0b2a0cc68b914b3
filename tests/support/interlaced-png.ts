// Interlaced PNGs of 16 bits a sample, with filters of one's choice: sharp chooses them by itself.
import { deflateSync } from 'node:zlib';
import { pngChunk, type PngChunk } from './pictures.ts';

export type DeepPixels = {
  width: number;
  height: number;
  /** Of a pixel. */
  samples: number;
  /** Row by row. */
  data: Uint16Array;
};

/** PNG, clause 11.2.1. */
export const COLOUR_TYPES = { grey: 0, colour: 2, 'grey with alpha': 4, 'colour with alpha': 6 } as const;
const SAMPLES_OF: Record<number, number> = { 0: 1, 2: 3, 4: 2, 6: 4 };

/** Gradients with noise on them, the same for the same size; alpha is often nothing or full, as in pictures that were cut out. */
export const deepPixels = (width: number, height: number, colourType: number): DeepPixels => {
  const samples = SAMPLES_OF[colourType] ?? 0;
  const data = new Uint16Array(width * height * samples);
  let state = width * 7919 + height * 31 + colourType;
  for (let at = 0; at < data.length; at += 1) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
    const noise = state >>> 16;
    const [pixel, sample] = [Math.floor(at / samples), at % samples];
    const slope = ((pixel % width) * 65_535) / width / (sample + 1);
    const isAlpha = colourType >= 4 && sample === samples - 1;
    data[at] = isAlpha
      ? ([0, 65_535, noise][noise % 3] ?? 0)
      : (slope + Math.floor(pixel / width) * 40 + noise / 16) % 65_536;
  }
  return { width, height, samples, data };
};

/** Grey as three equal samples, as sharp decodes it. */
export const inThree = (pixels: DeepPixels): DeepPixels => {
  const isGrey = pixels.samples < 3;
  if (!isGrey) return pixels;
  const samples = pixels.samples + 2;
  const data = Uint16Array.from({ length: (pixels.data.length / pixels.samples) * samples }, (_, at) => {
    const [pixel, sample] = [Math.floor(at / samples), Math.max(0, (at % samples) - 2)];
    return pixels.data[pixel * pixels.samples + sample] ?? 0;
  });
  return { ...pixels, samples, data };
};

type Making = {
  /** Of the rows, one after the other; it begins anew after the last. */
  filters?: readonly number[];
  /** Put in behind the header. */
  chunks?: readonly PngChunk[];
  /** How long each IDAT chunk is, the last one aside. */
  pieceBytes?: number;
  /** Changes the rows of all passes, filtered, before they are deflated; or afterwards. */
  changeRows?: (rows: Buffer) => Buffer;
  changeDeflated?: (deflated: Buffer) => Buffer;
};

/** An interlaced PNG as it should be, or nearly. */
export const makeInterlacedPng = (
  pixels: DeepPixels,
  colourType: number,
  { filters = [4], chunks = [], pieceBytes = 8192, changeRows = same, changeDeflated = same }: Making = {},
): Buffer => {
  const deflated = changeDeflated(deflateSync(changeRows(filteredRows(pixels, filters)), { level: 3 }));
  const pieces = Array.from({ length: Math.ceil(deflated.length / pieceBytes) }, (_, i): PngChunk => [
    'IDAT',
    deflated.subarray(i * pieceBytes, (i + 1) * pieceBytes),
  ]);
  return makePng([['IHDR', makeHeader({ ...pixels, colourType })], ...chunks, ...pieces, ['IEND', Buffer.alloc(0)]]);
};

const same = (bytes: Buffer): Buffer => bytes;

export const makePng = (chunks: readonly PngChunk[]): Buffer =>
  Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), ...chunks.map(pngChunk)]);

type Header = { width: number; height: number; colourType: number; depth?: number; interlace?: number };

export const makeHeader = ({ width, height, colourType, depth = 16, interlace = 1 }: Header): Buffer => {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([depth, colourType, 0, 0, interlace], 8);
  return header;
};

/** Width, height, bits a sample, colour type and interlace, as the file says. */
export const headerOf = (png: Buffer): number[] => [
  png.readUInt32BE(16),
  png.readUInt32BE(20),
  ...png.subarray(24, 26),
  ...png.subarray(28, 29),
];

/** The data of all IDAT chunks: one zlib stream. */
export const pixelDataOf = (png: Buffer): Buffer => {
  const data: Buffer[] = [];
  for (let at = 8; at < png.length; at += 12 + png.readUInt32BE(at))
    if (png.toString('latin1', at + 4, at + 8) === 'IDAT')
      data.push(png.subarray(at + 8, at + 8 + png.readUInt32BE(at)));
  return Buffer.concat(data);
};

/** Which pass brings a pixel: the figure of clause 8.2 as it stands there. */
const PASS_OF = ['16462646', '77777777', '56565656', '77777777', '36463646', '77777777', '56565656', '77777777'];

const filteredRows = ({ width, height, samples, data }: DeepPixels, filters: readonly number[]): Buffer => {
  const rows: Buffer[] = [];
  for (let pass = 1; pass <= 7; pass += 1) {
    let above = Buffer.alloc(0);
    for (let y = 0; y < height; y += 1) {
      const columns = Array.from({ length: width }, (_, x) => x).filter((x) => PASS_OF[y % 8]?.[x % 8] === `${pass}`);
      if (columns.length === 0) continue;
      const row = Buffer.alloc(columns.length * samples * 2);
      columns.forEach((x, i) => {
        for (let sample = 0; sample < samples; sample += 1)
          row.writeUInt16BE(data[(y * width + x) * samples + sample] ?? 0, (i * samples + sample) * 2);
      });
      const filter = filters[rows.length % filters.length] ?? 0;
      rows.push(filterRow(filter, row, above, samples * 2));
      above = row;
    }
  }
  return Buffer.concat(rows);
};

const filterRow = (filter: number, row: Buffer, above: Buffer, pixel: number): Buffer =>
  Buffer.from([
    filter,
    ...row.map((byte, at) => {
      const [a, b, c] = [row[at - pixel] ?? 0, above[at] ?? 0, above[at - pixel] ?? 0];
      return byte - ([0, a, b, Math.floor((a + b) / 2), paeth(a, b, c)][filter] ?? 0);
    }),
  ]);

const paeth = (a: number, b: number, c: number): number => {
  const distances = [a, b, c].map((value) => Math.abs(a + b - c - value));
  return [a, b, c][distances.indexOf(Math.min(...distances))] ?? 0;
};
