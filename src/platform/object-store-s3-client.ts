import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3';
import { aborted } from './aborted.ts';
import { storeError } from './object-store-s3-errors.ts';

/** Which bucket, and how its S3 is reached. The credentials come by the SDK's own chain: environment, files, role. */
export type S3Settings = {
  bucket: string;
  /** What every key begins with in the bucket, with a slash at its end; '' for a bucket of our own. */
  prefix: string;
  /** Of an S3 that is not AWS's; its bucket is then named in the path. */
  endpoint?: string | undefined;
  /** Without one: what the SDK finds; with an endpoint `us-east-1`, which such servers take for any. */
  region?: string | undefined;
  /** Objects are encrypted with this key of AWS KMS. */
  kmsKeyId?: string | undefined;
};

const CONNECT_MS = 3000;
/** A connection on which nothing moves for so long is dead. */
const IDLE_MS = 10_000;
/** An attempt with no bytes to speak of, and all attempts together. A parent may be waiting for the page. */
const ATTEMPT_MS = 5000;
const TOTAL_MS = 12_000;
/** Tries of the SDK, with waits that double and are never the same twice. */
const TRIES = 3;
/** What is larger goes in parts of this size. */
export const PART_BYTES = 8 * 1024 * 1024;
/** So slow may a line be, in bytes a millisecond (64 KiB a second): bytes get their time on top. */
const SLOWEST = 64;

/** One request to S3. `requestTimeout`: of an attempt, in milliseconds, up to the answer's headers. */
type Around = { abortSignal: AbortSignal; requestTimeout: number };

/**
 * The SDK's client, in which no request takes for ever: `ask` gives it its limits by the bytes that it carries, and rejects with
 * StoreUnavailable instead of the SDK's errors, which quote keys.
 */
export const makeS3Client = ({ endpoint, region }: Pick<S3Settings, 'endpoint' | 'region'>) => {
  const client = new S3Client({
    ...clientOptions({ endpoint, region }),
    maxAttempts: TRIES,
    retryMode: 'standard',
    requestHandler: {
      connectionTimeout: CONNECT_MS,
      requestTimeout: ATTEMPT_MS + PART_BYTES / SLOWEST, // of the parts, which are not asked for one by one
      socketTimeout: IDLE_MS,
      throwOnRequestTimeout: true,
    },
  });
  const ask = async <T>(asking: (around: Around) => Promise<T>, bytes = 0): Promise<T> => {
    const more = bytes / SLOWEST;
    const over = new AbortController(); // ended with the answer's headers: its body takes as long as it takes
    const timer = setTimeout(() => over.abort(), TOTAL_MS + more);
    try {
      return await Promise.race([
        asking({ abortSignal: over.signal, requestTimeout: ATTEMPT_MS + more }),
        aborted(over.signal),
      ]);
    } catch (error) {
      throw storeError(error);
    } finally {
      clearTimeout(timer);
    }
  };
  return { client, ask };
};

/** Where S3 is, for the SDK. */
export const clientOptions = ({ endpoint, region }: Pick<S3Settings, 'endpoint' | 'region'>): S3ClientConfig => ({
  ...(endpoint === undefined ? {} : elsewhere(endpoint)),
  ...(region === undefined ? {} : { region }),
});

export type AskS3 = ReturnType<typeof makeS3Client>['ask'];

/** Servers that are not AWS's know neither its newest checksums nor names of hosts for buckets. */
const elsewhere = (endpoint: string): S3ClientConfig => ({
  endpoint,
  region: 'us-east-1',
  forcePathStyle: true,
  requestChecksumCalculation: 'WHEN_REQUIRED',
  responseChecksumValidation: 'WHEN_REQUIRED',
});
