import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, expect, test } from 'vitest';
import { staticWriteCommand } from '../../src/commands/static-write.ts';
import { languageDirections, languages } from '../../src/platform/languages.ts';
import { makeLogger } from '../../src/platform/logger.ts';
import { loadConfig } from '../../src/shared/config.ts';

const dir = mkdtempSync(join(tmpdir(), 'pos-static-'));
afterAll(() => rmSync(dir, { recursive: true }));

const write = (words: string[]) =>
  staticWriteCommand.runBare(
    { config: loadConfig({ MAX_UPLOAD_MB: '7' }), logger: makeLogger({ level: 'silent' }) },
    { values: {}, words },
  );

test('writes every asset with its gzip form and each page in each language; leaves what other versions use', async () => {
  mkdirSync(join(dir, 'assets/0123456789ab'), { recursive: true });
  writeFileSync(join(dir, 'assets/0123456789ab/old.css'), 'a');
  const { json } = await write([dir]);
  const files = readdirSync(dir, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = files.map((entry) => join(entry.parentPath, entry.name));
  expect(paths.length).toBe(Number(json['files']) + 1);
  for (const path of paths.filter((one) => one.endsWith('.gz'))) {
    expect(gunzipSync(readFileSync(path)).equals(readFileSync(path.slice(0, -3))), path).toBe(true);
  }
  for (const language of languages) {
    const page = readFileSync(join(dir, `pages/too-big.${language}.html`), 'utf8');
    expect(page).toContain(`<html lang="${language}" dir="${languageDirections[language]}">`);
    expect(page).toMatch(/\b7\b/);
    const [, style = ''] = /href="(\/assets\/[^"]+\.css)"/.exec(page) ?? [];
    expect(paths).toContain(join(dir, style));
    for (const name of ['too-many', 'unavailable'])
      expect(paths).toContain(join(dir, `pages/${name}.${language}.html`));
  }
});

test('wants one folder', async () => {
  await expect(write([])).rejects.toThrow('name one folder');
  await expect(write([dir, dir])).rejects.toThrow('name one folder');
});
