import {
  type _Error as Refused,
  DeleteObjectsCommand,
  ListObjectVersionsCommand,
  type ObjectIdentifier,
  type S3Client,
} from '@aws-sdk/client-s3';
import type { AskS3 } from './object-store-s3-client.ts';
import { isRefusal, refuseCut, S3Failure } from './object-store-s3-errors.ts';
import { StoreUnavailable } from './object-store.ts';

type Deps = { client: S3Client; ask: AskS3; bucket: string };

/** S3 takes so many keys in one call. */
const BATCH = 1000;
/** A role that may not see or remove versions is not asked again for so long. */
const REFUSED_MS = 10 * 60_000;

/**
 * Removes objects, and in a bucket with versions every version, where the role may. Whether the bucket has versions need not be
 * asked: a removal that leaves a marker says so. Removing again what was half removed ends it.
 */
export const makeS3Removal = ({ client, ask, bucket }: Deps) => {
  let refusedUntil = 0;

  const removeBatch = async (Objects: ObjectIdentifier[]) => {
    const command = new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects } });
    const { Deleted = [], Errors = [] } = await ask((around) => client.send(command, around));
    return { marked: Deleted.flatMap(({ Key, DeleteMarker }) => (Key && DeleteMarker ? [Key] : [])), Errors };
  };

  /** Every version and every marker of these keys, a page at a time; all of them begin with `stem`. */
  async function* versionsOf(stem: string, keys: Set<string>): AsyncGenerator<ObjectIdentifier[]> {
    let from: { KeyMarker?: string | undefined; VersionIdMarker?: string | undefined } | undefined = {};
    while (from) {
      const command: ListObjectVersionsCommand = new ListObjectVersionsCommand({
        Bucket: bucket,
        Prefix: stem,
        ...from,
      });
      const page = await ask((around) => client.send(command, around));
      yield [...(page.Versions ?? []), ...(page.DeleteMarkers ?? [])].flatMap(({ Key, VersionId }) =>
        Key && VersionId && keys.has(Key) ? [{ Key, VersionId }] : [],
      );
      refuseCut(page.IsTruncated, page.NextKeyMarker);
      from = page.IsTruncated
        ? { KeyMarker: page.NextKeyMarker, VersionIdMarker: page.NextVersionIdMarker }
        : undefined;
    }
  }

  const removeVersions = async (keys: string[]): Promise<void> => {
    const wanted = new Set(keys);
    for (const stem of new Set(keys.map(stemOf))) {
      for await (const versions of versionsOf(stem, wanted)) {
        for (const batch of batchesOf(versions)) throwFirst((await removeBatch(batch)).Errors);
      }
    }
  };

  return async (keys: string[]): Promise<void> => {
    for (const batch of batchesOf(keys)) {
      const { marked, Errors } = await removeBatch(batch.map((Key) => ({ Key })));
      throwFirst(Errors);
      if (marked.length === 0 || Date.now() < refusedUntil) continue;
      try {
        await removeVersions(marked);
      } catch (error) {
        if (!isRefused(error)) throw error;
        refusedUntil = Date.now() + REFUSED_MS; // the bucket's own rules must end them
      }
    }
  };
};

const batchesOf = <T>(all: readonly T[]): T[][] =>
  Array.from({ length: Math.ceil(all.length / BATCH) }, (_, i) => all.slice(i * BATCH, (i + 1) * BATCH));

/** The files of one photo begin with the same: one listing finds the versions of all. */
const stemOf = (key: string): string => key.replace(/\.[^/]*$/, '');

/** The call as a whole went well; what it did not remove is listed in its answer. */
const throwFirst = ([refused]: Refused[]): void => {
  if (!refused) return;
  const code = refused.Code ?? 'unknown';
  const reason = isRefusal(code) ? 'denied' : 'away';
  throw new StoreUnavailable(reason, { cause: new S3Failure({ name: code, status: undefined }) });
};

const isRefused = (error: unknown): boolean =>
  error instanceof StoreUnavailable &&
  error.cause instanceof S3Failure &&
  isRefusal(error.cause.code.split(' ')[0] ?? '');
