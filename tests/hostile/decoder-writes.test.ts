import { readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { compressImage } from '../../src/photos/compress-image.ts';
import { makeDecoder } from '../../src/photos/decoder.ts';
import { makeLogger } from '../../src/platform/logger.ts';
import { useOddDecoders } from '../support/odd-decoders.ts';

const { made, named, somewhere, start, compress } = useOddDecoders();
const TAKEN = { ok: true, value: { width: 800, height: 600 } };

test('R59: what keeps a picture from being written is told as the disk’s fault, not the picture’s', async () => {
  const decoder = makeDecoder({ logger: makeLogger({ level: 'silent' }) });
  onTestFinished(() => decoder.stop());
  for (const which of ['full', 'thumb', 'portrait'] as const) {
    const to = { ...(await somewhere()), [which]: join(made.folder, 'no-such-folder', 'picture') };
    await expect(decoder.compress(made.good, made.seen, to)).rejects.toMatchObject({ code: 'ENOENT' });
  }
  const to = await somewhere();
  await writeFile(to.thumb, 'a part that a decoder left when it was ended');
  expect(await decoder.compress(made.good, made.seen, to)).toMatchObject(TAKEN);
  expect(await readdir(dirname(to.thumb))).toHaveLength(3);
  expect((await readFile(to.thumb)).subarray(0, 2)).toEqual(Buffer.from([0xff, 0xd8]));
});

test('R60: a disk that stalls while a picture is written makes nobody’s photo unreadable', async () => {
  const decoder = await start({ compressMs: 5000, writeMs: 700 });
  const [stalled, other] = await Promise.all([compress(decoder, 'written-hang'), compress(decoder, 'good')]);
  expect(stalled).toEqual({ ok: false, reason: 'busy' });
  expect(other).toMatchObject(TAKEN);
  const patient = await start({ compressMs: 1500, writeMs: 5000 });
  expect(await compress(patient, 'written-slow')).toMatchObject(TAKEN);
});

test('R59: a decoder that ends when all is written is asked once more, and writes the same again', async () => {
  const decoder = await start();
  const to = await somewhere();
  expect(await decoder.compress(await named('written-crash'), made.seen, to)).toMatchObject(TAKEN);
  expect(await readdir(dirname(to.full))).toHaveLength(3);
  const image = await compressImage(made.good, made.seen);
  expect(image).toMatchObject({ ok: true, value: { full: await readFile(to.full), thumb: await readFile(to.thumb) } });
});
