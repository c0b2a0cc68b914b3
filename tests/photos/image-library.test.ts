import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openPicture, readHeader } from '../../src/photos/image-library.ts';
import * as hostile from '../support/hostile-pictures.ts';
import { scene } from '../support/pictures.ts';

const require = createRequire(import.meta.url);
const SCRIPT = require.resolve('../support/probe-loaders.ts');

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'library-'));
});
afterAll(() => rm(folder, { recursive: true }));

test('R7: every loader is blocked but those of JPEG, PNG, WebP and AVIF, from a file and from memory', async () => {
  const { svg, gif, tiff, pdf, ppm, radiance } = await hostile.notPhotos();
  const files = {
    'a.svg': svg,
    'a.gif': gif,
    'a.tiff': tiff,
    'a.pdf': pdf,
    'a.ppm': ppm,
    'a.hdr': radiance,
    'a.jpg': await scene().jpeg().toBuffer(),
    'a.png': await scene().png().toBuffer(),
    'a.webp': await scene().webp().toBuffer(),
    'a.avif': await scene().avif({ effort: 0 }).toBuffer(),
  };
  for (const [name, bytes] of Object.entries(files)) await writeFile(join(folder, name), bytes ?? '');
  await sharp(await scene().png().toBuffer()).toFile(join(folder, 'a.v'));
  const names = [...Object.keys(files), 'a.v'];

  const script = [SCRIPT, ...names.map((name) => join(folder, name))];
  const { bare, ours } = JSON.parse(execFileSync(process.execPath, script, { encoding: 'utf8' })) as {
    bare: string[];
    ours: string[];
  };
  // These the library could open if it were let: for the others there is no loader in the prebuilt binary.
  expect(bare).toEqual(expect.arrayContaining(['a.svg', 'a.gif', 'a.tiff', 'a.v']));
  expect(ours).toEqual(['a.jpg', 'a.png', 'a.webp', 'a.avif']);
});

test('R3: the decoder itself refuses more than 50 megapixels, should anything get past the header', async () => {
  const bomb = await hostile.pngClaiming(8000, 6251);
  expect(await readHeader(bomb)).toMatchObject({ width: 8000, height: 6251 });
  await expect(openPicture(bomb, { failOn: 'error', isDeep: false }).raw().toBuffer()).rejects.toThrow('pixel limit');
});

test('R4: no cache, and one thread a picture', () => {
  expect(sharp.cache()).toMatchObject({ memory: { max: 0 }, files: { max: 0 }, items: { max: 0 } });
  expect(sharp.concurrency()).toBe(1);
});
