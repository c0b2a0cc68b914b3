import { crc32, deflateSync } from 'node:zlib';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { shrinkInterlacedPng } from '../../src/photos/pieces/interlaced-png.ts';
import { deepPixels, headerOf, makeHeader, makeInterlacedPng, makePng } from '../support/interlaced-png.ts';
import { pngChunk, type PngChunk } from '../support/pictures.ts';
import { cpuMsSince } from '../support/take-picture.ts';

const ALL_FILTERS = [0, 1, 2, 3, 4];

describe('R1: a broken interlaced PNG throws', () => {
  const pixels = deepPixels(80, 60, 6);
  const ihdr = (change: object): PngChunk => ['IHDR', makeHeader({ width: 80, height: 60, colourType: 6, ...change })];
  const withHeader = (header: PngChunk): Buffer =>
    Buffer.concat([makePng([header]), makeInterlacedPng(pixels, 6).subarray(33)]);
  const whole = makeInterlacedPng(pixels, 6);
  const flipped = (at: number): Buffer => {
    const png = Buffer.from(whole);
    png[at] = (png[at] ?? 0) ^ 1;
    return png;
  };
  const bomb = deflateSync(Buffer.alloc(100_000_000), { level: 9 });

  test.each<[string, RegExp, () => Buffer]>([
    ['nothing', /no PNG/, () => Buffer.alloc(0)],
    ['a signature', /no PNG/, () => whole.subarray(0, 8)],
    ['another signature', /no PNG/, () => flipped(0)],
    ['another first chunk', /no PNG/, () => makePng([['IDAT', Buffer.alloc(13)]])],
    ['a short header', /header/, () => makePng([['IHDR', Buffer.alloc(12)]])],
    ['a wrong checksum of the header', /header/, () => flipped(30)],
    ['no width', /0 x 60/, () => withHeader(ihdr({ width: 0 }))],
    ['too much width', /16385 x 1/, () => withHeader(ihdr({ width: 16_385, height: 1 }))],
    ['too many pixels', /10000 x 5001/, () => withHeader(ihdr({ width: 10_000, height: 5001 }))],
    ['8 bits', /16 bits/, () => withHeader(ihdr({ depth: 8 }))],
    ['a palette', /16 bits/, () => withHeader(ihdr({ colourType: 3 }))],
    ['another colour type', /16 bits/, () => withHeader(ihdr({ colourType: 7 }))],
    ['no interlace', /interlaced/, () => withHeader(ihdr({ interlace: 0 }))],
    [
      'a chunk that must not be passed over',
      /ABCD/,
      () => makeInterlacedPng(pixels, 6, { chunks: [['ABCD', Buffer.alloc(0)]] }),
    ],
    ['half of it', /within a chunk/, () => whole.subarray(0, whole.length / 2)],
    ['no pixels', /IEND|end of file/, () => makeInterlacedPng(pixels, 6, { changeDeflated: () => Buffer.alloc(0) })],
    [
      'half of its chunks',
      /end of file/,
      () => makeInterlacedPng(pixels, 6, { changeDeflated: (all) => all.subarray(0, all.length / 2) }),
    ],
    [
      'no checksum of its pixels',
      /end of file/,
      () => makeInterlacedPng(pixels, 6, { changeDeflated: (all) => all.subarray(0, -4) }),
    ],
    ['garbage', /header check/, () => makeInterlacedPng(pixels, 6, { changeDeflated: () => Buffer.alloc(5000, 'x') })],
    ['filter 5', /filter 5/, () => makeInterlacedPng(pixels, 6, { filters: [...ALL_FILTERS, 5] })],
    ['filter 255', /filter 255/, () => makeInterlacedPng(pixels, 6, { filters: [0, 255] })],
    ['a byte less', /fewer pixels/, () => makeInterlacedPng(pixels, 6, { changeRows: (rows) => rows.subarray(0, -1) })],
    ['no rows', /fewer pixels/, () => makeInterlacedPng(pixels, 6, { changeRows: () => Buffer.alloc(0) })],
    [
      'a byte more',
      /more pixels/,
      () => makeInterlacedPng(pixels, 6, { changeRows: (rows) => Buffer.concat([rows, Buffer.alloc(1)]) }),
    ],
    [
      'data behind',
      /more data/,
      () => makeInterlacedPng(pixels, 6, { changeDeflated: (all) => Buffer.concat([all, Buffer.alloc(1)]) }),
    ],
    [
      'much data behind',
      /more data/,
      () => makeInterlacedPng(pixels, 6, { changeDeflated: (all) => Buffer.concat([all, bomb, bomb]) }),
    ],
    ['a bomb', /more pixels/, () => makeInterlacedPng(pixels, 6, { changeDeflated: () => bomb })],
  ])('R1: %s', async (_, message, make) => {
    const png = make();
    for (const side of [1200, 20]) {
      const before = process.cpuUsage();
      await expect(shrinkInterlacedPng(png, side)).rejects.toThrow(message);
      expect(cpuMsSince(before)).toBeLessThan(200);
    }
  });

  test('R1: rows that are too long to be stored', async () => {
    const png = makeInterlacedPng(deepPixels(8192, 1, 6), 6);
    await expect(shrinkInterlacedPng(png, 8192)).rejects.toThrow(/8192 pixels are too long/);
    expect(headerOf(await shrinkInterlacedPng(png, 4096))).toEqual([4096, 1, 16, 6, 0]);
  });

  test('R1: a million chunks of a byte or none, within seconds', async () => {
    const [empty, one] = [pngChunk(['IDAT', Buffer.alloc(0)]), pngChunk(['IDAT', Buffer.alloc(1)])];
    const chunks = [...deflateSync(Buffer.alloc(300_000), { level: 0 })].map((byte) => {
      one[8] = byte;
      one.writeUInt32BE(crc32(one.subarray(4, 9)), 9);
      return Buffer.concat([empty, one, empty]);
    });
    const header = pngChunk(['IHDR', makeHeader({ width: 500, height: 500, colourType: 6 })]);
    const png = Buffer.concat([makePng([]), header, ...chunks, pngChunk(['IEND', Buffer.alloc(0)])]);
    const before = process.cpuUsage();
    await expect(shrinkInterlacedPng(png, 100)).rejects.toThrow(/fewer pixels/);
    expect(cpuMsSince(before)).toBeLessThan(1500);
  });

  test('R1: 200 of them with bytes changed: a picture or an Error', async () => {
    const whole = makeInterlacedPng(deepPixels(50, 40, 6), 6, { filters: ALL_FILTERS, pieceBytes: 700 });
    let state = 20_261_127;
    const roll = (below: number): number => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
      return (state >>> 8) % below;
    };
    const outcomes = { pictures: 0, errors: 0 };
    for (let mutant = 0; mutant < 200; mutant += 1) {
      const png = Buffer.from(whole);
      png[roll(mutant % 2 === 0 ? 120 : png.length)] = roll(256);
      const outcome = await shrinkInterlacedPng(png, 25).catch((error: unknown) => error);
      if (outcome instanceof Buffer) await sharp(outcome).stats();
      else expect(outcome).toBeInstanceOf(Error);
      outcomes[outcome instanceof Buffer ? 'pictures' : 'errors'] += 1;
    }
    expect(outcomes.pictures).toBeGreaterThan(0);
    expect(outcomes.errors).toBeGreaterThan(100);
  });
});
