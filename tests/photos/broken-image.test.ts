import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import * as hostile from '../support/hostile-pictures.ts';
import { QUARTERS, quartersOf, scene } from '../support/pictures.ts';
import { cpuMsSince, expectColours, usePictureFolder } from '../support/take-picture.ts';

const { take, taken } = usePictureFolder();

describe('R1: broken pictures', () => {
  test('R1: a cut-off picture is unreadable, of whatever format', async () => {
    const noise = sharp({
      create: {
        width: 400,
        height: 300,
        channels: 3,
        background: '#888',
        noise: { type: 'gaussian', mean: 128, sigma: 40 },
      },
    });
    const formats = [
      noise.clone().jpeg(),
      noise.clone().jpeg({ progressive: true }),
      noise.clone().png(),
      noise.clone().webp(),
      noise.clone().avif({ effort: 0 }),
    ];
    for (const format of formats) {
      const whole = await format.toBuffer();
      expect(await take(whole)).toMatchObject({ ok: true });
      expect(await take(whole.subarray(0, whole.length * 0.6))).toEqual({ ok: false, reason: 'unreadable' });
    }
  });

  test('R1: a photo that only warns is taken, and said to be perhaps damaged', async () => {
    const jpeg = await scene().jpeg().toBuffer();
    const scan = jpeg.lastIndexOf(Buffer.from([0xff, 0xda]));
    jpeg[scan + 2 + jpeg.readUInt16BE(scan + 2) - 2] = 0; // 'Invalid SOS parameters', as some Samsung phones write them
    const image = await taken(jpeg);
    expect(image.mayBeDamaged).toBe(true);
    expectColours(await quartersOf(image.full), QUARTERS, 5);
  });

  test('R1: stray bytes between the segments are forgiven', async () => {
    const jpeg = await scene().jpeg().toBuffer();
    const frame = jpeg.indexOf(Buffer.from([0xff, 0xc0]));
    const stray = Buffer.concat([jpeg.subarray(0, frame), Buffer.from('stray'), jpeg.subarray(frame)]);
    expect(await taken(stray)).toMatchObject({ mayBeDamaged: true });
  });

  test('R1: twenty thousand scans over 48 megapixels end soon', async () => {
    const scans = await hostile.manyScans(20_000);
    const before = process.cpuUsage();
    expect(await take(scans)).toEqual({ ok: false, reason: 'unreadable' });
    expect(cpuMsSince(before)).toBeLessThan(5000);
  }, 60_000);
});
