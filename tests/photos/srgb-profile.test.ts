import { deflateSync } from 'node:zlib';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { convertColours } from '../../src/photos/convert-colours.ts';
import { readSrgbMatrix } from '../../src/photos/srgb-profile.ts';
import { jpegWith, pngWith, QUARTERS, quartersOf, scene } from '../support/pictures.ts';
import { expectColours, usePictureFolder } from '../support/take-picture.ts';

const { taken } = usePictureFolder();

type Tag = readonly [name: string, data: Buffer];

/** A signed number with 16 bits behind the point. */
const fixed = (...values: number[]): Buffer => {
  const bytes = Buffer.alloc(values.length * 4);
  for (const [i, value] of values.entries()) bytes.writeInt32BE(Math.round(value * 65_536), i * 4);
  return bytes;
};
const xyz = (...values: number[]): Buffer => Buffer.concat([Buffer.from('XYZ \0\0\0\0'), fixed(...values)]);
const formula = (kind: number, ...values: number[]): Buffer =>
  Buffer.concat([Buffer.from('para\0\0\0\0'), Buffer.from([0, kind, 0, 0]), fixed(...values)]);
const table = (values: number[]): Buffer => {
  const bytes = Buffer.alloc(12 + values.length * 2);
  bytes.write('curv', 'latin1');
  bytes.writeUInt32BE(values.length, 8);
  for (const [i, value] of values.entries()) bytes.writeUInt16BE(Math.round(value * 65_535), 12 + i * 2);
  return bytes;
};

const SRGB_CURVE = formula(3, 2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045);
const srgbLight = (signal: number) => (signal <= 0.04045 ? signal / 12.92 : ((signal + 0.055) / 1.055) ** 2.4);
const PRIMARIES = {
  srgb: [xyz(0.43607, 0.22249, 0.01392), xyz(0.38515, 0.71687, 0.09708), xyz(0.14307, 0.06061, 0.7141)],
  p3: [xyz(0.5151, 0.2412, -0.0011), xyz(0.292, 0.6922, 0.0419), xyz(0.1571, 0.0666, 0.7841)],
  broken: [xyz(0.5151, 0.2412, -0.0011), xyz(100, 0.6922, 0.0419), xyz(0.1571, 0.0666, 0.7841)],
  adobe: [xyz(0.60974, 0.31111, 0.01947), xyz(0.20528, 0.62567, 0.06087), xyz(0.14919, 0.06322, 0.74457)],
};

type Wanted = { primaries?: keyof typeof PRIMARIES; curve?: Buffer; name?: string; more?: Tag[]; space?: string };

/** An ICC profile of version 4. */
const profile = ({ primaries = 'srgb', curve = SRGB_CURVE, name = 'sRGB', more = [], space = 'RGB ' }: Wanted = {}) => {
  const [red = curve, green = curve, blue = curve] = PRIMARIES[primaries];
  const text = Buffer.from(name, 'utf16le').swap16();
  const words = Buffer.concat([
    Buffer.from('mluc\0\0\0\0\0\0\0\x01\0\0\0\x0cenUS'),
    Buffer.from([0, 0, 0, text.length, 0, 0, 0, 28]),
    text,
  ]);
  const tags: Tag[] = [
    ...([
      ['desc', words],
      ['cprt', words],
      ['wtpt', xyz(0.9642, 1, 0.8249)],
      ['rXYZ', red],
      ['gXYZ', green],
      ['bXYZ', blue],
    ] as const),
    ...(['rTRC', 'gTRC', 'bTRC'] as const).map((tag) => [tag, curve] as const),
    ...more,
  ];
  let at = 128 + 4 + tags.length * 12;
  const index = Buffer.alloc(4 + tags.length * 12);
  index.writeUInt32BE(tags.length);
  const bodies = tags.map(([tag, data], i) => {
    const padded = Buffer.concat([data, Buffer.alloc((4 - (data.length % 4)) % 4)]);
    index.write(tag, 4 + i * 12, 'latin1');
    index.writeUInt32BE(at, 8 + i * 12);
    index.writeUInt32BE(data.length, 12 + i * 12);
    at += padded.length;
    return padded;
  });
  const head = Buffer.alloc(128);
  head.writeUInt32BE(at);
  head.writeUInt32BE(0x04_20_00_00, 8);
  head.write(`mntr${space}XYZ `, 12, 'latin1');
  head.write('acsp', 36, 'latin1');
  fixed(0.9642, 1, 0.8249).copy(head, 68);
  return Buffer.concat([head, index, ...bodies]);
};

const embeddedBy = async (name: string): Promise<Buffer> =>
  (await sharp(await scene().withIccProfile(name).png().toBuffer()).metadata()).icc ?? Buffer.alloc(0);

test('R11: profiles that say what sRGB says are known, by formula or by table, whatever their name', async () => {
  expect(readSrgbMatrix(await embeddedBy('srgb'))).toBe('same');
  expect(readSrgbMatrix(profile())).toBe('same');
  expect(readSrgbMatrix(profile({ name: 'c2' }))).toBe('same');
  for (const entries of [1024, 4096]) {
    const curve = table(Array.from({ length: entries }, (_, i) => srgbLight(i / (entries - 1))));
    expect(readSrgbMatrix(profile({ curve }))).toBe('same');
  }
});

test('R11: a profile that is called sRGB and says something else is not taken for it', async () => {
  const others: Record<string, Buffer> = {
    cmyk: await embeddedBy('cmyk'),
    'primaries that are no colours': profile({ primaries: 'broken' }),
    'the gamma of Adobe RGB': profile({ primaries: 'adobe', curve: formula(0, 2.199) }),
    'a gamma of 2.2 as a number': profile({
      curve: Buffer.concat([table([]).subarray(0, 8), Buffer.from([0, 0, 0, 1, 2, 0x33])]),
    }),
    'a gamma of 2.2 as a table': profile({ curve: table(Array.from({ length: 256 }, (_, i) => (i / 255) ** 2.2)) }),
    'a gamma of 1.8': profile({ curve: formula(0, 1.8) }),
    'a formula that is nearly it': profile({ curve: formula(3, 2.2, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045) }),
    'tables of its own': profile({ more: [['A2B0', Buffer.alloc(32)]] }),
    'another kind of colours': profile({ space: 'Lab ' }),
    'a count of tags that cannot be': Buffer.concat([profile().subarray(0, 128), Buffer.alloc(200, 0xff)]),
  };
  for (const [kind, icc] of Object.entries(others)) expect([kind, readSrgbMatrix(icc)]).toEqual([kind, undefined]);
});

test('R1: a profile that is cut or fuzzed is a profile that is not known, never a throw', () => {
  const whole = profile();
  for (let length = 0; length < whole.length - 4; length += 7)
    expect(readSrgbMatrix(whole.subarray(0, length))).toBeUndefined();
  for (let at = 0; at < whole.length; at += 1) {
    const broken = Buffer.from(whole);
    broken[at] = 0xff;
    const read = readSrgbMatrix(broken);
    if (typeof read === 'object') expect(read.every((part) => Math.abs(part) < 10)).toBe(true);
    else expect([undefined, 'same']).toContain(read);
  }
});

const app2 = (icc: Buffer): readonly [number, Buffer] => [
  0xe2,
  Buffer.concat([Buffer.from('ICC_PROFILE\0\x01\x01', 'latin1'), icc]),
];

test('R11: leaving a known profile aside changes no pixel', async () => {
  for (const icc of [profile(), await embeddedBy('srgb')]) {
    const jpeg = await jpegWith([app2(icc)]);
    const converted = await sharp(jpeg).resize(200).raw().toBuffer();
    expect(await sharp(jpeg, { ignoreIcc: true }).resize(200).raw().toBuffer()).toEqual(converted);
  }
});

test('R11: Display P3, and others that store light as sRGB does, are converted as the library does it, to a step in 255', async () => {
  const steps = [0, 1, 2, 5, 17, 40, 64, 100, 128, 160, 200, 230, 254, 255];
  const colours = steps.flatMap((r) => steps.flatMap((g) => steps.flatMap((b) => [r, g, b])));
  const raw = { raw: { width: steps.length, height: steps.length ** 2, channels: 3 } } as const;
  for (const icc of [await embeddedBy('p3'), profile({ primaries: 'p3' }), profile({ primaries: 'adobe' })]) {
    const matrix = readSrgbMatrix(icc);
    if (typeof matrix !== 'object') throw new Error('no matrix');
    const chunk = Buffer.concat([Buffer.from('own\0\0', 'latin1'), deflateSync(icc)]);
    const tagged = await pngWith([['iCCP', chunk]], { picture: sharp(Buffer.from(colours), raw) });
    const library = await sharp(tagged).toColourspace('srgb').raw().toBuffer();
    const own = Buffer.from(colours);
    convertColours(own, matrix);
    const worst = own.reduce((most, value, i) => Math.max(most, Math.abs(value - (library[i] ?? 0))), 0);
    expect(worst).toBeLessThanOrEqual(1);
    expect(own).not.toEqual(Buffer.from(colours));
  }
});

test('R11: a profile named sRGB with the primaries of Display P3 is converted', async () => {
  const stored = await sharp(await scene().withIccProfile('p3').png().toBuffer(), { ignoreIcc: true })
    .png()
    .toBuffer();
  const jpeg = await jpegWith([app2(profile({ primaries: 'p3', name: 'sRGB IEC61966-2.1' }))], sharp(stored));
  expectColours(await quartersOf((await taken(jpeg)).full), QUARTERS, 6);
});
