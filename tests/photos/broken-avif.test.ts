import { beforeAll, describe, expect, test } from 'vitest';
import { drawAvif, openAvif } from '../../src/photos/pieces/avif-pieces.ts';
import { boxesOf } from '../../src/photos/pieces/isobmff.ts';
import { box, fullBox, uint16, uint32 } from '../../src/photos/pieces/isobmff-writer.ts';
import { placeOf } from '../support/avif-boxes.ts';
import { grainy } from '../support/pictures.ts';

const SIDE = 1200;
const CHANGED = 300;

let small: Buffer;
let tiled: Buffer;
beforeAll(async () => {
  small = await (await grainy(400, 300)).avif({ effort: 0 }).toBuffer();
  tiled = await (await grainy(4352, 256)).avif({ effort: 0 }).toBuffer();
});

/** The file with its 'meta' box made of other boxes. */
const withMeta = (change: (type: string, content: Buffer) => Buffer): Buffer =>
  Buffer.concat(
    boxesOf(small).map(({ type, content }) => {
      if (type !== 'meta') return box(type, content);
      const inside = boxesOf(content.subarray(4)).map((one) => change(one.type, one.content));
      return box('meta', Buffer.alloc(4), ...inside);
    }),
  );

describe('R4: a broken AVIF throws an Error, soon', () => {
  test('R4: wherever it ends', async () => {
    for (const end of [0, 4, 20, 60, 120, 200, 300, tiled.length >> 1, tiled.length - 1])
      await expect(drawAvif(tiled.subarray(0, end), SIDE), `${end}`).rejects.toThrow(Error);
  });

  test.each([
    ['far beyond the end', uint32(0x7fff_ffff, 100)],
    ['too long', uint32(0, 0xffff_ffff)],
    ['larger than numbers', uint32(0xffff_ffff, 0xffff_ffff)],
  ])('R4: an item that is %s', (_, place) => {
    const avif = withMeta((type, content) =>
      type === 'iloc' ? fullBox('iloc', Buffer.from([0x44, 0]), uint16(1, 1, 0, 1), place) : box(type, content),
    );
    expect(() => openAvif(avif)).toThrow('an item is cut');
  });

  test('R4: an item in more parts than there can be', () => {
    const part = uint32(0, small.length);
    const parts = Buffer.concat(Array.from({ length: 1000 }, () => part));
    const avif = withMeta((type, content) =>
      type === 'iloc' ? fullBox('iloc', Buffer.from([0x44, 0]), uint16(1, 1, 0, 1000), parts) : box(type, content),
    );
    expect(() => openAvif(avif)).toThrow('an item is larger than the file');
  });

  test('R4: an item that is described again and again', () => {
    const lists = Buffer.concat(Array.from({ length: 7000 }, () => Buffer.concat([uint16(1), Buffer.alloc(256, 255)])));
    const avif = withMeta((type, content) =>
      type === 'iprp'
        ? box('iprp', box('ipco', Buffer.alloc(0)), fullBox('ipma', uint32(0xffff_ffff), lists))
        : box(type, content),
    );
    expect(() => openAvif(avif)).toThrow('an item that is described twice');
  });

  test('R4: a huge grid of one picture', () => {
    const ids = Array.from({ length: 65_535 }, () => 1);
    const avif = withMeta((type, content) => {
      if (type === 'iinf')
        return fullBox('iinf', uint16(1), box('infe', uint32(2 << 24), uint16(1, 0), Buffer.from('grid\0')));
      if (type !== 'iprp') return box(type, content);
      return Buffer.concat([box(type, content), fullBox('iref', box('dimg', uint16(1, ids.length, ...ids)))]);
    });
    expect(() => openAvif(avif)).toThrow('a grid of another size');
  });

  test('R4: a sequence header of another size', () => {
    const avif = Buffer.from(small);
    const [data] = [placeOf(avif, 'mdat')];
    const at = avif.indexOf(Buffer.from([0x0a]), data) + 3;
    for (let i = at; i < at + 4; i += 1) avif[i] = (avif[i] ?? 0) ^ 0x55;
    expect(() => openAvif(avif)).toThrow(Error);
  });

  test(`R4: ${CHANGED} files with bytes changed`, async () => {
    const dice = makeDice(20_261_127);
    let drawn = 0;
    for (let i = 0; i < CHANGED; i += 1) {
      const whole = i % 10 === 0 ? tiled : small;
      const bytes = Buffer.from(whole);
      for (let times = dice(4); times >= 0; times -= 1) bytes[dice(i % 3 === 0 ? bytes.length : 420)] = dice(256);
      const start = performance.now();
      await drawAvif(bytes, SIDE, 500_000).then(
        () => (drawn += 1),
        (error: unknown) => expect(error).toBeInstanceOf(Error),
      );
      expect(performance.now() - start).toBeLessThan(3000);
    }
    expect(drawn).toBeGreaterThan(0);
    expect(drawn).toBeLessThan(CHANGED);
  });
});

/** Numbers from 0 up to `below`, the same for the same seed (xorshift). */
const makeDice = (seed: number) => {
  let state = seed;
  return (below: number): number => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
};
