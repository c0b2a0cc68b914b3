import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, statSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, afterEach, expect, test, vi } from 'vitest';
import { writeHashed } from '../../src/http/middleware/hashed-file.ts';

const dir = mkdtempSync(join(tmpdir(), 'hashed-file-'));
afterAll(() => rmSync(dir, { recursive: true }));
afterEach(() => void vi.restoreAllMocks());

let count = 0;
const write = async (pieces: Buffer[]) => {
  const whole = Buffer.concat(pieces);
  const path = join(dir, String((count += 1)));
  const { size, sha256 } = await writeHashed(Readable.from(pieces, { objectMode: false }), path);
  expect(readFileSync(path).equals(whole)).toBe(true);
  expect({ size, sha256 }).toEqual({ size: whole.length, sha256: createHash('sha256').update(whole).digest('hex') });
  return path;
};

const sizeOf = (name: string): number => statSync(join(dir, name), { throwIfNoEntry: false })?.size ?? 0;

/** What a descriptor stands for; nothing when it is closed already. */
const linkOf = (path: string): string => {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
};

/** What all open files have in common. */
const fileHandles = async (): Promise<FileHandle> => {
  const file = await open('/dev/null');
  await file.close();
  return Object.getPrototypeOf(file) as FileHandle;
};

/** As the network gives it: 64 KB in memory of its own. */
const received = (): Buffer => {
  const own = Buffer.from(new ArrayBuffer(65_536));
  randomBytes(65_536).copy(own);
  return own;
};

test('every byte is written and hashed, in a file for its owner alone', async () => {
  const path = await write([received(), Buffer.from('and a little'), received()]);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  await write([]);
});

test('what is on the disk is no longer in memory, however a parser cuts what arrived', async () => {
  const buffers = Array.from({ length: 40 }, received);
  const cut = buffers.flatMap((one, i) => [one.subarray(0, 1000 * i + 1), one.subarray(1000 * i + 1)]);
  await write(cut);
  // The last one may hold what comes behind the photo.
  expect(buffers.map(({ length }) => length)).toEqual([...Array<number>(39).fill(0), 65_536]);
});

test('what comes fast goes out together, and what comes slowly does not wait for more', async () => {
  const path = join(dir, 'slow');
  const sender = new PassThrough();
  const written = writeHashed(sender, path);
  sender.write('the first piece');
  await expect.poll(() => readFileSync(path, 'utf8')).toBe('the first piece');
  sender.write(', and the second');
  await expect.poll(() => readFileSync(path, 'utf8')).toBe('the first piece, and the second');
  sender.end();
  expect((await written).size).toBe(31);

  const writes = vi.spyOn(await fileHandles(), 'writev');
  await write(Array.from({ length: 32 }, received));
  expect(writes.mock.calls.length).toBeLessThanOrEqual(32 / 2); // eight, and one more where the machine stood still for a while
});

test('a disk that hangs holds up even a slow sender: memory is bounded', async () => {
  const disk = Promise.withResolvers<undefined>();
  const handles = await fileHandles();
  const writev = Reflect.get(handles, 'writev') as (this: FileHandle, chunks: readonly Uint8Array[]) => never;
  vi.spyOn(handles, 'writev').mockImplementation(async function (this: FileHandle, chunks) {
    await disk.promise;
    return writev.call(this, chunks as Uint8Array[]);
  });
  let taken = 0;
  const slowly = async function* () {
    for (let piece = 0; piece < 64; piece += 1) {
      await wait(5); // 13 MB a second
      taken += 65_536;
      yield received();
    }
  };
  const written = writeHashed(Readable.from(slowly(), { objectMode: false }), join(dir, 'hung'));
  await wait(1500);
  expect(taken).toBeLessThan(1.5 * 1024 * 1024);
  disk.resolve(undefined);
  expect((await written).size).toBe(64 * 65_536);
});

test('a disk that fails is told with the next piece, not when all has come', async () => {
  vi.spyOn(await fileHandles(), 'writev').mockRejectedValue(new Error('no space'));
  const sender = new PassThrough();
  const written = writeHashed(sender, join(dir, 'full'));
  const told = expect(written).rejects.toThrow('no space');
  sender.write('one');
  await wait(200);
  sender.write('two');
  await told;
});

test('a sender who goes away leaves the part that came, and nothing open', async () => {
  const sender = new PassThrough();
  const written = writeHashed(sender, join(dir, 'cut'));
  sender.write('a part');
  await expect.poll(() => sizeOf('cut')).toBe(6);
  sender.write(' that nobody waits for');
  sender.destroy(new Error('gone'));
  await expect(written).rejects.toThrow('gone');
  const stillOpen = readdirSync('/proc/self/fd').map((fd) => linkOf(`/proc/self/fd/${fd}`));
  expect(stillOpen.filter((target) => target.startsWith(dir))).toEqual([]);
});

test('Node’s pool for small buffers stays as it is', async () => {
  const small = Array.from({ length: 40 }, (_, i) => Buffer.from(`piece ${i} `));
  await write(small);
  expect(small.map(({ length }) => length)).not.toContain(0);
});

test('a sender who has gone before the file is open is heard of', async () => {
  const [cut, gone] = [new PassThrough(), new PassThrough()];
  cut.on('error', () => undefined);
  cut.destroy(new Error('gone'));
  gone.destroy();
  await expect(writeHashed(cut, join(dir, 'before'))).rejects.toThrow('gone');
  await expect(writeHashed(gone, join(dir, 'before-too'))).rejects.toThrow('Premature close');
});

test('a disk that fails with the last piece is told, though the stream has ended', async () => {
  vi.spyOn(await fileHandles(), 'writev').mockImplementation(async () => {
    await wait(50);
    throw new Error('no space');
  });
  const pieces = Array.from({ length: 8 }, received); // as much as may wait: the last one has to
  await expect(writeHashed(Readable.from(pieces, { objectMode: false }), join(dir, 'last'))).rejects.toThrow(
    'no space',
  );
});
