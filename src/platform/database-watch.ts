import { setTimeout as wait } from 'node:timers/promises';
import { Client } from 'pg';
import { connectionTo, type Db } from './db.ts';
import type { Logger } from './logger.ts';

type Deps = {
  /** The pool that is watched over. */
  db: Db;
  /** Where the watch opens its own connection. */
  connection: Parameters<typeof connectionTo>[0];
  logger: Pick<Logger, 'warn' | 'info'>;
  /** How long an answer may take; tests have less time. */
  patienceMs?: number;
};

/** How often the database is asked for a sign of life, and how long that may take: both together well below 5 s (R61). */
const ASK_MS = 500;
const PATIENCE_MS = 3500;
/** A timer that comes so much too late says that this process stood still. */
const HELD_UP_MS = 300;

/**
 * Watches for a database that says nothing at all: its machine hangs, or the network swallows what is sent. What waits for it
 * would wait for minutes; instead it is cut off, and whoever comes is told at once, until there is a sign of life. A refusal is one:
 * it tells by itself.
 */
export const watchDatabase = ({ db, connection, logger, patienceMs = PATIENCE_MS }: Deps) => {
  const pool = watchPool(db, () => silent);
  const stopping = new AbortController();
  const isStopping = (): boolean => stopping.signal.aborted;
  let own: Client | undefined;
  let silent = false;

  const leave = (client: Client | undefined): void => {
    if (client) cutOff(client);
    if (own === client) own = undefined;
  };

  const ask = async (client: Client, isNew: boolean): Promise<void> => {
    try {
      if (isNew) await client.connect();
      await client.query('select');
    } catch {
      leave(client); // refused or cut: the next question has a connection of its own
    }
  };

  const hasAnswered = async (): Promise<boolean> => {
    const isNew = own === undefined;
    own ??= makeOwn(connection);
    const sign = { given: false };
    const answer = ask(own, isNew).then(() => {
      sign.given = true;
    });
    const from = performance.now();
    const patience = Promise.withResolvers<undefined>();
    const timer = setTimeout(() => patience.resolve(undefined), patienceMs).unref();
    await Promise.race([answer, patience.promise]);
    clearTimeout(timer);
    // Where it was this process that was held up, it cannot say; or the answer lies here and has to be read first.
    if (performance.now() - from > patienceMs + HELD_UP_MS) return true;
    if (!sign.given) await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
    return sign.given;
  };

  const watch = async (): Promise<void> => {
    while (!isStopping()) {
      const answered = await hasAnswered();
      if (isStopping()) break;
      if (answered && silent) logger.info('the database answers again');
      if (!answered && !silent) logger.warn('the database says nothing: who needs it is told at once until it does');
      silent = !answered;
      if (silent) {
        leave(own);
        pool.cutOff();
      }
      await wait(ASK_MS, undefined, { signal: stopping.signal, ref: false }).catch(() => undefined);
    }
    leave(own);
  };

  void watch();
  return {
    stop: (): void => {
      stopping.abort();
      leave(own);
    },
  };
};

const makeOwn = (connection: Deps['connection']): Client => {
  const client = new Client({ ...connectionTo(connection), application_name: 'parent-onboarding-watch' });
  client.on('error', () => undefined); // the next question finds out
  return client;
};

/** Ends a connection without a word to the other side, which does not listen; what waits on it rejects. */
const cutOff = (client: Client): void => {
  (client as unknown as { connection: { stream: { destroy: () => void } } }).connection.stream.destroy();
};

/** Lets no new connection be opened while the database is silent, and knows those that are open. */
const watchPool = (db: Db, isSilent: () => boolean) => {
  const open = new Set<Client>();
  const maker = db.client as { acquireRawConnection: () => Promise<Client> };
  const make = maker.acquireRawConnection.bind(maker);
  maker.acquireRawConnection = async () => {
    if (isSilent()) throw new DatabaseSilent();
    const client = await make();
    open.add(client.once('end', () => open.delete(client)));
    return client;
  };
  return { cutOff: () => open.forEach(cutOff) };
};

/** Why no connection is opened. The code is the system's own for a host that does not answer. */
class DatabaseSilent extends Error {
  readonly code = 'ETIMEDOUT';
  constructor() {
    super('the database says nothing');
    this.name = 'DatabaseSilent';
  }
}
