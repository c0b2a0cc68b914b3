import { type AwsFailure, codeAndStatus, codeOf, statusOf } from './aws-code.ts';
import { StoreUnavailable } from './object-store.ts';

/** Answers in which a server says that it has no room. */
const FULL = new Set(['QuotaExceeded', 'XMinioStorageFull', 'InsufficientStorage']);
/** What passes by itself although the status is one of a refusal: a slow line for instance, which S3 calls by the status 400. */
const PASSING = new Set<string | number>([408, 409, 425, 429, 'RequestTimeout']);
/** What says that there is no such object; a bucket that is missing says 404 too, by another name. */
const MISSING = new Set(['NoSuchKey', 'NotFound']);

type Told = { name: string; status: number | undefined };

/**
 * Any error of the SDK as the reason that our store tells. Its message, which quotes keys, buckets and addresses, stays behind;
 * of the cause only the code is kept. Errors that are not the SDK's come back as they are.
 */
export const storeError = (error: unknown): unknown => {
  if (error instanceof StoreUnavailable || !isOfS3(error)) return error;
  const told = { name: codeOf(error), status: statusOf(error) };
  return new StoreUnavailable(reasonOf(told), { cause: new S3Failure(told) });
};

/** Whether S3 said that there is no such object. */
export const isMissing = (error: unknown): boolean =>
  error instanceof StoreUnavailable &&
  error.cause instanceof S3Failure &&
  MISSING.has(error.cause.code.split(' ')[0] ?? '');

/** Whether the role may not do this, or the server cannot. */
export const isRefusal = (code: string): boolean =>
  code === 'AccessDenied' || code === 'NotImplemented' || code === 'MethodNotAllowed';

/** Throws when a listing is cut off and says not how it goes on: whoever took that for its end would hold objects for lost. */
export const refuseCut = (isCut: boolean | undefined, next: string | undefined): void => {
  if (isCut && !next) throw new Error('S3 cut a listing off, and says not how it goes on');
};

/** The code and the status by which S3, or the system, named the trouble; nothing that came from outside. */
export class S3Failure extends Error {
  readonly code: string;
  constructor({ name, status }: Told) {
    super('S3 failed');
    this.name = 'S3Failure';
    this.code = codeAndStatus(name, status);
  }
}

const reasonOf = ({ name, status = 0 }: Told): StoreUnavailable['reason'] => {
  if (FULL.has(name) || status === 507) return 'full';
  if (name === 'CredentialsProviderError' || name === 'TokenProviderError') return 'denied';
  return status >= 300 && status < 500 && !PASSING.has(status) && !PASSING.has(name) ? 'denied' : 'away';
};

/** Errors of the SDK have metadata or a name of their own; those of the network have a code, and those of the disk a path. */
const isOfS3 = (error: unknown): error is AwsFailure => {
  if (!(error instanceof Error)) return false;
  if ('$metadata' in error || '$response' in error) return true;
  if (['TimeoutError', 'AbortError', 'CredentialsProviderError', 'TokenProviderError'].includes(error.name))
    return true;
  return (
    'code' in error &&
    /^(E(CONN|PIPE|HOST|NET|TIMEDOUT|AI_|PROTO|NOTFOUND)|ERR_(TLS|SSL|HTTP)|CERT|DEPTH|SELF|UNABLE|HPE)/.test(
      String(error.code),
    )
  );
};
