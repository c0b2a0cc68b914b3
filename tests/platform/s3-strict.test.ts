// `npm run s3:strict`: our store at Ceph's radosgw, which looks at credentials and keeps versions. Needs Debian's packages and root.
import { hash, randomBytes } from 'node:crypto';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import {
  CreateBucketCommand,
  ListMultipartUploadsCommand,
  ListObjectVersionsCommand,
  PutBucketPolicyCommand,
  PutBucketVersioningCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeS3Addresses } from '../../src/platform/object-store-s3-address.ts';
import { makeS3ObjectStore } from '../../src/platform/object-store-s3.ts';
import { readObject } from '../../src/platform/read-object.ts';
import { startCeph } from '../support/ceph.ts';
import { setEnvironment, strictS3 } from '../support/environment.ts';

const MIB = 1024 * 1024;

describe.skipIf(!strictS3)('radosgw', () => {
  let ceph: Awaited<ReturnType<typeof startCeph>>;
  let client: S3Client;
  let dir: string;
  beforeAll(async () => {
    ceph = await startCeph();
    useKeys(ceph.keys);
    client = new S3Client({ endpoint: ceph.endpoint, region: 'us-east-1', forcePathStyle: true });
    dir = await mkdtemp(join(tmpdir(), 'strict-'));
  }, 120_000);
  afterAll(() => ceph.stop());

  const useKeys = ({ accessKeyId, secretAccessKey }: { accessKeyId: string; secretAccessKey: string }) =>
    setEnvironment({ AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey });
  const openBucket = async (bucket: string) => {
    await client.send(new CreateBucketCommand({ Bucket: bucket }));
    return { bucket, store: makeS3ObjectStore({ endpoint: ceph.endpoint, bucket, prefix: 'onboarding/' }) };
  };
  const put = async (store: ReturnType<typeof makeS3ObjectStore>, key: string, bytes: Buffer) => {
    const path = join(dir, randomBytes(8).toString('hex'));
    await writeFile(path, bytes);
    await store.put(key, path, { bytes: bytes.length, sha256: hash('sha256', bytes) });
  };
  const versionsIn = async (Bucket: string) => {
    const { Versions = [], DeleteMarkers = [] } = await client.send(new ListObjectVersionsCommand({ Bucket }));
    return [...Versions, ...DeleteMarkers].map(({ Key }) => Key);
  };
  const keep = (Bucket: string) =>
    client.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } }));

  test('objects, small and in parts, come back with their hash; a stream that breaks leaves no part', async () => {
    const { bucket, store } = await openBucket('plain');
    const [small, large] = [randomBytes(50_000), randomBytes(18 * MIB)];
    await put(store, 'photos/a.jpg', small);
    await put(store, 'photos/large', large);
    expect(await readObject(store, 'photos/a.jpg', { maxBytes: MIB })).toEqual(small);
    expect((await readObject(store, 'photos/large', { maxBytes: 20 * MIB }))?.equals(large)).toBe(true);
    expect(await store.head('photos/large')).toEqual({ bytes: large.length, sha256: hash('sha256', large) });
    expect(await store.putStream('photos/stream', Readable.from([large]))).toMatchObject({ bytes: large.length });
    const broken = async function* () {
      yield large;
      yield await Promise.reject(new Error('the source broke'));
    };
    await expect(store.putStream('photos/broken', Readable.from(broken()))).rejects.toThrow('the source broke');
    const { Uploads = [] } = await client.send(new ListMultipartUploadsCommand({ Bucket: bucket }));
    expect(Uploads).toEqual([]);
    await store.check();
    await store.remove(['photos/a.jpg', 'photos/large', 'photos/stream', 'photos/none']);
    expect(await Array.fromAsync(store.list(''))).toEqual([]);
  });

  test('deleting in a bucket with versions leaves none, also after a removal that broke off at the marker', async () => {
    const { bucket, store } = await openBucket('versions');
    await keep(bucket);
    for (const key of ['photos/b.jpg', 'photos/b.thumb.jpg', 'photos/bb.jpg']) {
      await put(store, key, randomBytes(100));
      await put(store, key, randomBytes(100));
    }
    await store.remove(['photos/b.jpg', 'photos/b.thumb.jpg']);
    expect(await versionsIn(bucket)).toEqual(['onboarding/photos/bb.jpg', 'onboarding/photos/bb.jpg']);
    await store.remove(['photos/bb.jpg']);
    await store.remove(['photos/bb.jpg']);
    expect(await versionsIn(bucket)).toEqual([]);
  });

  test('a role that may not list versions deletes what it may, and nobody is told of a failure', async () => {
    const { bucket, store } = await openBucket('forbidden');
    await keep(bucket);
    await put(store, 'photos/c.jpg', randomBytes(100));
    const Statement = [
      {
        ...{ Effect: 'Deny', Principal: { AWS: ['arn:aws:iam:::user/oakfield'] } },
        ...{ Action: ['s3:ListBucketVersions'], Resource: [`arn:aws:s3:::${bucket}`] },
      },
    ];
    const Policy = JSON.stringify({ Version: '2012-10-17', Statement });
    await client.send(new PutBucketPolicyCommand({ Bucket: bucket, Policy }));
    await expect(versionsIn(bucket)).rejects.toThrow();
    await store.remove(['photos/c.jpg']);
    expect(await store.head('photos/c.jpg')).toBeUndefined();
  });

  test('a signed address works without credentials, and only as it was signed', async () => {
    const { bucket, store } = await openBucket('signed');
    const picture = randomBytes(1000);
    await put(store, 'photos/d.jpg', picture);
    await put(store, 'photos/e.jpg', picture);
    const addresses = makeS3Addresses({ endpoint: ceph.endpoint, bucket, prefix: 'onboarding/' });
    const address = await addresses.addressOf('photos/d.jpg');
    const answer = await fetch(address);
    expect([answer.status, answer.headers.get('content-type'), answer.headers.get('cache-control')]).toEqual([
      ...[200, 'image/jpeg', 'private, no-store'],
    ]);
    expect(Buffer.from(await answer.arrayBuffer())).toEqual(picture);
    expect((await fetch(address.replace('d.jpg', 'e.jpg'))).status).toBe(403);
    expect(await addresses.origin()).toBe(ceph.endpoint);
  });

  test('wrong credentials are refused', async () => {
    useKeys({ ...ceph.keys, secretAccessKey: 'not the key' });
    const stranger = makeS3ObjectStore({ endpoint: ceph.endpoint, bucket: 'plain', prefix: '' });
    const asked = [stranger.check(), stranger.head('a'), Array.fromAsync(stranger.list('')), stranger.remove(['a'])];
    for (const outcome of await Promise.allSettled<unknown>(asked))
      expect(outcome).toMatchObject({ status: 'rejected', reason: { reason: 'denied' } });
    useKeys(ceph.keys);
  });
});
