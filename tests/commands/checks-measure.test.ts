import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { checksMeasureCommand } from '../../src/commands/checks-measure.ts';
import { UsageError } from '../../src/commands/command.ts';
import { makeLogger } from '../../src/platform/logger.ts';
import { loadConfig } from '../../src/shared/config.ts';
import { goodPortrait } from '../support/drawn-faces.ts';
import { scene } from '../support/pictures.ts';

const folder = mkdtempSync(join(tmpdir(), 'checks-measure-'));
const logger = makeLogger({ level: 'silent' });

beforeAll(async () => {
  writeFileSync(join(folder, 'a-face.jpg'), await goodPortrait(3));
  writeFileSync(join(folder, 'b-nobody.jpg'), await scene(600, 800).jpeg().toBuffer());
  writeFileSync(join(folder, 'c-words.jpg'), 'no picture at all');
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

const measure = (values: Record<string, string | boolean> = {}, CHECKS = 'face', words = [folder]) => {
  const env = { DATABASE_URL: 'postgres://localhost/unused', SESSION_SECRET: 'for the tests only', CHECKS };
  return checksMeasureCommand.runBare({ config: loadConfig({ ...env, NODE_ENV: 'test' }), logger }, { values, words });
};

describe('checks:measure', () => {
  test('says of each picture what the checks say, counts what was missed, and what it costs', async () => {
    const { text, json } = await measure({ expect: 'one' });
    expect(json).toMatchObject({
      pictures: [
        { name: 'a-face.jpg', variant: 'as it is', faces: 1 },
        { name: 'b-nobody.jpg', variant: 'as it is', faces: 0 },
      ],
      refused: [{ name: 'c-words.jpg', reason: 'not-an-image' }],
      totals: [{ pictures: 2, passed: 1, found: 1, missed: 1, 'false several': 0, fired: { 'no-face': 1 } }],
    });
    expect(json['cpuMs']).toBeGreaterThan(50);
    expect(json['memoryMib']).toBeGreaterThan(100);
    expect(json['memoryMib']).toBeLessThan(600);
    expect(text).toMatch(/^a-face\.jpg, as it is: 1 faces, \d+ ms; passed$/m);
    expect(text).toMatch(/^b-nobody\.jpg, as it is: 0 faces, \d+ ms; no-face 0\/1/m);
    expect(text).toMatch(/^c-words\.jpg: not taken \(not-an-image\)$/m);
  });

  test('spoils each picture in four ways, and the checks see it', async () => {
    rmSync(join(folder, 'b-nobody.jpg')); // it costs most: faces are looked for twice
    const { json } = await measure({ expect: 'one', spoil: true });
    const totals = json['totals'] as { variant: string; fired: Record<string, number> }[];
    expect(totals.map(({ variant }) => variant)).toEqual(['as it is', 'dark', 'bright', 'blurred', 'on-its-side']);
    const firedIn = (variant: string) => totals.find((one) => one.variant === variant)?.fired;
    expect(firedIn('as it is')).toEqual({});
    expect(firedIn('dark')).toMatchObject({ 'too-dark': 1 });
    expect(firedIn('bright')?.['too-bright']).toBeGreaterThan(0);
    expect(firedIn('blurred')?.['blurred']).toBeGreaterThan(0);
    expect(firedIn('on-its-side')?.['no-face']).toBe(1);
  });

  test('CHECKS=basic looks for no faces; calls that make no sense are refused', async () => {
    const { json } = await measure({}, 'basic');
    expect(json).toMatchObject({ pictures: [{ faces: 0 }], totals: [{ fired: {} }] });
    await expect(measure({ expect: 'two' })).rejects.toThrow(UsageError);
    await expect(measure({}, 'face', [])).rejects.toThrow(UsageError);
  });
});
