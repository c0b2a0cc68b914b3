import { join, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { Client } from 'pg';
import { attachOrStart } from './embedded-postgres-attach.ts';
import { findBinaries } from './embedded-postgres-binaries.ts';
import { connectOwner, countOthers, disconnect, socketUrl } from './embedded-postgres-connection.ts';
import { prepareFolders, type Folders } from './embedded-postgres-folders.ts';
import { keepLogBounded } from './embedded-postgres-log.ts';
import { shutDownServer } from './embedded-postgres-server.ts';
import { EmbeddedPostgresUnavailable, inWords } from './embedded-postgres-unavailable.ts';
import { runningServer } from './postgres-pid-file.ts';
import { withProcessLock } from './process-lock.ts';

export { EmbeddedPostgresUnavailable } from './embedded-postgres-unavailable.ts';

type EmbeddedPostgres = {
  /** A connection string for a database; the role defaults to the owner, who may do anything. */
  url: (database: string, role?: string) => string;
  /** Stops the server unless somebody else is connected to it; may be called again. Close your own pools before. */
  stop: () => Promise<void>;
};

type Log = (about: object, message: string) => void;
type Logger = { info: Log; warn: Log; error: Log };

const silent: Logger = { info: () => undefined, warn: () => undefined, error: () => undefined };

/**
 * Runs a real PostgreSQL in `dir` (DATA_DIR), reachable only through a private unix socket, and keeps it running: any
 * process that is attached brings it back when it dies. Attaches when it runs already. `durable: false` is for tests.
 * Throws `EmbeddedPostgresUnavailable` with a sentence for a person when it cannot run here.
 */
export const startEmbeddedPostgres = async (options: {
  dir: string;
  durable: boolean;
  logger?: Logger;
}): Promise<EmbeddedPostgres> => {
  const { durable, logger = silent } = options;
  const dir = resolve(options.dir);
  try {
    const folders = prepareFolders(dir);
    const link = makeLink({ folders, durable, logger });
    await link.open();
    const endLogBounds = keepLogBounded(folders.log);
    let stopped: Promise<void> | undefined;
    return {
      url: (database, role = 'owner') => socketUrl(folders.socket, { database, role }),
      stop: () => (stopped ??= link.close().finally(endLogBounds)),
    };
  } catch (error) {
    throw inWords(error, dir);
  }
};

/** Whether this machine has the programs of the embedded PostgreSQL. */
export const canRunEmbeddedPostgres = (): boolean => {
  try {
    findBinaries();
    return true;
  } catch (error) {
    if (error instanceof EmbeddedPostgresUnavailable) return false;
    throw error;
  }
};

/** Ends a server that runs on `dir` without anybody who is attached: its process was killed. */
export const endEmbeddedPostgres = async (dir: string): Promise<void> => {
  await shutDownServer(join(resolve(dir), 'postgres'));
};

const CALM_MS = 60_000;
const SLOWEST_RETRY_MS = 3000; // so that the server is back within 5 s of the moment in which it can be

/** The connection that every attached process holds: others see by it that we are here, and we see by its end that the server died. */
const makeLink = ({ folders, durable, logger }: { folders: Folders; durable: boolean; logger: Logger }) => {
  const closing = new AbortController();
  const { signal } = closing;
  const isClosing = () => signal.aborted;
  let client: Client | undefined;
  let recovering: Promise<void> | undefined;
  let losses = 0;

  const open = async (): Promise<void> => {
    const { client: opened, startedPid } = await attachOrStart(folders, { durable, signal });
    client = opened;
    const calm = setTimeout(() => (losses = 0), CALM_MS).unref();
    client.once('end', () => {
      clearTimeout(calm);
      client = undefined;
      if (!isClosing()) recovering = recover();
    });
    logger.info({ pid: startedPid, dir: folders.root }, startedPid ? 'database started' : 'attached to the database');
  };

  const recover = async (): Promise<void> => {
    logger.warn({ dir: folders.root }, 'the database is gone, bringing it back');
    for (let back = false; !back && !isClosing();) {
      try {
        await wait(losses === 0 ? 0 : Math.min(125 * 2 ** losses, SLOWEST_RETRY_MS), undefined, { signal });
        losses += 1;
        await open();
        back = true;
      } catch (error) {
        if (!isClosing()) logger.error({ err: inWords(error, folders.root) }, 'the database does not start');
      }
    }
  };

  const close = async (): Promise<void> => {
    closing.abort();
    await recovering;
    if (client) await disconnect(client);
    await stopIfLast(folders, logger);
  };

  return { open, close };
};

const LOCK_PATIENCE_MS = 10_000;

/** One leaves after the other, holding the lock: so one of two that stop at once is the last and stops the server. */
const stopIfLast = async (folders: Folders, logger: Logger): Promise<void> => {
  const left = await withProcessLock(folders.lock, LOCK_PATIENCE_MS, async () => {
    if (runningServer(folders.data) === undefined) return;
    const others = await othersConnected(folders);
    if (others === 'unknown') logger.warn({}, 'the database does not answer and is left running');
    else if (others > 0) logger.info({ others }, 'the database goes on running for its other users');
    else if (await shutDownServer(folders.data)) logger.info({}, 'database stopped');
    else logger.error({ pid: runningServer(folders.data) }, 'the database does not stop: kill its process');
  });
  if (!left.ok) logger.warn({}, 'the database goes on running: another process is starting or stopping it');
};

/** Asks a server that may be recovering at this moment, for 5 s at most (a little more when it is frozen). */
const othersConnected = async (folders: Folders): Promise<number | 'unknown'> => {
  const late = AbortSignal.timeout(5000);
  while (!late.aborted && runningServer(folders.data) !== undefined) {
    const connected = await connectOwner(folders.socket);
    if (connected.ok) {
      const others = await countOthers(connected.value).catch(() => 'unknown' as const);
      await disconnect(connected.value);
      if (others !== 'unknown') return others;
    }
    await wait(100);
  }
  return 'unknown';
};
