import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { compressImage } from '../../src/photos/compress-image.ts';
import { cropPortrait } from '../../src/photos/crop-portrait.ts';
import { makeDecoder } from '../../src/photos/decoder.ts';
import { makeLogger } from '../../src/platform/logger.ts';
import { useOddDecoders } from '../support/odd-decoders.ts';
import { scene } from '../support/pictures.ts';

const { made, named, somewhere, start, compress } = useOddDecoders();
const TAKEN = { ok: true, value: { width: 800, height: 600 } };
const UNREADABLE = { ok: false, reason: 'unreadable' };

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

test('R4: a portrait is cut in the process too, byte for byte as cropPortrait cuts it', async () => {
  const decoder = makeDecoder({ logger: makeLogger({ level: 'silent' }) });
  onTestFinished(() => decoder.stop());
  const full = await scene(800, 600).jpeg().toBuffer();
  const crop = { turn: 90, x: 40, y: 100, size: 500 } as const;
  expect(await decoder.cropPortrait(full, crop)).toEqual(await cropPortrait(full, crop));
  expect(await decoder.cropPortrait(full, { ...crop, size: 801 })).toBeUndefined();
  expect(await decoder.cropPortrait(full.subarray(0, 400), crop)).toBeUndefined();
  await decoder.stop();
  await expect(decoder.cropPortrait(full, crop)).rejects.toMatchObject({ code: 'unavailable', retryAfter: 5 }); // 503, not 500
});

test('R4: what is decoded in pieces, for seconds, has a process for itself that ends with it', async () => {
  const decoder = makeDecoder({ logger: makeLogger({ level: 'silent' }) });
  onTestFinished(() => decoder.stop());
  const seen = { ...made.seen, inPieces: true };
  expect(await decoder.compress(made.good, seen, await somewhere())).toMatchObject(TAKEN);
  expect(decoder.pids()).toEqual([]); // the shared one would stay
});

test('R4: a stored picture that crashes the process makes no portrait, and the next photo is taken', async () => {
  const decoder = await start();
  expect(await decoder.cropPortrait(Buffer.alloc(10), { turn: 0, x: 0, y: 0, size: 10 })).toBeUndefined();
  expect(await compress(decoder, 'good')).toMatchObject(TAKEN);
});

test('a decoder that cannot be started refuses nobody: come again later', async () => {
  const script = new URL('../support/no-such-decoder.ts', import.meta.url);
  const decoder = makeDecoder({ logger: makeLogger({ level: 'silent' }), script });
  onTestFinished(() => decoder.stop());
  expect(await decoder.inspect(made.good)).toEqual({ ok: false, reason: 'busy' });
  expect(await decoder.compress(made.good, made.seen, await somewhere())).toEqual({ ok: false, reason: 'busy' });
});

test('R4: the decoder says what inspectImage and compressImage say, bytes included', async () => {
  const decoder = makeDecoder({ logger: makeLogger({ level: 'silent' }) });
  onTestFinished(() => decoder.stop());
  expect(decoder.pids()).toEqual([]);
  await decoder.warmUp();
  expect(decoder.pids()).toHaveLength(1);
  const inspected = await decoder.inspect(made.good);
  expect(inspected).toEqual({ ok: true, value: made.seen });
  const to = await somewhere();
  const image = await compressImage(made.good, made.seen);
  if (!image.ok) throw new Error(image.reason);
  const { full, thumb, portrait, ...told } = image.value;
  expect(await decoder.compress(made.good, made.seen, to)).toEqual({
    ok: true,
    value: { ...told, bytes: full.length },
  });
  expect(await Promise.all([to.full, to.thumb, to.portrait].map((path) => readFile(path)))).toEqual([
    full,
    thumb,
    portrait,
  ]);
  for (const path of [to.full, to.thumb, to.portrait]) expect((await stat(path)).mode & 0o777).toBe(0o600);
  const nothing = join(made.folder, 'nothing.jpg');
  await writeFile(nothing, 'no photo');
  expect(await decoder.inspect(nothing)).toEqual({ ok: false, reason: 'not-an-image' });
  await expect(decoder.inspect(join(made.folder, 'gone.jpg'))).rejects.toMatchObject({ reason: 'threw' });
});

test.each([
  ['crashes the process', 'crash'],
  ['stops the process from answering', 'spin'],
  ['never comes to an end', 'hang'],
  ['takes all memory', 'eat'],
])('R4: of pictures decoded at once the one that %s is refused, and the others are taken', async (_, poison) => {
  const decoder = await start({ compressMs: 2500 });
  const [bad, ...others] = await Promise.all([poison, 'slow', 'good', 'slow'].map((name) => compress(decoder, name)));
  expect(bad).toEqual(UNREADABLE);
  expect(others).toMatchObject([TAKEN, TAKEN, TAKEN]);
  expect(await compress(decoder, 'good')).toMatchObject(TAKEN);
});

test('R4: two that crash the process at once are refused, and the good one between them is taken', async () => {
  const decoder = await start();
  const outcomes = await Promise.all(['crash', 'slow', 'crash'].map((name) => compress(decoder, name)));
  expect(outcomes).toMatchObject([UNREADABLE, TAKEN, UNREADABLE]);
});

test('R4: a header that hangs is refused; headers and pictures beside it are read', async () => {
  const decoder = await start({ inspectMs: 1500 });
  const [bad, other, picture] = await Promise.all([
    decoder.inspect(await named('header-spin')),
    decoder.inspect(await named('good')),
    compress(decoder, 'slow'),
  ]);
  expect(bad).toEqual(UNREADABLE);
  expect(other).toEqual({ ok: true, value: made.seen });
  expect(picture).toMatchObject(TAKEN);
});

test('R4: one that takes too long by itself is refused after its time, not after twice as much', async () => {
  const decoder = await start({ compressMs: 1000 });
  const began = performance.now();
  expect(await compress(decoder, 'hang')).toEqual(UNREADABLE);
  expect(performance.now() - began).toBeLessThan(1900);
});

test('R4: when somebody ends the decoder in the middle, every photo is taken all the same', async () => {
  const decoder = await start();
  const [pid = 0] = decoder.pids();
  const working = Promise.all(Array.from({ length: 4 }, () => compress(decoder, 'slow')));
  await wait(100);
  process.kill(pid, 'SIGKILL');
  expect(await working).toMatchObject([TAKEN, TAKEN, TAKEN, TAKEN]);

  const alone = compress(decoder, 'slow');
  await wait(100);
  for (const one of decoder.pids()) process.kill(one, 'SIGKILL');
  expect(await alone).toMatchObject(TAKEN);
  expect(await compress(decoder, 'good')).toMatchObject(TAKEN);
});

test('R4: a service that stops answers busy, leaves no process, and takes no more', async () => {
  const decoder = await start();
  const working = Promise.all([compress(decoder, 'slow'), compress(decoder, 'slow')]);
  await wait(100);
  const pids = decoder.pids();
  expect(pids).toHaveLength(1);
  await decoder.stop();
  const busy = { ok: false, reason: 'busy' };
  expect(await working).toEqual([busy, busy]);
  expect(pids.filter(isAlive)).toEqual([]);
  expect(await decoder.inspect(made.good)).toEqual(busy);
  expect(await compress(decoder, 'good')).toEqual(busy);
});

test('R4: HEIC has a process for each picture; what goes wrong there is the picture’s, and disturbs nobody', async () => {
  const decoder = await start({ compressMs: 1500 });
  const heic = { ...made.seen, format: 'heic' } as const;
  const [shared] = decoder.pids();
  const failing = Promise.all(
    ['crash', 'hang', 'good'].map(async (name) => decoder.compress(await named(name), heic, await somewhere())),
  );
  await wait(50);
  expect(decoder.pids()).toHaveLength(2);
  expect(await compress(decoder, 'slow')).toMatchObject(TAKEN);
  // The last is sound, but no HEIC.
  expect(await failing).toEqual(Array.from({ length: 3 }, () => ({ ok: false, reason: 'heic' })));
  await expect.poll(() => decoder.pids()).toEqual([shared]);
});
