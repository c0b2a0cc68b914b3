import { randomUUID } from 'node:crypto';
import { CreateBucketCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { buildApp } from 'fauxqs';
import { setEnvironment } from './environment.ts';

/** fauxqs asks nobody who they are, but the SDK has to find something to say. */
export const S3_CREDENTIALS = { AWS_ACCESS_KEY_ID: 'oakfield', AWS_SECRET_ACCESS_KEY: 'a key that only tests know' };

/**
 * An S3 on a loopback port with a bucket of its own, in memory. `client` is the bare SDK, `keys` gives all that the bucket holds,
 * in order, `plant` puts an object there, and `env` is what a service has to be told. The SDK's credentials are set in this process.
 */
export const startS3 = async () => {
  setEnvironment(S3_CREDENTIALS);
  const app = buildApp({ logger: false });
  const endpoint = await app.listen({ port: 0, host: '127.0.0.1' });
  const client = new S3Client({ endpoint, region: 'us-east-1', forcePathStyle: true });
  const bucket = `oakfield-${randomUUID()}`;
  await client.send(new CreateBucketCommand({ Bucket: bucket }));
  const objects = async (): Promise<{ key: string; bytes: number }[]> => {
    const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket: bucket }));
    return Contents.flatMap(({ Key, Size = 0 }) => (Key ? { key: Key, bytes: Size } : []));
  };
  const keys = async (): Promise<string[]> => (await objects()).map(({ key }) => key);
  const plant = async (key: string, body: string | Buffer): Promise<void> => {
    await client.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: body }));
  };
  const stop = async (): Promise<void> => {
    client.destroy();
    app.server.closeAllConnections();

    await app.close();
  };
  return { endpoint, bucket, client, objects, keys, plant, env: { S3_ENDPOINT: endpoint, S3_BUCKET: bucket }, stop };
};

export type TestS3 = Awaited<ReturnType<typeof startS3>>;
