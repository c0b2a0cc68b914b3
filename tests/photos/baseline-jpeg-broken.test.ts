import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { baselineJpeg } from '../../src/photos/pieces/baseline-jpeg.ts';
import { grain, makeDice, pixelsOf, PROGRESSIVE, SAMPLINGS, SEQUENTIAL } from '../support/jpeg-pictures.ts';
import { scriptedJpeg, type ScriptScan } from '../support/jpeg-scripts.ts';
import { cpuMsSince } from '../support/take-picture.ts';

describe('what is broken', () => {
  const whole = () => grain(320, 240).jpeg({ progressive: true }).toBuffer();

  test('R1: a file that was cut is told and shows what is there', async () => {
    const original = await whole();
    for (const part of [0.3, 0.6, 0.95]) {
      const { jpeg, damaged } = baselineJpeg(original.subarray(0, original.length * part));
      expect(damaged).toBe(true);
      expect((await sharp(jpeg).stats()).channels[0]?.stdev).toBeGreaterThan(10);
    }
    expect(baselineJpeg(original.subarray(0, -2)).damaged).toBe(false); // the end marker alone
  });

  test('R1: a lost restart marker costs its part alone', async () => {
    const original = scriptedJpeg({
      ...{ width: 320, height: 240, factors: [[1, 1]], restartInterval: 40, dice: makeDice(3) },
      ...{ isProgressive: false, scans: [{ of: [0] }] },
    });
    original.writeUInt16BE(0x1234, original.indexOf(Buffer.from([0xff, 0xd3])));
    const { jpeg, damaged } = baselineJpeg(original);
    expect(damaged).toBe(true);
    const [before, after] = [await pixelsOf(original), await pixelsOf(jpeg)];
    const last = Math.floor(before.length / 2);
    expect(after.subarray(last).equals(before.subarray(last))).toBe(true);
  });

  test('R1: values that no 8-bit picture has are told', () => {
    const script = { width: 64, height: 64, factors: [[1, 1]], dice: makeDice(7) } as const;
    const original = scriptedJpeg({ ...script, scans: [{ of: [0], to: 0 }] });
    expect(baselineJpeg(original).damaged).toBe(false);
    const scan = original.indexOf(Buffer.from([0xff, 0xda]));
    original[scan + 9] = 12; // the lowest bit that it knows: all of them 4096 times as large
    expect(baselineJpeg(original).damaged).toBe(true);
  });

  const expectRefused = (jpeg: Buffer, message: RegExp): void => {
    const before = process.cpuUsage();
    expect(() => baselineJpeg(jpeg)).toThrow(message);
    expect(cpuMsSince(before)).toBeLessThan(500);
  };
  const changed = (jpeg: Buffer, marker: number, offset: number, byte: number): Buffer => {
    const copy = Buffer.from(jpeg);
    copy[copy.indexOf(Buffer.from([0xff, marker])) + offset] = byte;
    return copy;
  };

  test('R1: headers that are wrong or of a kind that is not read', async () => {
    const original = await whole();
    for (const kind of [0xc3, 0xc9, 0xca]) expectRefused(changed(original, 0xc2, 1, kind), /kind/);
    expectRefused(changed(original, 0xc2, 4, 12), /samples/);
    expectRefused(changed(changed(original, 0xc2, 5, 0), 0xc2, 6, 0), /samples or sides/);
    expectRefused(changed(original, 0xc2, 11, 0x51), /component/);
    expectRefused(changed(original, 0xc2, 3, 18), /length/);
    expectRefused(changed(original, 0xdb, 4, 0x24), /DQT/);
    expectRefused(changed(original, 0xc4, 5, 9), /DHT|Huffman/);
    expectRefused(changed(original, 0xdb, 2, 0xff), /without a scan|scan before/);
    expectRefused(changed(changed(original, 0xc2, 5, 0xff), 0xc2, 7, 0xff), /too large/);
    for (const none of [Buffer.alloc(0), Buffer.from([0xff, 0xd8]), Buffer.alloc(5e6, 0xff)])
      expectRefused(none, /no JPEG|without a scan/);
  });

  test.each([
    [
      'the same again',
      [
        { of: [0], to: 0 },
        { of: [0], to: 0 },
      ],
    ],
    ['DC and AC at once', [{ of: [0], to: 5 }]],
    ['AC before DC', [{ of: [0], from: 1, to: 5 }]],
    [
      'a bit skipped',
      [
        { of: [0], to: 0, bit: 3 },
        { of: [0], to: 0, before: 2, bit: 1 },
      ],
    ],
    ['a bit of nothing', [{ of: [0], to: 0, before: 1 }]],
    [
      'an overlap',
      [
        { of: [0], to: 0 },
        { of: [0], from: 1, to: 9 },
        { of: [0], from: 9, to: 63 },
      ],
    ],
  ] satisfies [string, ScriptScan[]][])('R1: an illegal script: %s', (_, scans) => {
    const script = { width: 64, height: 64, factors: [[1, 1]], dice: makeDice(4) } as const;
    expectRefused(scriptedJpeg({ ...script, scans }), /scan/);
  });

  test('R1: too many scans', () => {
    const scans = Array.from({ length: 13 }, (_, i) => 13 - i).flatMap((bit): ScriptScan[] => {
      const before = bit === 13 ? 0 : bit + 1;
      const details = Array.from({ length: 63 }, (__, i) => ({ of: [0], from: i + 1, to: i + 1, before, bit }));
      return [{ of: [0], to: 0, before, bit }, ...details];
    });
    const script = { width: 64, height: 64, factors: [[1, 1]], dice: makeDice(5) } as const;
    expectRefused(scriptedJpeg({ ...script, scans: scans.slice(0, 201) }), /too many scans/);
    expect(baselineJpeg(scriptedJpeg({ ...script, scans: scans.slice(0, 200) })).damaged).toBe(false);
  });

  test('R1: random faults end in a picture or an error, soon', async () => {
    const dice = makeDice(20_261_127);
    const script = { width: 70, height: 50, factors: SAMPLINGS['4:2:0'] ?? [], dice };
    const files = [
      await grain(64, 48).jpeg({ progressive: true }).toBuffer(),
      scriptedJpeg({ ...script, scans: PROGRESSIVE, restartInterval: 3 }),
      scriptedJpeg({ ...script, scans: SEQUENTIAL, isProgressive: false, restartInterval: 2 }),
    ];
    const outcomes = { taken: 0, damaged: 0, refused: 0 };
    for (let round = 0; round < 300; round += 1) {
      const bytes = Buffer.from(files[round % 3] ?? []);
      for (let times = dice(6); times >= 0; times -= 1) bytes[dice(bytes.length)] = dice(3) === 0 ? 0xff : dice(256);
      const before = process.cpuUsage();
      try {
        const { jpeg, damaged } = baselineJpeg(bytes);
        outcomes[damaged ? 'damaged' : 'taken'] += 1;
        expect((await sharp(jpeg, { failOn: 'none' }).metadata()).format).toBe('jpeg');
      } catch (error) {
        expect(error).toBeInstanceOf(Error);
        expect((error as Error).name).toBe('Error'); // said on purpose: no RangeError or TypeError
        outcomes.refused += 1;
      }
      expect(cpuMsSince(before), `round ${round}`).toBeLessThan(2000);
    }
    for (const count of Object.values(outcomes)) expect(count).toBeGreaterThan(0);
  });
});
