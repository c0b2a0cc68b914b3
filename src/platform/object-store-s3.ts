import { createHash, hash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { Readable } from 'node:stream';
import {
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type PutObjectCommandInput,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { type ObjectFacts, type ObjectInfo, type ObjectStore } from './object-store.ts';
import { makeS3Client, PART_BYTES, type S3Settings } from './object-store-s3-client.ts';
import { isMissing, refuseCut, storeError } from './object-store-s3-errors.ts';
import { makeS3Removal } from './object-store-s3-removal.ts';

const KEY = /^[\w-][\w.-]*(?:\/[\w-][\w.-]*)*$/;
/** Two parts at a time are 16 MiB of memory. S3 takes 10,000 of an object, so that a stream may have 80 GB. */
const PARTS_AT_ONCE = 2;
const MOST_PARTS = 10_000;

/** Keeps objects in S3, or a server that speaks like it. Everything is known of an object by its hash, which is kept as its metadata. */
export const makeS3ObjectStore = (settings: S3Settings): ObjectStore => {
  const { bucket: Bucket, prefix } = settings;
  const { client, ask } = makeS3Client(settings);
  const remove = makeS3Removal({ client, ask, bucket: Bucket });
  const named = (key: string) => {
    if (!KEY.test(key)) throw new Error('Not a key of an object');
    return { Bucket, Key: prefix + key };
  };
  const told = (key: string, sha256?: string) => ({
    ...named(key),
    ...encryption(settings.kmsKeyId),
    ContentType: key.endsWith('.jpg') ? 'image/jpeg' : 'application/octet-stream',
    ...(sha256 === undefined ? {} : { Metadata: { sha256 } }),
  });

  /** In one request, which the SDK can repeat. */
  const putBytes = async (key: string, Body: Buffer, sha256: string): Promise<void> => {
    const command = new PutObjectCommand({ ...told(key, sha256), Body, ContentLength: Body.length });
    await ask((around) => client.send(command, around), Body.length);
  };

  /** In parts of bounded memory; when it rejects, S3 was told to forget those that it had. */
  const putParts = async (key: string, body: Readable, expected?: ObjectFacts): Promise<ObjectFacts> => {
    const kept: { facts?: ObjectFacts } = {};
    const Body = Readable.from(
      counting(body, expected, (facts) => (kept.facts = facts)),
      { objectMode: false },
    );
    const upload = new Upload({
      client,
      params: { ...told(key, expected?.sha256), Body },
      partSize: Math.max(PART_BYTES, Math.ceil((expected?.bytes ?? 0) / MOST_PARTS)),
      queueSize: PARTS_AT_ONCE,
    });
    try {
      await upload.done();
    } catch (error) {
      Body.destroy();
      body.destroy(); // which the other does only once it has begun to read it
      throw storeError(error);
    }
    if (!kept.facts) throw new Error('an upload ended before what it sends');
    return kept.facts;
  };

  const put: ObjectStore['put'] = async (key, path, facts) => {
    if (facts.bytes > PART_BYTES) {
      await putParts(key, createReadStream(path), facts);
      return;
    }
    const bytes = await readFile(path);
    refuseOther({ bytes: bytes.length, sha256: hash('sha256', bytes) }, facts);
    await putBytes(key, bytes, facts.sha256);
  };

  async function* list(below: string): AsyncGenerator<ObjectInfo> {
    let ContinuationToken: string | undefined;
    do {
      const page = { Bucket, Prefix: prefix + below, ContinuationToken };
      const listed = await ask((around) => client.send(new ListObjectsV2Command(page), around));
      for (const { Key, Size = 0, LastModified = new Date(0) } of listed.Contents ?? []) {
        if (Key) yield { key: Key.slice(prefix.length), bytes: Size, modifiedAt: LastModified };
      }
      refuseCut(listed.IsTruncated, listed.NextContinuationToken);
      ContinuationToken = listed.IsTruncated ? listed.NextContinuationToken : undefined;
    } while (ContinuationToken !== undefined);
  }

  let isProved = false;
  /** Once by an object that is stored and removed; after that, as long as all is well, by the call that costs least. */
  const check = async (): Promise<void> => {
    try {
      if (isProved) {
        await ask((around) => client.send(new HeadBucketCommand({ Bucket }), around));
        return;
      }
      const key = `probe-${randomUUID()}`;
      const probe = Buffer.from('probe');
      await putBytes(key, probe, hash('sha256', probe));
      await remove([prefix + key]);
      isProved = true;
    } catch (error) {
      isProved = false;
      throw error;
    }
  };

  return {
    put,
    putStream: putParts,
    open: async (key) => {
      const command = new GetObjectCommand(named(key));
      const found = await orUndefined(ask((around) => client.send(command, around)));
      if (!found) return undefined;
      if (!(found.Body instanceof Readable)) throw new Error('S3 gave no stream');
      return { bytes: found.ContentLength ?? 0, sha256: found.Metadata?.['sha256'], body: found.Body };
    },
    head: async (key) => {
      const command = new HeadObjectCommand(named(key));
      const found = await orUndefined(ask((around) => client.send(command, around)));
      return found && { bytes: found.ContentLength ?? 0, sha256: found.Metadata?.['sha256'] };
    },
    remove: (keys) => remove(keys.map((key) => named(key).Key)),
    list,
    check,
  };
};

const encryption = (SSEKMSKeyId?: string): Partial<PutObjectCommandInput> =>
  SSEKMSKeyId === undefined ? {} : { ServerSideEncryption: 'aws:kms', SSEKMSKeyId, BucketKeyEnabled: true };

/** Lets everything through and tells at the end what it was; throws instead of ending when that is not what was expected. */
async function* counting(body: Readable, expected: ObjectFacts | undefined, tell: (facts: ObjectFacts) => void) {
  const seen = createHash('sha256');
  let bytes = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    seen.update(chunk);
    bytes += chunk.length;
    yield chunk;
  }
  const facts = { bytes, sha256: seen.digest('hex') };
  if (expected) refuseOther(facts, expected);
  tell(facts);
}

/** The source changed meanwhile, or cannot be read right. */
const refuseOther = (facts: ObjectFacts, expected: ObjectFacts): void => {
  if (facts.bytes !== expected.bytes || facts.sha256 !== expected.sha256)
    throw new Error('an object is not what it should be');
};

const orUndefined = <T>(asking: Promise<T>): Promise<T | undefined> =>
  asking.catch((error: unknown) => {
    if (isMissing(error)) return undefined;
    throw error;
  });
