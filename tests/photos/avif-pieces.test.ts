import sharp from 'sharp';
import type { AvifOptions, Sharp } from 'sharp';
import { describe, expect, test } from 'vitest';
import { drawAvif, openAvif } from '../../src/photos/pieces/avif-pieces.ts';
import { uint16, uint32 } from '../../src/photos/pieces/isobmff-writer.ts';
import { itemOf, makeAvif, restoredAvif } from '../support/avif-boxes.ts';
import { grainy } from '../support/pictures.ts';

const SIDE = 1200;
const ONE_TILE = 500_000; // pixels: less than any tile below has

/** The narrowest pictures that must have two tiles are wider than 4,096 pixels. */
const make = async (options: AvifOptions, change = (picture: Sharp) => picture): Promise<Buffer> =>
  change(await grainy(4352, 320))
    .avif({ effort: 0, quality: 70, ...options })
    .toBuffer();

/** By how much the pieces, put together, differ from the whole as the library draws it; of 255. */
const differenceOf = async (avif: Buffer, { isDeep = false } = {}) => {
  const drawn = await drawAvif(avif, SIDE, ONE_TILE);
  const mine = await sharp(drawn, { ignoreIcc: true }).raw().toBuffer({ resolveWithObject: true });
  const whole = sharp(avif, { ignoreIcc: true });
  const theirs = await (isDeep ? whole.pipelineColourspace('srgb') : whole)
    .resize(SIDE, SIDE, { fit: 'inside', withoutEnlargement: true })
    .toColourspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true });
  expect([mine.info.width, mine.info.height]).toEqual([theirs.info.width, theirs.info.height]);
  expect(mine.info.channels).toBe(3);
  let [sum, most] = [0, 0];
  for (const [i, value] of mine.data.entries()) {
    const difference = Math.abs(value - (theirs.data[i] ?? -999));
    sum += difference;
    most = Math.max(most, difference);
  }
  return { mean: sum / mine.data.length, most };
};

const expectSame = async (avif: Buffer, how = {}): Promise<void> => {
  const { mean, most } = await differenceOf(avif, how);
  expect(mean).toBeLessThan(0.05);
  expect(most).toBeLessThanOrEqual(10); // at the edges of the pieces
};

describe('R2: an AVIF in pieces looks as it does in whole', () => {
  const kinds: Record<string, () => Promise<Buffer>> = {
    '4:2:0': () => make({ chromaSubsampling: '4:2:0' }),
    '4:4:4': () => make({ chromaSubsampling: '4:4:4' }),
    grey: () => make({}, (picture) => picture.greyscale()),
    'slowly made': () => make({ effort: 2, chromaSubsampling: '4:2:0' }),
  };
  test.each(Object.keys(kinds))('R2: %s', async (kind) => {
    const avif = (await kinds[kind]?.()) ?? Buffer.alloc(0);
    expect(openAvif(avif, ONE_TILE).pieces).toMatchObject([
      { left: 0, top: 0, width: 2176, height: 320 },
      { left: 2176, top: 0, width: 2176, height: 320 },
    ]);
    await expectSame(avif);
  });

  test('R2: lossless', async () => {
    await expectSame(await (await grainy(4224, 128)).avif({ effort: 0, lossless: true }).toBuffer());
  });

  test('R2: loop restoration, with tiles that do not end where its units end', async () => {
    const avif = restoredAvif(await (await grainy(4352, 192)).png({ compressionLevel: 1 }).toBuffer());
    expect(openAvif(avif, 1).pieces).toHaveLength(1);
    await expectSame(avif);
  });

  test.each([10, 12] as const)('R2: %i bits', async (bitdepth) => {
    const avif = await make({ bitdepth });
    expect(openAvif(avif)).toMatchObject({ bits: bitdepth, isSubsampled: false });
    await expectSame(avif, { isDeep: true });
  });

  test('R2: with a profile, which it keeps', async () => {
    const avif = await make({ chromaSubsampling: '4:2:0' }, (picture) => picture.withIccProfile('p3'));
    await expectSame(avif);
    const { icc } = await sharp(await drawAvif(avif, SIDE)).metadata();
    expect(icc).toEqual((await sharp(avif).metadata()).icc);
  });

  test('R2: tiles go together as far as the caller allows', async () => {
    const avif = await make({});
    expect(openAvif(avif).pieces).toHaveLength(1);
    expect(openAvif(avif, 1_200_000).pieces).toHaveLength(2);
    const { pieces, isSubsampled, width, height } = openAvif(avif, 2_300_000);
    expect({ pieces, isSubsampled, width, height }).toMatchObject({ isSubsampled: false, width: 4352, height: 320 });
    expect(pieces).toHaveLength(1);
  });

  test('R2: a small picture is not blown up', async () => {
    const avif = await (await grainy(400, 300)).avif({ effort: 0 }).toBuffer();
    expect(await sharp(await drawAvif(avif, SIDE)).metadata()).toMatchObject({ width: 400, height: 300 });
  });
});

describe('R2: what the file says of its AV1 picture', () => {
  const turns = [
    ['a turn', [['irot', 1]]],
    ['half a turn', [['irot', 2]]],
    ['a mirror', [['imir', 0]]],
    ['the other mirror', [['imir', 1]]],
    ['a turn and a mirror', [['irot', 3], ['imir', 0]]],
    ['a mirror and a turn', [['imir', 1], ['irot', 1]]],
  ] as const; // prettier-ignore
  test.each(turns)('R2: %s', async (_, steps) => {
    const { data, properties } = itemOf(await (await grainy(400, 300)).avif({ effort: 0 }).toBuffer());
    const more = steps.map(([type, value]) => ({ type, content: Buffer.from([value]) }));
    await expectSame(makeAvif([{ type: 'av01', data, properties: [...properties, ...more] }]));
  });

  test('R2: a colour code of its own', async () => {
    const plain = await make({});
    const { data, properties } = itemOf(plain);
    const content = Buffer.concat([Buffer.from('nclx'), uint16(9, 16, 9), Buffer.from([0])]); // BT.2020, in the range of video
    const rest = properties.filter(({ type }) => type !== 'colr');
    const avif = makeAvif([{ type: 'av01', data, properties: [...rest, { type: 'colr', content }] }]);
    await expectSame(avif);
    expect((await drawAvif(avif, SIDE)).equals(await drawAvif(plain, SIDE))).toBe(false);
  });

  const gridOf = async (width: number, height: number): Promise<Buffer> => {
    const tiles = await Promise.all(
      [1, 2, 3, 4, 5, 6].map(async (i) => {
        const tile = (await grainy(256, 200)).modulate({ hue: 50 * i, brightness: 0.7 + i / 10 });
        return { type: 'av01', ...itemOf(await tile.avif({ effort: 0, chromaSubsampling: '4:2:0' }).toBuffer()) };
      }),
    );
    const size = Buffer.concat([Buffer.alloc(4), uint32(width, height)]);
    const descriptor = Buffer.concat([Buffer.from([0, 1, 1, 2]), uint32(width, height)]);
    return makeAvif(
      [{ type: 'grid', data: descriptor, properties: [{ type: 'ispe', content: size }] }, ...tiles],
      [{ type: 'dimg', from: 1, to: [2, 3, 4, 5, 6, 7] }],
    );
  };

  test('R2: a grid, cut at its size', async () => {
    const avif = await gridOf(700, 390);
    expect(openAvif(avif)).toMatchObject({ width: 700, height: 390 });
    expect(openAvif(avif).pieces[5]).toMatchObject({ left: 512, top: 200, width: 256, height: 200 });
    await expectSame(avif);
  });

  test('R2: a grid that its pictures do not fill is refused', async () => {
    const avif = await gridOf(800, 390);
    expect(() => openAvif(avif)).toThrow('a grid of another size');
  });

  test.each([
    ['clap', Buffer.alloc(32), /'clap'/],
    ['ispe', Buffer.concat([Buffer.alloc(4), uint32(100, 100)]), /differ in size/],
  ])('R2: %s is refused', async (type, content, reason) => {
    const { data, properties } = itemOf(await (await grainy(400, 300)).avif({ effort: 0 }).toBuffer());
    const avif = makeAvif([{ type: 'av01', data, properties: [{ type, content }, ...properties] }]);
    expect(() => openAvif(avif)).toThrow(reason);
  });

  test('R2: transparency is refused', async () => {
    const avif = await (await grainy(400, 300)).ensureAlpha(0.5).avif({ effort: 0 }).toBuffer();
    expect(() => openAvif(avif)).toThrow('a transparent picture');
  });
});
