import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { keyIdIn, keyIdOf, seal, SealBroken, sealedLength, unseal } from '../../src/platform/sealed-stream.ts';

const CHUNK = 64 * 1024;
const HEAD = 41;
const SEALED_CHUNK = CHUNK + 16;
const key = Buffer.alloc(32, 1);

const through = async (bytes: Buffer, transform: ReturnType<typeof seal>, piece = 10_000): Promise<Buffer> => {
  const parts: Buffer[] = [];
  const pieces = function* () {
    for (let at = 0; at < bytes.length; at += piece) yield bytes.subarray(at, at + piece);
  };
  await pipeline(Readable.from(pieces()), transform, async (out: AsyncIterable<Buffer>) => {
    for await (const part of out) parts.push(part);
  });
  return Buffer.concat(parts);
};
const sealed = (bytes: Buffer, name = 'sets/a/x') => through(bytes, seal(key, name));
const opened = (bytes: Buffer, name = 'sets/a/x', by = key, piece?: number) => through(bytes, unseal(by, name), piece);
const altered = { name: 'SealBroken', reason: 'altered' };

describe('R66: a sealed stream', () => {
  test.each([0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK, 3 * CHUNK + 17])(
    'of %i bytes comes back as it was',
    async (size) => {
      const bytes = randomBytes(size);
      const closed = await sealed(bytes);
      expect(closed.length).toBe(sealedLength(size));
      expect((await opened(closed)).equals(bytes)).toBe(true);
      expect((await opened(closed, 'sets/a/x', key, 7)).equals(bytes)).toBe(true);
    },
  );

  test('is never the same twice and shows nothing of what is in it', async () => {
    const bytes = Buffer.alloc(CHUNK, 'Sofia Santos');
    const [one, other] = [await sealed(bytes), await sealed(bytes)];
    expect(one.equals(other)).toBe(false);
    expect(one.includes('Sofia')).toBe(false);
  });

  test('of another key says so, and its head tells which', async () => {
    const other = Buffer.alloc(32, 2);
    const closed = await sealed(Buffer.from('x'));
    await expect(opened(closed, 'sets/a/x', other)).rejects.toMatchObject({ reason: 'other-key' });
    expect(keyIdIn(closed)).toBe(keyIdOf(key));
    expect(keyIdOf(key)).not.toBe(keyIdOf(other));
    expect(() => keyIdIn(Buffer.from('no backup'))).toThrow(SealBroken);
  });

  test('under the name of another one is refused', async () => {
    await expect(opened(await sealed(Buffer.from('x'), 'sets/b/x'))).rejects.toMatchObject(altered);
  });

  test('with chunks left out, moved, doubled or exchanged with another stream’s is refused', async () => {
    const bytes = randomBytes(3 * CHUNK + 5);
    const [closed, other] = [await sealed(bytes), await sealed(bytes)];
    const head = closed.subarray(0, HEAD);
    const chunk = (of: Buffer, n: number) => of.subarray(HEAD + n * SEALED_CHUNK, HEAD + (n + 1) * SEALED_CHUNK);
    const all = [0, 1, 2, 3];
    const orders: Buffer[][] = [
      [1, 2, 3].map((n) => chunk(closed, n)),
      [0, 2, 1, 3].map((n) => chunk(closed, n)),
      [0, 1, 1, 2, 3].map((n) => chunk(closed, n)),
      all.map((n) => chunk(n === 1 ? other : closed, n)),
      [0, 1, 2].map((n) => chunk(closed, n)), // cut off where a chunk ends
    ];
    for (const order of orders) await expect(opened(Buffer.concat([head, ...order]))).rejects.toMatchObject(altered);
    expect((await opened(Buffer.concat([head, ...all.map((n) => chunk(closed, n))]))).equals(bytes)).toBe(true);
  });

  test('with any bit flipped, cut off anywhere, or with anything behind it is refused, and gives nothing wrong', async () => {
    const bytes = randomBytes(CHUNK + 500);
    const closed = await sealed(bytes);
    const refuses = async (wrong: Buffer) => {
      await expect(opened(wrong)).rejects.toBeInstanceOf(SealBroken);
    };
    await fc.assert(
      fc.asyncProperty(fc.nat(closed.length - 1), fc.nat(7), async (at, bit) => {
        const wrong = Buffer.from(closed);
        wrong.writeUInt8(wrong.readUInt8(at) ^ (1 << bit), at);
        await refuses(wrong);
      }),
      { numRuns: 150 },
    );
    await fc.assert(
      fc.asyncProperty(fc.nat(closed.length - 1), (length) => refuses(closed.subarray(0, length))),
      { numRuns: 100 },
    );
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 200 }), (more) =>
        refuses(Buffer.concat([closed, more])),
      ),
      { numRuns: 50 },
    );
  });
});
