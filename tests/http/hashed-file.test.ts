import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, expect, test } from 'vitest';
import { writeHashed } from '../../src/http/middleware/hashed-file.ts';

const dir = mkdtempSync(join(tmpdir(), 'hashed-file-'));
afterAll(() => rmSync(dir, { recursive: true }));

let count = 0;
const write = async (pieces: Buffer[]) => {
  const whole = Buffer.concat(pieces);
  const path = join(dir, String((count += 1)));
  const { size, sha256 } = await writeHashed(Readable.from(pieces, { objectMode: false }), path);
  expect(readFileSync(path).equals(whole)).toBe(true);
  expect({ size, sha256 }).toEqual({ size: whole.length, sha256: createHash('sha256').update(whole).digest('hex') });
  return path;
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

test('Node’s pool for small buffers stays as it is', async () => {
  const small = Array.from({ length: 40 }, (_, i) => Buffer.from(`piece ${i} `));
  await write(small);
  expect(small.map(({ length }) => length)).not.toContain(0);
});
