import { expect, test } from 'vitest';
import { unitsOf } from '../../src/photos/pieces/av1-units.ts';
import { costOfPieces, decodeInPieces } from '../../src/photos/decode-in-pieces.ts';
import { readLocations } from '../../src/photos/pieces/heif-locations.ts';
import { uint16, uint32 } from '../../src/photos/pieces/isobmff-writer.ts';
import { planPieces } from '../../src/photos/pieces/draw-pieces.ts';
import { glass, scene } from '../support/pictures.ts';
import { usePictureFolder } from '../support/take-picture.ts';

const { save } = usePictureFolder();

test('R2: a JPEG whose scans do not add up is left to libjpeg, which only warns', async () => {
  const jpeg = await scene().jpeg({ progressive: true }).toBuffer();
  const lastScan = jpeg.subarray(jpeg.lastIndexOf(Buffer.from([0xff, 0xda])), -2);
  const twice = Buffer.concat([jpeg.subarray(0, -2), lastScan, jpeg.subarray(-2)]);
  expect(await costOfPieces(await save(jpeg), 'jpeg', 48e6)).toMatchObject({ ok: true, value: { costly: true } });
  expect(await costOfPieces(await save(twice), 'jpeg', 48e6)).toEqual({ ok: false, reason: 'too-large' });
});

test('R14: a JPEG without its end is not decoded, one with a hole is called damaged', async () => {
  const jpeg = await scene().jpeg({ progressive: true }).toBuffer();
  await expect(decodeInPieces(await save(jpeg.subarray(0, -2)), 'jpeg', 1200)).rejects.toThrow('cut');
  const hole = Buffer.concat([jpeg.subarray(0, -60), jpeg.subarray(-2)]);
  expect(await decodeInPieces(await save(hole), 'jpeg', 1200)).toMatchObject({ isDamaged: true });
  expect(await decodeInPieces(await save(jpeg), 'jpeg', 1200)).toMatchObject({ isDamaged: false });
});

test('R14: an AVIF that did not arrive in whole is unreadable, one that is transparent is only too large', async () => {
  const cost = async (avif: Buffer) => costOfPieces(await save(avif), 'avif', 48e6);
  const avif = await scene().avif({ effort: 0 }).toBuffer();
  expect(await cost(avif)).toMatchObject({ ok: true });
  expect(await cost(avif.subarray(0, -1))).toEqual({ ok: false, reason: 'unreadable' });
  const transparent = await glass(0.5).avif({ effort: 0 }).toBuffer();
  expect(await cost(transparent)).toEqual({ ok: false, reason: 'too-large' });
});

test('a file that cannot be read is nobody’s picture', async () => {
  await expect(costOfPieces('/nowhere/photo', 'jpeg', 48e6)).rejects.toMatchObject({ code: 'ENOENT' });
});

test('R3: an AVIF of nothing but empty units is not gathered', () => {
  const empty = (count: number) => Buffer.alloc(2 * count, Buffer.from([0b0001_0010, 0]));
  expect(unitsOf(empty(4000))).toEqual([]);
  expect(() => unitsOf(empty(6000))).toThrow('too many');
});

test('R3: items that share their bytes are together not more than the file', () => {
  const iloc = Buffer.concat([
    ...[uint32(0), uint16(0x4400, 2)],
    ...[1, 2].flatMap((item) => [uint16(item, 0, 1), uint32(0, 80)]),
  ]);
  const bytesOf = readLocations(iloc, { file: Buffer.alloc(100), idat: undefined });
  expect(bytesOf(1)).toHaveLength(80);
  expect(() => bytesOf(2)).toThrow('larger than the file');
});

test('R4: what is drawn of a grid takes at most 36 MB', () => {
  for (const [width, height] of [
    [7071, 7071],
    [8000, 6250],
    [14_142, 3535],
    [4799, 4799],
  ] as const) {
    const plan = planPieces({ width, height, placed: [1, 2] }, 1200);
    expect(plan.width * plan.height).toBeLessThanOrEqual(6_100_000);
    expect(Math.max(plan.width, plan.height)).toBeGreaterThanOrEqual(800);
  }
});
