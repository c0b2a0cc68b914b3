import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { hash, randomBytes } from 'node:crypto';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { HeadObjectCommand, ListMultipartUploadsCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeLocalObjectStore } from '../../src/platform/object-store-local.ts';
import { makeS3ObjectStore } from '../../src/platform/object-store-s3.ts';
import { type ObjectStore, StoreUnavailable } from '../../src/platform/object-store.ts';
import { ObjectDamaged, readObject } from '../../src/platform/read-object.ts';
import { startS3, type TestS3 } from '../support/s3.ts';

let s3: TestS3;
let dir: string;
beforeAll(async () => {
  s3 = await startS3();
  dir = await mkdtemp(join(tmpdir(), 'store-'));
});
afterAll(() => s3.stop());

const MIB = 1024 * 1024;
const factsOf = (bytes: Buffer) => ({ bytes: bytes.length, sha256: hash('sha256', bytes) });
const fileWith = async (bytes: Buffer) => {
  const path = join(dir, randomBytes(8).toString('hex'));
  await writeFile(path, bytes);
  return path;
};
const put = async (store: ObjectStore, key: string, bytes: Buffer) =>
  store.put(key, await fileWith(bytes), factsOf(bytes));
const listed = async (store: ObjectStore, prefix: string) => {
  const keys: string[] = [];
  for await (const { key } of store.list(prefix)) keys.push(key);
  return keys.sort();
};
const openS3 = (more = {}) => makeS3ObjectStore({ ...s3, prefix: 'onboarding/', ...more });

describe.each(['local', 's3'] as const)('a store of kind %s', (kind) => {
  let store: ObjectStore;
  beforeAll(() => {
    store = kind === 's3' ? openS3() : makeLocalObjectStore(join(dir, 'local'));
  });

  test('gives back what was put, and undefined for what was not', async () => {
    const picture = randomBytes(200_000);
    await put(store, 'photos/a.jpg', picture);
    expect(await readObject(store, 'photos/a.jpg', { maxBytes: MIB })).toEqual(picture);
    expect(await store.head('photos/a.jpg')).toMatchObject({ bytes: 200_000 });
    expect([await store.open('photos/b.jpg'), await store.head('photos/b.jpg')]).toEqual([undefined, undefined]);
  });

  test('takes a stream whose length nobody knows, in parts, and says what it was', async () => {
    const bytes = randomBytes(33 * MIB);
    const chunks = Array.from({ length: 33 }, (_, i) => bytes.subarray(i * MIB, (i + 1) * MIB));
    expect(await store.putStream('backups/long', Readable.from(chunks))).toEqual(factsOf(bytes));
    expect(factsOf((await readObject(store, 'backups/long', { maxBytes: 40 * MIB })) ?? Buffer.of())).toEqual(
      factsOf(bytes),
    );
  });

  test('a stream that it cannot take is destroyed: nobody waits for it, and nothing stays open', async () => {
    const away =
      kind === 's3'
        ? openS3({ endpoint: 'http://127.0.0.1:1' })
        : makeLocalObjectStore(join(await fileWith(Buffer.of(1)), 'x'));
    const body = Readable.from(Array.from({ length: 40 }, () => randomBytes(MIB)));
    await expect(away.putStream('backups/away', body)).rejects.toThrow();
    expect(body.destroyed).toBe(true);
  });

  test('a stream that breaks off leaves nothing', async () => {
    const broken = async function* () {
      yield randomBytes(20 * MIB);
      yield await Promise.reject(new Error('the source broke'));
    };
    await expect(store.putStream('backups/broken', Readable.from(broken()))).rejects.toThrow('the source broke');
    expect(await store.head('backups/broken')).toBeUndefined();
    if (kind === 's3') {
      const { Uploads = [] } = await s3.client.send(new ListMultipartUploadsCommand({ Bucket: s3.bucket }));
      expect(Uploads).toEqual([]);
    }
  });

  test.each([100, 17 * MIB])('refuses a file of %i bytes that is not what it should be', async (length) => {
    const path = await fileWith(randomBytes(length));
    await expect(store.put('photos/other.jpg', path, factsOf(randomBytes(length)))).rejects.toThrow(
      'not what it should',
    );
    expect(await store.head('photos/other.jpg')).toBeUndefined();
  });

  test('lists by prefix, page by page, and removes what is there', async () => {
    const keys = Array.from({ length: kind === 's3' ? 1203 : 12 }, (_, i) => `many/${String(i).padStart(4, '0')}`);
    const path = await fileWith(Buffer.from('x'));
    for (const key of keys) await store.put(key, path, factsOf(Buffer.from('x')));
    await put(store, 'other/1', Buffer.from('x'));
    expect(await listed(store, 'many/')).toEqual(keys);
    await store.remove([...keys, 'many/none']);
    expect(await listed(store, 'many/')).toEqual([]);
    expect(await listed(store, 'other/')).toEqual(['other/1']);
  });

  test('a probe leaves nothing behind', async () => {
    await store.check();
    await store.check();
    expect(await listed(store, 'probe')).toEqual([]);
  });

  test.each(['', '/a', 'a/', 'a//b', '../a', '.a', 'a b', 'ä'])('is given no key %j', async (key) => {
    await expect(store.head(key)).rejects.toThrow('Not a key');
  });
});

test('S3: the hash is metadata, the type is told, and every key begins with the prefix', async () => {
  const picture = randomBytes(1000);
  await put(openS3({ prefix: 'term/' }), 'photos/c.jpg', picture);
  const head = await s3.client.send(new HeadObjectCommand({ Bucket: s3.bucket, Key: 'term/photos/c.jpg' }));
  expect(head).toMatchObject({ ContentType: 'image/jpeg', Metadata: { sha256: factsOf(picture).sha256 } });
});

test('S3: an object that was altered is not given out', async () => {
  const store = openS3();
  await put(store, 'photos/d.jpg', Buffer.from('the picture'));
  const { sha256 } = factsOf(Buffer.from('the picture'));
  const altered = { Bucket: s3.bucket, Key: 'onboarding/photos/d.jpg', Body: 'the pictura', Metadata: { sha256 } };
  await s3.client.send(new PutObjectCommand(altered));
  await expect(readObject(store, 'photos/d.jpg', { maxBytes: 100 })).rejects.toThrow(ObjectDamaged);
  await expect(readObject(store, 'photos/d.jpg', { maxBytes: 5 })).rejects.toThrow(ObjectDamaged);
});

test('S3: a bucket that is missing, and a server that is away, are told without their names', async () => {
  const missing = await openS3({ bucket: 'no-such-bucket' })
    .check()
    .catch((error: unknown) => error);
  expect(missing).toMatchObject({ reason: 'denied' });
  const away = await openS3({ endpoint: 'http://127.0.0.1:1' })
    .head('photos/a.jpg')
    .catch((error: unknown) => error);
  expect(away).toMatchObject({ reason: 'away', cause: { code: 'ECONNREFUSED' } });
  for (const error of [missing, away]) {
    expect(error).toBeInstanceOf(StoreUnavailable);
    expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toMatch(/no-such-bucket|127\.0\.0\.1|photos/);
  }
});

/** A store on a server that says the same to everything. */
const withAnswer = async (status: number, xml: string, look: (store: ObjectStore) => Promise<void>): Promise<void> => {
  const server = createServer((_req, res) => res.writeHead(status, { 'Content-Type': 'application/xml' }).end(xml));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    await look(openS3({ endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }));
  } finally {
    server.closeAllConnections();
    server.close();
  }
};

test('S3: a listing that is cut off without saying how it goes on is no listing', async () => {
  const cut =
    '<ListBucketResult><IsTruncated>true</IsTruncated><Contents><Key>onboarding/photos/a.jpg</Key></Contents></ListBucketResult>';
  await withAnswer(200, cut, async (store) => {
    await expect(listed(store, 'photos/')).rejects.toThrow('cut a listing off');
  });
});

test('S3: a request that took too long on its way passes by itself, although its status is 400', async () => {
  await withAnswer(400, '<Error><Code>RequestTimeout</Code></Error>', async (store) => {
    await expect(store.open('photos/a.jpg')).rejects.toMatchObject({ reason: 'away' });
  });
  await withAnswer(400, '<Error><Code>InvalidRequest</Code></Error>', async (store) => {
    await expect(store.open('photos/a.jpg')).rejects.toMatchObject({ reason: 'denied' });
  });
});
