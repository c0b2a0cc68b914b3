import type { HuffmanSpec } from './jpeg-huffman.ts';

/** A quantization table as it stands in a file: 64 values in zigzag order, of one byte or (`isWide`) two each. */
export type Quantization = { isWide: boolean; values: Buffer };

/** What the segments before a scan have set, by place; a later segment replaces, and leaves the tables as they are to those who have them. */
export type Tables = {
  dc: (HuffmanSpec | undefined)[];
  ac: (HuffmanSpec | undefined)[];
  quantization: (Quantization | undefined)[];
  /** MCUs from one restart marker to the next; 0 for none. */
  restartInterval: number;
};

export const noTables = (): Tables => ({ dc: [], ac: [], quantization: [], restartInterval: 0 });

const PLACES = 4;

/** The names of ITU-T T.81, table B.1. */
const DHT = 0xc4;
const DQT = 0xdb;
const DRI = 0xdd;

/** Takes what a segment sets into `tables`; `body` is what follows its length. Throws when it is malformed. */
export const setTables = (tables: Tables, marker: number, body: Buffer): void => {
  if (marker === DHT) setHuffman(tables, body);
  else if (marker === DQT) setQuantization(tables, body);
  else if (marker === DRI) {
    if (body.length !== 2) throw new Error('a restart interval of a wrong length');
    tables.restartInterval = body.readUInt16BE(0);
  }
};

const setHuffman = ({ dc, ac }: Tables, body: Buffer): void => {
  let at = 0;
  while (at < body.length) {
    const head = body[at] ?? 0;
    const counts = body.subarray(at + 1, at + 17);
    const end = at + 17 + counts.reduce((sum, count) => sum + count, 0);
    const place = head & 15;
    if (head > 0x1f || place >= PLACES || end > body.length || end - at > 17 + 256) throw new Error('a malformed DHT');
    (head >> 4 === 0 ? dc : ac)[place] = { counts, symbols: body.subarray(at + 17, end) };
    at = end;
  }
};

const setQuantization = ({ quantization }: Tables, body: Buffer): void => {
  let at = 0;
  while (at < body.length) {
    const head = body[at] ?? 0;
    const isWide = head >> 4 === 1;
    const end = at + 1 + (isWide ? 128 : 64);
    const place = head & 15;
    if (head > 0x1f || place >= PLACES || end > body.length) throw new Error('a malformed DQT');
    quantization[place] = { isWide, values: body.subarray(at + 1, end) };
    at = end;
  }
};
