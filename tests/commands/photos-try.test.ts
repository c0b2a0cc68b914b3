import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { UsageError } from '../../src/commands/command.ts';
import { photosTryCommand } from '../../src/commands/photos-try.ts';
import { makeLogger } from '../../src/platform/logger.ts';
import { loadConfig } from '../../src/shared/config.ts';
import { scene } from '../support/pictures.ts';

const folder = mkdtempSync(join(tmpdir(), 'photos-try-'));

beforeAll(async () => {
  const photo = await scene(2000, 1500).jpeg().toBuffer();
  writeFileSync(join(folder, 'a-photo.jpg'), photo);
  writeFileSync(join(folder, 'b-cut.jpg'), photo.subarray(0, photo.length / 2));
  writeFileSync(join(folder, 'c-words.heic'), 'no picture at all');
  mkdirSync(join(folder, 'd-folder'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const run = (...words: string[]) => {
  const env = { DATABASE_URL: 'postgres://localhost/unused', SESSION_SECRET: 'for the tests only', NODE_ENV: 'test' };
  const logger = makeLogger({ level: 'silent' });
  return photosTryCommand.runBare({ config: loadConfig(env), logger }, { values: {}, words });
};

describe('photos:try', () => {
  test('says of each file what would become of it, what it took and what was expected, and keeps nothing', async () => {
    const before = readdirSync(folder);
    const { text, json } = await run(folder);
    expect(json['files']).toMatchObject([
      { file: 'a-photo.jpg', says: 'taken', format: 'jpeg', size: '2000x1500', kept: '1200x900' },
      { file: 'b-cut.jpg', says: 'unreadable', format: 'jpeg', size: '2000x1500', kept: null },
      { file: 'c-words.heic', says: 'not-an-image', format: null, size: null, kept: null, expected_ms: null },
    ]);
    const [photo] = json['files'] as { ms: number; expected_ms: number; peak_mib: number }[];
    expect(photo?.ms).toBeGreaterThan(0);
    expect(photo?.expected_ms).toBeGreaterThan(0);
    expect(photo?.peak_mib).toBeGreaterThan(20);
    expect(text).toMatch(/a-photo\.jpg.*taken/);
    expect(readdirSync(folder)).toEqual(before);
  });

  test('asks for one folder that is there', async () => {
    for (const words of [[], [folder, folder], [join(folder, 'nowhere')]]) {
      await expect(run(...words)).rejects.toBeInstanceOf(UsageError);
    }
  });
});
