import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { compressImage } from '../../src/photos/compress-image.ts';
import { writeCompressed } from '../../src/photos/write-compressed.ts';
import { scene } from '../support/pictures.ts';

const dir = mkdtempSync(join(tmpdir(), 'write-compressed-'));
afterAll(() => rmSync(dir, { recursive: true }));

const to = { full: join(dir, 'full'), thumb: join(dir, 'thumb'), portrait: join(dir, 'portrait') };

const compress = async () => {
  const source = join(dir, 'source');
  writeFileSync(source, await scene(600, 800).jpeg().toBuffer());
  return compressImage(source, { format: 'jpeg', colours: { isDeep: false, isSrgb: false } });
};

test('the three pictures are written, for their owner alone, over parts that a decoder left which was ended', async () => {
  for (const path of Object.values(to)) writeFileSync(path, 'a part', { mode: 0o644 });
  const image = await compress();
  if (!image.ok) throw new Error(image.reason);
  const expected = [image.value.full, image.value.thumb, image.value.portrait].map((bytes) => Buffer.from(bytes));
  const written = await writeCompressed(image, to);
  expect(Object.values(to).map((path) => readFileSync(path))).toEqual(expected);
  expect(Object.values(to).map((path) => statSync(path).mode & 0o777)).toEqual([0o600, 0o600, 0o600]);
  expect(written).toMatchObject({ ok: true, value: { bytes: expected[0]?.length, width: 600, height: 800 } });
});

test('a folder that is gone is told with the system’s code', async () => {
  const gone = { ...to, thumb: join(dir, 'gone', 'thumb') };
  await expect(writeCompressed(await compress(), gone)).rejects.toMatchObject({ code: 'ENOENT' });
});
