import { createHash, randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { open, opendir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { makeDurableFolders, syncFolder } from './durable-files.ts';
import { type ObjectFacts, type ObjectInfo, type ObjectStore, StoreUnavailable } from './object-store.ts';

const KEY = /^[\w-][\w.-]*(?:\/[\w-][\w.-]*)*$/;
/** Where objects are written before they are whole; no key begins with a dot. */
export const UNFINISHED = '.unfinished';

/** Keeps objects as files below `root`, which is made when it is first needed; for their owner alone, and durable. */
export const makeLocalObjectStore = (root: string): ObjectStore => {
  const folders = makeDurableFolders(root);
  const pathOf = (key: string): string => {
    if (!KEY.test(key)) throw new Error('Not a key of an object');
    return join(root, key);
  };

  const putStream = async (key: string, body: Readable, expected?: ObjectFacts): Promise<ObjectFacts> => {
    const path = pathOf(key);
    const unfinished = join(root, UNFINISHED, randomUUID());
    try {
      await folders.ensure(dirname(unfinished));
      const counted = countAndHash();
      await pipeline(body, counted.stream, createWriteStream(unfinished, { flags: 'wx', mode: 0o600, flush: true }));
      const facts = counted.facts();
      if (expected && (facts.bytes !== expected.bytes || facts.sha256 !== expected.sha256))
        throw new Error('an object is not what it should be'); // the source changed or cannot be read right
      await folders.ensure(dirname(path));
      await rename(unfinished, path);
      await syncFolder(dirname(path));
      return facts;
    } catch (error) {
      body.destroy(); // where it was not even begun
      folders.forget();
      await rm(unfinished, { force: true }).catch(() => undefined);
      throw explain(error);
    }
  };

  return {
    put: async (key, path, facts) => {
      await putStream(key, createReadStream(path), facts);
    },
    putStream,
    open: async (key) => {
      const file = await orUndefined(open(pathOf(key)));
      if (!file) return undefined;
      const body = file.createReadStream();
      try {
        return { bytes: (await file.stat()).size, sha256: undefined, body };
      } catch (error) {
        body.destroy();
        throw error;
      }
    },
    head: async (key) => {
      const found = await orUndefined(stat(pathOf(key)));
      return found?.isFile() ? { bytes: found.size, sha256: undefined } : undefined;
    },
    remove: async (keys) => {
      const changed = new Set<string>();
      for (const key of keys) {
        await rm(pathOf(key), { force: true }).catch((error: unknown) => {
          throw explain(error);
        });
        changed.add(dirname(pathOf(key)));
      }
      for (const folder of changed) await orUndefined(syncFolder(folder));
    },
    async *list(prefix) {
      // Only folders that the prefix may lead into are looked at.
      yield* walk(root, '', prefix);
    },
    check: async () => {
      const key = `probe-${randomUUID()}`;
      const path = pathOf(key);
      await folders.ensure(root);
      try {
        const probe = await open(path, 'wx', 0o600);
        await probe.sync().finally(() => probe.close());
      } catch (error) {
        throw explain(error);
      } finally {
        await rm(path, { force: true }).catch(() => undefined);
      }
    },
  };
};

/** A stream that lets everything through and knows afterwards how much it was, and its hash. */
export const countAndHash = () => {
  const hash = createHash('sha256');
  let bytes = 0;
  const stream = new Transform({
    transform: (chunk: Buffer, _encoding, done) => {
      hash.update(chunk);
      bytes += chunk.length;
      done(null, chunk);
    },
  });
  return { stream, facts: (): ObjectFacts => ({ bytes, sha256: hash.digest('hex') }) };
};

async function* walk(root: string, below: string, prefix: string): AsyncGenerator<ObjectInfo> {
  const folder = await orUndefined(opendir(join(root, below)));
  if (!folder) return;
  for await (const entry of folder) {
    const key = below === '' ? entry.name : `${below}/${entry.name}`;
    if (entry.name.startsWith('.')) continue;
    if (entry.isDirectory()) {
      if (`${key}/`.startsWith(prefix) || prefix.startsWith(`${key}/`)) yield* walk(root, key, prefix);
    } else if (key.startsWith(prefix)) {
      const found = await orUndefined(stat(join(root, key)));
      if (found) yield { key, bytes: found.size, modifiedAt: found.mtime };
    }
  }
}

/** What `looking` finds; undefined when there is no such file: somebody else may remove what we just saw. */
const orUndefined = async <T>(looking: Promise<T>): Promise<T | undefined> => {
  try {
    return await looking;
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(codeOf(error))) return undefined;
    throw explain(error);
  }
};

const codeOf = (error: unknown): string => (error instanceof Error && 'code' in error ? String(error.code) : '');

const REASONS: Record<string, StoreUnavailable['reason']> = {
  EACCES: 'denied',
  EPERM: 'denied',
  EROFS: 'denied',
  ENOSPC: 'full',
  EDQUOT: 'full',
  EIO: 'away',
};

const explain = (error: unknown): unknown => {
  const reason = REASONS[codeOf(error)];
  return reason ? new StoreUnavailable(reason, { cause: error }) : error;
};
