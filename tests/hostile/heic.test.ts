import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import sharp from 'sharp';
import { type App, startApp } from '../support/app.ts';
import { makeHeic, withProperty } from '../support/make-heic.ts';
import { exif, glass, jpegWith, plain, QUARTERS, quartersOf, scene, turnedScene } from '../support/pictures.ts';
import { addSender, type Sender, sendPhoto } from '../support/sender.ts';
import { expectNothingStored, expectPage } from '../support/stored.ts';
import { cpuMsSince, expectColours, usePictureFolder } from '../support/take-picture.ts';
import { whileServed } from '../support/while-served.ts';

const { take, taken } = usePictureFolder();

let app: App;
let maria: Sender;
beforeAll(async () => {
  app = await startApp({ env: { RATE_LIMIT_SCALE: '0' } });
  maria = await addSender(app);
});
afterAll(() => app.stop());

const png = (picture = scene()) => picture.png().toBuffer();
const deepPng = () => scene().toColourspace('rgb16').png().toBuffer();

describe('R2: HEIC of every kind is taken, with its colours', () => {
  const kinds: Record<string, () => Promise<Buffer>> = {
    'a phone’s, 4:2:0': async () => makeHeic([await png()]),
    'of a JPEG': async () => makeHeic([await scene().jpeg({ quality: 95 }).toBuffer()]),
    '4:2:2': async () => makeHeic([await png()], ['-p', 'chroma=422']),
    '4:4:4': async () => makeHeic([await png()], ['-p', 'chroma=444']),
    '10 bits': async () => makeHeic([await deepPng()], ['-b', '10']),
    '12 bits, 4:4:4': async () => makeHeic([await deepPng()], ['-b', '12', '-p', 'chroma=444']),
    'the range of video': async () => makeHeic([await png()], ['--full_range_flag', '0']),
    'BT.709': async () => makeHeic([await png()], ['--matrix_coefficients', '1']),
    'RGB without loss': async () => makeHeic([await png()], ['-L', '-p', 'chroma=444', '--matrix_coefficients', '0']),
    'odd sides': async () => makeHeic([await png(scene(401, 299))]),
    'an embedded sRGB profile': async () => makeHeic([await png(scene().withIccProfile('srgb'))]),
    'Display P3 by its profile': async () => makeHeic([await png(scene().withIccProfile('p3'))]),
    'Display P3 by its code': async () => {
      const bare = await sharp(await png(scene().withIccProfile('p3')), { ignoreIcc: true })
        .png()
        .toBuffer();
      return coded(makeHeic([bare]), 12, 13);
    },
    '10-bit Display P3': async () =>
      makeHeic([await scene().toColourspace('rgb16').withIccProfile('p3').png().toBuffer()], ['-b', '10']),
    'several pictures and a thumbnail': async () =>
      makeHeic([await png(), await plain(400, 300).png().toBuffer()], ['-t', '160']),
  };
  test.each(Object.keys(kinds))('R2, R11: %s', async (kind) => {
    const heic = (await kinds[kind]?.()) ?? Buffer.alloc(0);
    expect(heic.toString('latin1', 4, 8)).toBe('ftyp');
    const image = await taken(heic);
    expect(image.mayBeDamaged).toBe(false);
    expect(Math.abs(image.width - 400) + Math.abs(image.height - 300)).toBeLessThanOrEqual(2);
    expectColours(await quartersOf(image.full), QUARTERS, 7);
    expectColours(await quartersOf(image.thumb), QUARTERS, 7);
  });

  test('R11: grey, and what is transparent lies on white', async () => {
    const grey = await scene().toColourspace('b-w').png().toBuffer();
    const [first = 0] = (await sharp(grey).raw().toBuffer()) as unknown as number[];
    expectColours([(await quartersOf((await taken(makeHeic([grey]))).full))[0] ?? []], [[first, first, first]], 5);
    const clear = await taken(makeHeic([await glass(0.5).png().toBuffer()]));
    expectColours(await quartersOf(clear.full), [[227, 157, 147]], 8);
  });

  test('R11: HDR keeps its order of brightness', async () => {
    for (const transfer of [16, 18]) {
      const hdr = coded(makeHeic([await deepPng()], ['-b', '10', '--matrix_coefficients', '9']), 9, transfer, 9);
      const [red, green, , white] = await quartersOf((await taken(hdr)).full);
      expect(red?.[0]).toBeGreaterThan(red?.[1] ?? 0);
      expect(green?.[1]).toBeGreaterThan(green?.[0] ?? 0);
      expect(Math.min(...(white ?? [0]))).toBeGreaterThan(180);
    }
  });

  test('R2: 12 megapixels become 1200 pixels', async () => {
    const image = await taken(makeHeic([await scene(4000, 3000).jpeg().toBuffer()]));
    expect(image).toMatchObject({ width: 1200, height: 900, thumbWidth: 320, thumbHeight: 240 });
    expectColours(await quartersOf(image.full), QUARTERS, 5);
  });
});

/** The HEIC with a property that turns it by quarters against the clock, as phones write it. */
const turning = (heic: Buffer, quarters: number): Buffer => withProperty(heic, 'irot', Buffer.from([quarters]));

/** The HEIC with a colour code (ITU-T H.273) of BT.601 in full range. */
const coded = (heic: Buffer, primaries: number, transfer: number, matrix = 6): Buffer =>
  withProperty(heic, 'colr', Buffer.from([...Buffer.from('nclx'), 0, primaries, 0, transfer, 0, matrix, 0x80]));

test.each([
  [3, 2],
  [6, 3],
  [8, 1],
])('R10: a HEIC with orientation %i in its EXIF and its own turn is turned once', async (orientation, quarters) => {
  const block = Buffer.concat([Buffer.from('Exif\0\0'), exif({ orientation })]);
  const heic = turning(makeHeic([await jpegWith([[0xe1, block]], turnedScene(orientation))]), quarters);
  expect(heic.includes('Exif')).toBe(true);
  const image = await taken(heic);
  expect(image).toMatchObject({ width: 400, height: 300 });
  expectColours(await quartersOf(image.full), QUARTERS, 7);
});

/** The HEIC with another size in its header. */
const claiming = (heic: Buffer, width: number, height: number): Buffer => {
  const bytes = Buffer.from(heic);
  for (let at = bytes.indexOf('ispe'); at !== -1; at = bytes.indexOf('ispe', at + 4)) {
    bytes.writeUInt32BE(width, at + 8);
    bytes.writeUInt32BE(height, at + 12);
  }
  return bytes;
};

test('R3, R19: a HEIC is refused by what its header claims, before it is decoded', async () => {
  const heic = makeHeic([await png()]);
  await take(heic); // warm
  for (const [width, height, reason] of [
    [20_000, 10_000, 'too-large'],
    [2 ** 31, 2 ** 31, 'heic'],
    [6000, 4000, 'unreadable'], // the codec says another size
    [100, 100, 'too-small'],
    [2000, 300, 'too-long'],
  ] as const) {
    const before = process.cpuUsage();
    expect([width, await take(claiming(heic, width, height))]).toEqual([width, { ok: false, reason }]);
    if (reason !== 'unreadable') expect(cpuMsSince(before)).toBeLessThan(200);
  }
});

test('R1: a cut or fuzzed HEIC is taken or refused, never a throw', async () => {
  const heic = makeHeic([await png(scene(800, 600))]);
  for (const share of [0.1, 0.5, 0.9]) {
    expect(await take(heic.subarray(0, heic.length * share))).toMatchObject({ ok: false });
  }
  let seed = 7;
  const dice = (most: number) => (seed = (seed * 48_271) % 2_147_483_647) % most;
  const outcomes = new Set<boolean>();
  for (let mutant = 0; mutant < 60; mutant += 1) {
    const bytes = Buffer.from(heic);
    for (let n = 0; n < 1 + (mutant % 5); n += 1) bytes[dice(mutant % 2 ? bytes.length : 600)] = dice(256);
    const before = process.cpuUsage();
    outcomes.add((await take(bytes)).ok);
    expect(cpuMsSince(before), `mutant ${mutant}`).toBeLessThan(5000);
  }
  expect([...outcomes].sort()).toEqual([false, true]);
});

test('R2: HEIC through the service: taken, served meanwhile, and none is answered with a fault of ours', async () => {
  const heic = makeHeic([await scene(4000, 3000).jpeg().toBuffer()]);
  const broken = Buffer.from(heic);
  broken.fill(0x55, Math.floor(broken.length / 2));
  const { slowest } = await whileServed(app, async () => {
    expect((await sendPhoto(maria, heic, { name: 'IMG_0001.HEIC' })).status).toBe(303);
    await expectNothingStored(app, async () => {
      const answer = await sendPhoto(maria, heic.subarray(0, 3000));
      expectPage(answer, 422, 'We could not open this photo', 'HEIC', 'Most Compatible');
    });
    expect([303, 422]).toContain((await sendPhoto(maria, broken)).status);
  });
  expect(slowest).toBeLessThan(1000);
  const [row] = await app
    .db('photos')
    .where({ parent_id: maria.parentId })
    .orderBy('id')
    .select<{ source_format: string; width: number }[]>();
  expect(row).toMatchObject({ source_format: 'heic', width: 1200 });
  expect(await app.checkIntegrity({ repair: false })).toMatchObject({
    orphanFiles: 0,
    rowsWithoutFile: 0,
    checksumMismatches: 0,
  });
});
