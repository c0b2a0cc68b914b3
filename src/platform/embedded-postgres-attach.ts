import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { Client } from 'pg';
import { checkBinaries, findBinaries } from './embedded-postgres-binaries.ts';
import { ensureCluster } from './embedded-postgres-cluster.ts';
import { connectOwner } from './embedded-postgres-connection.ts';
import { giveTo, type Folders } from './embedded-postgres-folders.ts';
import { explainEnd, launchServer, type Launched } from './embedded-postgres-server.ts';
import { EmbeddedPostgresUnavailable, quoted } from './embedded-postgres-unavailable.ts';
import { runningServer } from './postgres-pid-file.ts';
import { withProcessLock } from './process-lock.ts';

const PATIENCE_MS = 60_000; // recovery after a power cut takes seconds; another's initdb one
const POLL_MS = 50;

type Options = { durable: boolean; signal: AbortSignal };

/**
 * Connects to the server on `folders.data`, starting it when none is running and making its data when there are none.
 * Processes that come at once go one by one, so that one starts it and the others find it running. `signal` gives up.
 */
export const attachOrStart = async (
  folders: Folders,
  options: Options,
): Promise<{ client: Client; startedPid: number | undefined }> => {
  const attached = await withProcessLock(folders.lock, PATIENCE_MS, async () => {
    const found = await untilConnected(folders, options);
    for (const path of [folders.lock, folders.log]) if (existsSync(path)) giveTo(folders.user, path);
    return found;
  });
  if (attached.ok) return attached.value;
  throw new EmbeddedPostgresUnavailable(
    `Another process has held ${quoted(folders.lock)} for a minute: find it with "fuser ${quoted(folders.lock)}", stop it and start again.`,
  );
};

const untilConnected = async (folders: Folders, { durable, signal }: Options) => {
  let server: Launched | undefined;
  for (let waited = 0; waited < PATIENCE_MS; waited += POLL_MS) {
    const connected = await connectOwner(folders.socket);
    if (connected.ok) return { client: connected.value, startedPid: server?.pid };
    signal.throwIfAborted();
    if (connected.reason === 'down') server = stillStarting(server, folders) ?? (await launch(folders, { durable }));
    await wait(POLL_MS);
  }
  const pid = runningServer(folders.data);
  throw new EmbeddedPostgresUnavailable(
    pid === undefined
      ? `The database in ${quoted(folders.root)} was not ready within a minute: see ${quoted(folders.log)}.`
      : `A PostgreSQL server (process ${pid}) uses ${quoted(folders.data)} and does not answer: stop it and start again.`,
  );
};

/** The server we launched, while it has not ended for a reason that lasts. */
const stillStarting = (server: Launched | undefined, folders: Folders): Launched | undefined => {
  const said = server?.ended();
  if (said === undefined) return server;
  const why = explainEnd(said, folders);
  if (why !== 'again') throw why;
  return undefined;
};

/** Starts a server, unless one runs already: it may be about to open its socket, or about to end. */
const launch = async (folders: Folders, { durable }: { durable: boolean }): Promise<Launched | undefined> => {
  if (runningServer(folders.data) !== undefined) return undefined;
  const binaries = findBinaries();
  const { user, root, socket } = folders;
  const major = await checkBinaries(binaries, { user, folders: [root, dirname(socket)] });
  await ensureCluster(folders, { binaries, major, durable });
  return launchServer(folders, { binaries, durable });
};
